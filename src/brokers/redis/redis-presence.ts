import type { Logger } from '../../core/logger.js';
import type { Member, PresenceChange, PresenceStore, Present } from '../../core/presence.js';
import type { SessionId } from '../../core/session.js';
import type { RedisLink } from './link.js';
import { JOIN, LEAVE, PRESENT, SETTLE } from './presence-scripts.js';
import type { LeaseHolder, RedisNodes } from './redis-nodes.js';

export interface RedisPresenceParts {
  readonly link: RedisLink;
  readonly nodes: RedisNodes;
  readonly logger: Logger;
}

/** What is known of somebody beside the session. */
type About = Omit<Member, 'session' | 'user'> & { readonly u: string | undefined };

/** Channels that are settled at once. */
const BATCH = 64;

/**
 * Presence on Redis. Nobody is renewed there: who is present is so under the lease of its node, and goes with it. What could not be
 * told to Redis is told when it is back.
 */
export class RedisPresence implements PresenceStore, LeaseHolder {
  readonly #parts: RedisPresenceParts;
  /** Of this node, as texts without the lease. */
  readonly #own = new Map<string, Map<SessionId, { readonly text: string; readonly since: number }>>();
  readonly #watched = new Set<string>();
  /** Channels of which Redis may have something else than this node. */
  readonly #unsettled = new Set<string>();
  #formerly: readonly string[] = [];
  #changed: (change: PresenceChange) => void = () => undefined;
  #missed: (channel: string) => void = () => undefined;
  #settling: Promise<void> | undefined;

  constructor(parts: RedisPresenceParts) {
    const { link, nodes } = parts;
    this.#parts = parts;
    link.prepare(JOIN, LEAVE, SETTLE, PRESENT);
    link.watch({ restored: () => this.#restored() });
    nodes.add(this);
  }

  start(changed: (change: PresenceChange) => void, missed?: (channel: string) => void): void {
    this.#changed = changed;
    this.#missed = missed ?? this.#missed;
  }

  /** Resolves when the others know it, or will as soon as Redis is back. */
  async join(channel: string, member: Member): Promise<void> {
    const { session, user, ...rest } = member;
    const own = this.#own.get(channel) ?? new Map();
    if (own.has(session)) return;
    const about: About = { u: user, ...rest };
    const entry = { text: `${session} ${JSON.stringify(about)}`, since: member.since };
    this.#own.set(channel, own.set(session, entry));
    const { link, nodes } = this.#parts;
    const listed = own.size === 1 ? this.#list('SADD', channel) : undefined;
    const args = [...this.#told(channel), `${nodes.lease} ${entry.text}`, String(entry.since)];
    await this.#try(channel, Promise.all([listed, link.run(JOIN, this.#keys(channel), args)]));
  }

  async leave(channel: string, session: SessionId): Promise<void> {
    const own = this.#own.get(channel);
    const entry = own?.get(session);
    if (own === undefined || entry === undefined) return;
    own.delete(session);
    if (own.size === 0) this.#own.delete(channel);
    const { link, nodes } = this.#parts;
    const args = [...this.#told(channel), `${nodes.lease} ${entry.text}`];
    await this.#try(channel, link.run(LEAVE, this.#keys(channel), args));
    if (!this.#own.has(channel) && !this.#unsettled.has(channel)) await this.#unlist(channel);
  }

  async present(channel: string, most: number): Promise<Present> {
    const { link, nodes } = this.#parts;
    for (const lease of nodes.dead) await this.#settle(channel, [lease], []);
    const reply = await link.run(PRESENT, this.#keys(channel), [String(most)]);
    const [sessions, users, members] = reply as readonly [number, number, readonly Buffer[]];
    return { members: members.flatMap((text) => memberIn(String(text)) ?? []), sessions, users };
  }

  /** Rejects with `unavailable` while Redis is away; it is watched all the same as soon as it is back. */
  async watch(channel: string): Promise<void> {
    const { link } = this.#parts;
    this.#watched.add(channel);
    await link.subscribe(this.#push(channel), (message) => this.#heard(channel, String(message)));
  }

  unwatch(channel: string): void {
    this.#watched.delete(channel);
    this.#parts.link.unsubscribe(this.#push(channel));
  }

  async close(): Promise<void> {
    for (const channel of [...this.#watched]) this.unwatch(channel);
    for (const channel of this.#own.keys()) this.#unsettled.add(channel);
    this.#own.clear();
    await this.#settleAll();
  }

  renewed(before: string): void {
    this.#formerly = [...this.#formerly, before];
    this.#restored();
  }

  beaten(): void {
    if (this.#unsettled.size > 0) void this.#settleAll();
  }

  async bury(lease: string): Promise<void> {
    const { link } = this.#parts;
    const list = this.#channelsOf(lease);
    const channels = await link.command(list, ['SMEMBERS', list]);
    for (const channel of Array.isArray(channels) ? channels : [])
      await this.#settle(String(channel), [lease], []);
    await link.command(list, ['DEL', list]);
  }

  /** Redis may have lost what this node has, or keep what it has no more, and changes may not have been heard. */
  #restored(): void {
    for (const channel of this.#own.keys()) this.#unsettled.add(channel);
    void this.#settleAll();
    for (const channel of this.#watched) this.#missed(channel);
  }

  /** What goes wrong is settled with the next sign that Redis is back. */
  async #try(channel: string, done: Promise<unknown>): Promise<void> {
    try {
      await done;
    } catch (error) {
      this.#parts.logger.debug(
        { event: 'presence_not_told', channel, error },
        'presence is not known to the other nodes yet',
      );
      this.#unsettled.add(channel);
    }
  }

  /** Once at a time; what is added meanwhile is settled, too. What fails waits for the next time. */
  #settleAll(): Promise<void> {
    this.#settling ??= this.#settleEach().finally(() => (this.#settling = undefined));
    return this.#settling;
  }

  async #settleEach(): Promise<void> {
    const formerly = this.#formerly;
    const failed: string[] = [];
    while (this.#unsettled.size > 0) {
      const some = [...this.#unsettled].slice(0, BATCH);
      for (const channel of some) this.#unsettled.delete(channel);
      const settled = some.map((channel) => this.#settleOwn(channel, formerly));
      for (const [i, { status }] of (await Promise.allSettled(settled)).entries())
        if (status === 'rejected') failed.push(some[i] ?? '');
    }
    for (const channel of failed) this.#unsettled.add(channel);
    if (failed.length === 0) this.#formerly = this.#formerly.filter((lease) => !formerly.includes(lease));
  }

  async #settleOwn(channel: string, formerly: readonly string[]): Promise<void> {
    const { lease } = this.#parts.nodes;
    const own = this.#own.get(channel);
    const listed = own === undefined ? undefined : this.#list('SADD', channel);
    const members = [...(own?.values() ?? [])].flatMap(({ text, since }) => [
      `${lease} ${text}`,
      String(since),
    ]);
    await Promise.all([listed, this.#settle(channel, [lease, ...formerly], members)]);
    if (!this.#own.has(channel)) await this.#unlist(channel);
  }

  async #settle(channel: string, leases: readonly string[], members: readonly string[]): Promise<void> {
    const args = [...this.#told(channel), String(leases.length), ...leases, ...members];
    await this.#parts.link.run(SETTLE, this.#keys(channel), args);
  }

  async #list(verb: 'SADD' | 'SREM', channel: string): Promise<void> {
    const list = this.#channelsOf(this.#parts.nodes.lease);
    await this.#parts.link.command(list, [verb, list, channel]);
  }

  /** Nothing is wrong if it stays. */
  async #unlist(channel: string): Promise<void> {
    await this.#list('SREM', channel).catch(() => undefined);
  }

  #heard(channel: string, message: string): void {
    const member = memberIn(message.slice(3));
    if (member === undefined || !this.#watched.has(channel)) return;
    const type = message.startsWith('+') ? 'join' : 'leave';
    this.#changed({ type, channel, member, first: message[1] === '1' });
  }

  #keys(channel: string): readonly string[] {
    const { names } = this.#parts.link;
    return [names.of('present', channel), names.of('users', channel)];
  }

  #told(channel: string): readonly string[] {
    const { names } = this.#parts.link;
    return [names.partitions > 1 ? 'SPUBLISH' : 'PUBLISH', this.#push(channel)];
  }

  #push(channel: string): string {
    return this.#parts.link.names.of('presence', channel);
  }

  #channelsOf(lease: string): string {
    return this.#parts.link.names.of('attended', lease);
  }
}

/** Somebody as the scripts have it: lease, session and the rest. Undefined for what is none. */
function memberIn(text: string): Member | undefined {
  const [, session, json = ''] = /^\S+ (\S+) (.*)$/s.exec(text) ?? [];
  if (session === undefined) return undefined;
  try {
    const { u: user, ...rest }: About = JSON.parse(json);
    return { session, user, ...rest };
  } catch {
    return undefined;
  }
}
