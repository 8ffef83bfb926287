import type { RedisLink } from '../../brokers/index.js';
import type { Application } from '../application.js';
import type { Machine } from './machine.js';

/** What is examined. */
export interface Patient {
  readonly application: Application;
  readonly machine: Machine;
  /** Undefined where the broker is not Redis, or could not be reached. */
  readonly redis: RedisLink | undefined;
  /** Why Redis could not be reached, where it is the broker. */
  readonly redisFault: string | undefined;
  /** The running server, as peers reach it; undefined for what can be told without one. */
  readonly url: URL | undefined;
  /** A back-end key for what only those may see. */
  readonly key: string | undefined;
  /** A channel that anyone may subscribe to, for streams. */
  readonly channel: string | undefined;
  /** A ticket or token as the application makes them. */
  readonly ticket: string | undefined;
  /** Milliseconds that an idle connection is kept open; 0 for not at all. */
  readonly wait: number;
}

/** Thrown by a check that cannot be made: why. */
export class NotExamined extends Error {}

/** One thing that may be wrong. */
export interface DoctorCheck {
  readonly name: string;
  readonly about: 'configuration' | 'machine' | 'redis' | 'server';
  readonly severity: 'error' | 'warning';
  /** What comes of it where it is wrong. */
  readonly why: string;
  readonly fix: string;
  /** What is wrong, in a line each; nothing where all is well. Throws `NotExamined`. */
  run(patient: Patient): Promise<readonly string[]> | readonly string[];
}
