import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryPresence } from '../../src/brokers/index.js';
import type {
  Member,
  PresenceChange,
  PresenceStore,
  PresenceWords,
  PresentUser,
} from '../../src/core/presence.js';
import { type TestPeer, TestServer, testRoute, testUser } from '../../src/testing.js';

const ROOM = 'room/1';
const WATCH = 'signalbox.presence/room/1';
const NODES = 2;
const DELAY = 5000;

const commands = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'join',
      'crowd',
      'leave',
      'leave',
      'leave',
      'watch',
      'hear',
      'wait',
      'wait',
      'die',
      'rename',
    ),
    node: fc.nat(NODES - 1),
    user: fc.constantFrom('0', '1', '2', undefined),
    which: fc.nat(9),
    time: fc.constantFrom(1, 500, 1000, 3000, DELAY, 20_000),
  }),
  { minLength: 10, maxLength: 40, size: 'max' },
);
type Command = typeof commands extends fc.Arbitrary<(infer C)[]> ? C : never;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each([0, 10, 1000])(
  'tells watchers what is so after a while, with %i told one by one',
  async (members) => {
    await fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const world = new World(members);
        for (const command of all) await world.run(command);
        await world.rest();
        world.check();
        await world.stop();
      }),
      { numRuns: 30 },
    );
  },
);

/** What all nodes share, and which changes each has not heard yet. */
class Hub {
  readonly store = new MemoryPresence();
  readonly nodes: HubNode[] = [];

  constructor() {
    this.store.start((change) => {
      for (const node of this.nodes) if (node.watched.has(change.channel)) node.unheard.push(change);
    });
    this.store.watch(ROOM);
  }
}

/** The store of one node, which hears of changes late. */
class HubNode implements PresenceStore {
  readonly watched = new Set<string>();
  readonly unheard: PresenceChange[] = [];
  readonly #hub: Hub;
  readonly #own = new Set<string>();
  #changed: (change: PresenceChange) => void = () => undefined;

  constructor(hub: Hub) {
    this.#hub = hub;
    hub.nodes.push(this);
  }

  start(changed: (change: PresenceChange) => void): void {
    this.#changed = changed;
  }

  async join(channel: string, member: Member): Promise<void> {
    this.#own.add(member.session);
    this.#hub.store.join(channel, member);
  }

  async leave(channel: string, session: string): Promise<void> {
    this.#own.delete(session);
    this.#hub.store.leave(channel, session);
  }

  async present(channel: string, most: number) {
    // It says what was so at some moment while it was asked.
    await later(200);
    const found = this.#hub.store.present(channel, most);
    await later(200);
    return found;
  }

  async watch(channel: string): Promise<void> {
    await later(100);
    this.watched.add(channel);
  }

  async unwatch(channel: string): Promise<void> {
    this.watched.delete(channel);
  }

  hear(): void {
    for (const change of this.unheard.splice(0)) this.#changed(change);
  }

  /** The others find out that its sessions are nowhere any more. */
  close(): void {
    this.watched.clear();
    this.unheard.length = 0;
    for (const session of this.#own) this.#hub.store.leave(ROOM, session);
  }
}

interface Node {
  readonly server: TestServer;
  readonly store: HubNode;
  readonly peers: TestPeer[];
  readonly watchers: TestPeer[];
}

/** Nodes, who is on the channel, and who watches it. */
class World {
  readonly #hub = new Hub();
  readonly #presence = { leaveDelay: DELAY, members: 1000 };
  readonly #nodes: Node[];

  constructor(members: number) {
    this.#presence.members = members;
    this.#nodes = Array.from({ length: NODES }, () => this.#node());
  }

  async run({ kind, node: at, user, which, time }: Command): Promise<void> {
    const node = this.#nodes[at];
    if (node === undefined) return;
    if (kind === 'join') await this.#join(node, user);
    else if (kind === 'crowd')
      for (let n = 0; n < 4; n++) await this.#join(node, n < 2 ? user : `${n + which}`);
    else if (kind === 'watch') this.#watch(node);
    else if (kind === 'hear') node.store.hear();
    else if (kind === 'wait') await vi.advanceTimersByTimeAsync(time);
    else if (kind === 'die' && which === 0) await this.#die(at);
    else await this.#change(node, kind, which);
  }

  /** All that is under way comes to its end. */
  async rest(): Promise<void> {
    for (let n = 0; n < 10; n++) {
      for (const { store } of this.#nodes) store.hear();
      await vi.advanceTimersByTimeAsync(DELAY);
    }
  }

  check(): void {
    const truth = this.#hub.store.present(ROOM, 1000);
    const { users, sessions } = truth;
    const ids = new Set(truth.members.map(({ user, session }) => user ?? session));
    const isListed = sessions <= this.#presence.members;
    for (const watcher of this.#nodes.flatMap(({ watchers }) => watchers)) {
      const seen = watcher.received.reduce(
        (view, { payload }) => view.hear(payload as PresenceWords),
        new View(),
      );
      expect({ users: seen.users, sessions: seen.sessions }).toEqual({ users, sessions });
      if (seen.list !== undefined) expect(new Set(seen.list.keys())).toEqual(ids);
      expect(seen.list !== undefined && !isListed).toBe(false);
    }
    expect(sessions).toBe(this.#nodes.reduce((sum, { peers }) => sum + peers.length, 0));
  }

  async stop(): Promise<void> {
    for (const { server } of this.#nodes) await server.router.stop();
  }

  async #join({ server, peers }: Node, user: string | undefined): Promise<void> {
    const joined = server.connect(user === undefined ? undefined : testUser(user));
    await joined.subscribe(ROOM);
    peers.push(joined);
  }

  #watch({ server, watchers }: Node): void {
    const watcher = server.connect(testUser('watcher'));
    watchers.push(watcher);
    void watcher.subscribe(WATCH);
  }

  async #change({ server, peers }: Node, kind: Command['kind'], which: number): Promise<void> {
    const peer = peers[which % Math.max(peers.length, 1)];
    if (peer === undefined) return;
    const { kind: known, id = '' } = peer.session.principal;
    if (kind === 'leave') {
      peers.splice(peers.indexOf(peer), 1);
      await peer.leave();
    } else if (kind === 'rename' && known === 'user')
      server.router.renew(peer.session, testUser(id, { claims: { name: `${which}` } }));
  }

  #node(): Node {
    const store = new HubNode(this.#hub);
    const server = new TestServer({
      routes: [testRoute('room', 'room/{n}', { presence: this.#presence })],
      handlers: { room: {} },
      presence: store,
    });
    return { server, store, peers: [], watchers: [] };
  }

  /** Without a word; another takes its place. */
  async #die(at: number): Promise<void> {
    this.#nodes[at]?.store.close();
    const dead = this.#nodes.splice(at, 1, this.#node())[0];
    this.#hub.nodes.splice(this.#hub.nodes.indexOf(dead?.store as HubNode), 1);
    Object.assign(dead?.store ?? {}, { join: () => undefined, leave: () => undefined });
  }
}

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What somebody knows who applies what it is told. */
class View {
  list: Map<string, PresentUser> | undefined;
  users = -1;
  sessions = -1;

  hear(words: PresenceWords): this {
    if (words.type === 'members') this.list = new Map(words.members.map((user) => [user.id, user]));
    else if (words.type === 'count') this.list = undefined;
    else if (words.type === 'join') this.list?.set(words.user.id, words.user);
    else if (words.type === 'leave') this.list?.delete(words.user.id);
    this.users = words.users;
    this.sessions = words.sessions;
    return this;
  }
}
