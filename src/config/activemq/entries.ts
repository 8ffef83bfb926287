import type { Range } from '../source-file.js';
import type { DestinationKind, Destinations } from './destinations.js';

/** Who may do what, by the names of ActiveMQ: `admin` creates and deletes destinations. */
export const RIGHTS = ['read', 'write', 'admin'] as const;

export type Right = (typeof RIGHTS)[number];

/** An `authorizationEntry`: the destinations it is for, and the roles it names. */
export interface Entry {
  readonly kind: DestinationKind;
  readonly sets: readonly Destinations[];
  readonly roles: Readonly<Record<Right, readonly string[]>>;
  /** Such as `topic="room.*"`. */
  readonly text: string;
  readonly line: number;
}

/** Something that was left out, or that reads otherwise here. Lines count from 1. */
export interface ImportNote {
  readonly file: string;
  /** Absent where the whole file is meant. */
  readonly line?: number;
  readonly text: string;
}

/** A text of the file. */
export interface Written {
  readonly value: string;
  readonly range: Range;
}
