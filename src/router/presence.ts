import { LogBudget } from '../core/log-budget.js';
import type { Logger } from '../core/logger.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import { isPromise } from '../core/maybe-promise.js';
import type { Meter } from '../core/meter.js';
import type { PresencePolicy, PresenceStore, Present } from '../core/presence.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import { PresenceMembers } from './presence-members.js';
import { PresenceRoster, type PresenceWords } from './presence-roster.js';

export interface PresenceParts {
  readonly store: PresenceStore;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** Who is on the channels of all nodes: this one's sessions for the store, and the lists of channels that are watched here. */
export class Presence {
  readonly #parts: PresenceParts;
  readonly #members: PresenceMembers;
  readonly #rosters = new Map<string, PresenceRoster>();
  readonly #lines = new LogBudget();

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.#members = new PresenceMembers({ store: parts.store, failed: (error) => this.#failed(error) });
  }

  /** Read for metrics: sessions of this node on channels with presence, and channels that are watched here. */
  get stats(): { readonly members: number; readonly watched: number } {
    return { members: this.#members.size, watched: this.#rosters.size };
  }

  start(): MaybePromise<void> {
    return this.#parts.store.start(
      (change) => this.#rosters.get(change.channel)?.apply(change),
      (channel) => this.#rosters.get(channel)?.missed(),
    );
  }

  /** All sessions of this node leave. */
  async stop(): Promise<void> {
    await this.#members.stop();
    for (const roster of this.#rosters.values()) roster.close();
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

  present(channel: string, { members }: PresencePolicy): MaybePromise<Present> {
    return this.#parts.store.present(channel, members);
  }

  /** Resolves when the list is there and nothing that changes it will be missed. Throws what the store throws. */
  watch(
    channel: string,
    { members: most }: PresencePolicy,
    tell: (words: PresenceWords) => void,
  ): MaybePromise<PresenceRoster> {
    const { store } = this.#parts;
    const roster = new PresenceRoster({ channel, most, store, tell, failed: (error) => this.#failed(error) });
    this.#rosters.set(channel, roster);
    const watching = store.watch(channel);
    const loaded = isPromise(watching) ? watching.then(() => roster.load()) : roster.load();
    if (!isPromise(loaded)) return roster;
    return loaded.then(
      () => roster,
      async (error: unknown) => {
        await this.unwatch(channel);
        throw error;
      },
    );
  }

  unwatch(channel: string): MaybePromise<void> {
    this.#rosters.get(channel)?.close();
    this.#rosters.delete(channel);
    return this.#parts.store.unwatch(channel);
  }

  #failed(error: unknown): void {
    this.#parts.meter.count('signalbox_presence_failures_total');
    const omitted = this.#lines.spend(Date.now());
    if (omitted !== undefined) this.#parts.logger.error({ error, omitted }, 'presence failed');
  }
}
