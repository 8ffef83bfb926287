import { RouterError } from '../core/errors.js';
import { LogBudget } from '../core/log-budget.js';
import type { Logger } from '../core/logger.js';
import type { MaybePromise } from '../core/maybe-promise.js';
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

  /** Throws `unavailable`. */
  present(channel: string, { members }: PresencePolicy): Promise<Present> {
    return this.#known(() => this.#parts.store.present(channel, members));
  }

  /** Resolves when the list is there and nothing that changes it will be missed. Throws `unavailable`. */
  async watch(
    channel: string,
    { members: most }: PresencePolicy,
    tell: (words: PresenceWords) => void,
  ): Promise<PresenceRoster> {
    const { store } = this.#parts;
    const roster = new PresenceRoster({ channel, most, store, tell, failed: (error) => this.#failed(error) });
    this.#rosters.set(channel, roster);
    try {
      await this.#known(() => store.watch(channel));
      await this.#known(() => roster.load());
      return roster;
    } catch (error) {
      await this.unwatch(channel).catch((failure: unknown) => this.#failed(failure));
      throw error;
    }
  }

  async unwatch(channel: string): Promise<void> {
    this.#rosters.get(channel)?.close();
    this.#rosters.delete(channel);
    await this.#parts.store.unwatch(channel);
  }

  async #known<T>(ask: () => MaybePromise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.#failed(error);
      throw new RouterError('unavailable', 'it is not known now who is there');
    }
  }

  #failed(error: unknown): void {
    this.#parts.meter.count('signalbox_presence_failures_total');
    const omitted = this.#lines.spend(Date.now());
    if (omitted !== undefined)
      this.#parts.logger.error({ event: 'presence_failed', error, omitted }, 'presence failed');
  }
}
