import { RouterError } from '../core/errors.js';
import { LogBudget } from '../core/log-budget.js';
import type { Logger } from '../core/logger.js';
import { after, isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Meter } from '../core/meter.js';
import type { PresencePolicy, PresenceStore, PresenceWords, Present } from '../core/presence.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import { PresenceMembers } from './presence-members.js';
import { PresenceRoster } from './presence-roster.js';

export interface PresenceParts {
  readonly store: PresenceStore;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** A channel that is watched here, by as many as are told of it. */
interface Watched {
  readonly roster: PresenceRoster;
  readonly told: Set<(words: PresenceWords) => void>;
  /** Begins to watch, once. */
  known(): MaybePromise<void>;
}

/** Who is on the channels of all nodes: this one's sessions for the store, and the lists of channels that are watched here. */
export class Presence {
  readonly #parts: PresenceParts;
  readonly #members: PresenceMembers;
  readonly #watched = new Map<string, Watched>();
  readonly #lines = new LogBudget();

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.#members = new PresenceMembers({ store: parts.store, failed: (error) => this.#failed(error) });
  }

  /** Read for metrics: sessions of this node on channels with presence, and channels that are watched here. */
  get stats(): { readonly members: number; readonly watched: number } {
    return { members: this.#members.size, watched: this.#watched.size };
  }

  start(): MaybePromise<void> {
    return this.#parts.store.start(
      (change) => this.#watched.get(change.channel)?.roster.apply(change),
      (channel) => this.#watched.get(channel)?.roster.missed(),
    );
  }

  /** All sessions of this node leave. */
  async stop(): Promise<void> {
    await this.#members.stop();
    for (const { roster } of this.#watched.values()) roster.close();
    await this.#parts.store.close();
  }

  joined(session: Session, channel: string): void {
    this.#members.joined(session, channel);
  }

  left(session: Session, channel: string, policy: PresencePolicy): void {
    this.#members.left(session, channel, policy);
  }

  /** The session has another principal. */
  identified(session: Session, subscribers: Iterable<Subscriber>): void {
    for (const { channel, match } of subscribers)
      if (match === undefined) this.#members.identified(session, channel);
  }

  /** Throws `unavailable`. */
  present(channel: string, { members }: PresencePolicy): MaybePromise<Present> {
    return this.#known(() => this.#parts.store.present(channel, members));
  }

  /** Resolves when the list is there and nothing that changes it will be missed. Throws `unavailable`. */
  watch(
    channel: string,
    policy: PresencePolicy,
    tell: (words: PresenceWords) => void,
  ): MaybePromise<PresenceRoster> {
    const watched = this.#watched.get(channel) ?? this.#begin(channel, policy);
    watched.told.add(tell);
    const failed = (error: unknown): never => {
      this.unwatch(channel, tell).catch((failure: unknown) => this.#failed(failure));
      throw error;
    };
    return guarded(() => after(watched.known(), () => watched.roster), failed);
  }

  /** Ends with the last of those who were told. */
  async unwatch(channel: string, tell: (words: PresenceWords) => void): Promise<void> {
    const watched = this.#watched.get(channel);
    if (watched?.told.delete(tell) !== true || watched.told.size > 0) return;
    watched.roster.close();
    this.#watched.delete(channel);
    await this.#parts.store.unwatch(channel);
  }

  #begin(channel: string, { members: most }: PresencePolicy): Watched {
    const { store } = this.#parts;
    const told: Watched['told'] = new Set();
    const tell = (words: PresenceWords) => {
      for (const one of told) one(words);
    };
    const roster = new PresenceRoster({ channel, most, store, tell, failed: (error) => this.#failed(error) });
    const load = () =>
      after(
        this.#known(() => store.watch(channel)),
        () => this.#known(() => roster.load()),
      );
    let loading: { readonly done: MaybePromise<void> } | undefined;
    const watched = { roster, told, known: () => (loading ??= { done: load() }).done };
    this.#watched.set(channel, watched);
    return watched;
  }

  #known<T>(ask: () => MaybePromise<T>): MaybePromise<T> {
    return guarded(ask, (error) => {
      this.#failed(error);
      throw new RouterError('unavailable', 'it is not known now who is there');
    });
  }

  #failed(error: unknown): void {
    this.#parts.meter.count('signalbox_presence_failures_total');
    const omitted = this.#lines.spend(Date.now());
    if (omitted !== undefined)
      this.#parts.logger.error({ event: 'presence_failed', error, omitted }, 'presence failed');
  }
}

/** What is asked, or what `failed` makes of an error, whether it comes at once or later. */
function guarded<T>(ask: () => MaybePromise<T>, failed: (error: unknown) => never): MaybePromise<T> {
  try {
    const answer = ask();
    return isPromise(answer) ? answer.catch(failed) : answer;
  } catch (error) {
    return failed(error);
  }
}
