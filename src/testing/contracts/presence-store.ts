import type { Member, PresenceChange, PresenceStore } from '../../core/presence.js';
import { type ContractCheck, contract, eventually, until } from './contract.js';
import { expect } from './expect.js';

/** Stores under test, connected to the same service as the others that one `create` call makes. */
export interface PresenceStoreFixture {
  /** One store for each node. */
  readonly nodes: readonly PresenceStore[];
  /** Ends a node without a word, where it has others. It is not closed afterwards. */
  kill?(node: number): Promise<void>;
  close?(): Promise<void>;
}

/** Somebody on a channel; of a session's number follow its user, unless given, and when it joined. */
export function member(session: number, user: string | undefined = `u${session}`): Member {
  return { session: String(session), user, roles: ['staff'], since: 1000 + session };
}

/** One of nobody in particular. */
export function stranger(session: number): Member {
  return { ...member(session), user: undefined, roles: [] };
}

/** What the router relies on, wherever presence is kept. Run it for every implementation of `PresenceStore`. */
export function presenceStoreContract(
  create: () => Promise<PresenceStoreFixture> | PresenceStoreFixture,
): readonly ContractCheck[] {
  return contract(({ beforeEach, afterEach, it }) => {
    let fixture: PresenceStoreFixture;
    let changes: PresenceChange[][];
    let dead: Set<number>;

    beforeEach(async () => {
      fixture = await create();
      changes = fixture.nodes.map(() => []);
      dead = new Set();
      for (const [i, node] of fixture.nodes.entries()) {
        await node.start((change) => void changes[i]?.push(change));
      }
    });
    afterEach(async () => {
      for (const [i, node] of fixture.nodes.entries()) if (!dead.has(i)) await node.close();
      await fixture.close?.();
    });

    const first = (): PresenceStore => fixture.nodes[0] as PresenceStore;
    const last = (): PresenceStore => fixture.nodes.at(-1) as PresenceStore;
    const everywhere = (action: (node: PresenceStore) => unknown) => Promise.all(fixture.nodes.map(action));
    /** The changes told on each node, such as `join 1 first`. */
    const told = (channel: string) =>
      changes.map((all) =>
        all
          .filter((change) => change.channel === channel)
          .map((change) => `${change.type} ${change.member.session}${change.first ? ' first' : ''}`),
      );
    const eachIsTold = (channel: string, expected: readonly string[]) =>
      eventually(() => expect(told(channel)).toEqual(fixture.nodes.map(() => expected)));

    it('says on every node who is there, the oldest first', async () => {
      const all = [member(1), member(2, 'u1'), stranger(3)];
      await last().join('a', all[2] as Member);
      await first().join('a', all[0] as Member);
      await last().join('a', all[1] as Member);
      await everywhere(async (node) =>
        expect(await node.present('a', 10)).toEqual({ members: all, sessions: 3, users: 1 }),
      );
    });

    it('names no more than it is asked for, and counts all', async () => {
      for (let n = 1; n <= 5; n++) await first().join('a', member(n));
      const { members, sessions, users } = await last().present('a', 2);
      expect([members.map(({ session }) => session), sessions, users]).toEqual([['1', '2'], 5, 5]);
      expect(await last().present('a', 0)).toEqual({ members: [], sessions: 5, users: 5 });
    });

    it('says that nobody is where nobody is', async () => {
      expect(await first().present('a', 10)).toEqual({ members: [], sessions: 0, users: 0 });
    });

    it('forgets who has left', async () => {
      await first().join('a', member(1));
      await last().join('a', member(2, 'u1'));
      await first().leave('a', '1');
      expect(await last().present('a', 10)).toMatchObject({ sessions: 1, users: 1 });
      await last().leave('a', '2');
      expect(await first().present('a', 10)).toEqual({ members: [], sessions: 0, users: 0 });
    });

    it('takes a session once, however often it joins and leaves', async () => {
      await everywhere((node) => node.watch('a'));
      for (let n = 0; n < 3; n++) await first().join('a', member(1));
      expect(await first().present('a', 10)).toMatchObject({ sessions: 1, users: 1 });
      for (let n = 0; n < 3; n++) await first().leave('a', '1');
      await first().leave('a', 'unknown');
      await first().join('a', member(2));
      await eachIsTold('a', ['join 1 first', 'leave 1 first', 'join 2 first']);
      expect(await first().present('a', 10)).toMatchObject({ sessions: 1, users: 1 });
    });

    it('tells who comes and goes on every node that watches, and whether all of a user does', async () => {
      await everywhere((node) => node.watch('a'));
      await first().join('a', member(1, 'x'));
      await last().join('a', member(2, 'x'));
      await last().join('a', member(3, 'y'));
      await first().leave('a', '1');
      await last().leave('a', '2');
      await last().leave('a', '3');
      await eachIsTold('a', [
        'join 1 first',
        'join 2',
        'join 3 first',
        'leave 1',
        'leave 2 first',
        'leave 3 first',
      ]);
      const [change] = changes[0] ?? [];
      expect(change).toEqual({ type: 'join', channel: 'a', member: member(1, 'x'), first: true });
    });

    it('tells of nobody in particular each time', async () => {
      await everywhere((node) => node.watch('a'));
      await first().join('a', stranger(1));
      await first().join('a', stranger(2));
      await first().leave('a', '1');
      await eachIsTold('a', ['join 1 first', 'join 2 first', 'leave 1 first']);
    });

    it('tells nothing of channels that are not watched, or not any more', async () => {
      await everywhere((node) => node.watch('a'));
      await everywhere((node) => node.watch('end'));
      await first().join('b', member(1));
      await first().join('a', member(1));
      await eachIsTold('a', ['join 1 first']);
      await everywhere((node) => node.unwatch('a'));
      await first().leave('a', '1');
      await first().join('end', member(1));
      await eachIsTold('end', ['join 1 first']);
      await eachIsTold('a', ['join 1 first']);
      await eachIsTold('b', []);
    });

    it('tells again where it is watched again', async () => {
      await first().watch('a');
      await first().unwatch('a');
      await first().watch('a');
      await last().join('a', member(1));
      await until(() => told('a')[0]?.length === 1);
    });

    it('keeps channels apart, also ones named like members of objects', async () => {
      const channels = ['a', 'a/b', '__proto__', 'constructor', 'ä', 'a*', '{a}', 'a}b{c'];
      for (const [n, channel] of channels.entries()) await first().join(channel, member(n));
      for (const [n, channel] of channels.entries()) {
        const { members } = await last().present(channel, 10);
        expect(members).toEqual([member(n)]);
      }
    });

    it('keeps users apart, also ones named like members of objects', async () => {
      const users = ['a', '__proto__', 'constructor', '', 'ä"\\', '{a}', '*', '0', ' '];
      for (const [n, user] of users.entries()) await first().join('a', member(n, user));
      const { members, users: count } = await last().present('a', 100);
      expect([members.map(({ user }) => user), count]).toEqual([users, users.length]);
    });

    it('takes calls for one channel in the order made, without anybody waiting', async () => {
      await everywhere((node) => node.watch('a'));
      const calls: unknown[] = [];
      const expected: string[] = [];
      for (let n = 0; n < 200; n++) {
        calls.push(first().join('a', member(n)), first().leave('a', String(n)));
        expected.push(`join ${n} first`, `leave ${n} first`);
      }
      await Promise.all(calls);
      await eachIsTold('a', expected);
      expect(await first().present('a', 10)).toMatchObject({ sessions: 0, users: 0 });
    });

    it('tells all nodes the same order of what happens on several', async () => {
      await everywhere((node) => node.watch('a'));
      await Promise.all(
        fixture.nodes.map(async (node, i) => {
          for (let n = 0; n < 50; n++) await node.join('a', member(i * 1000 + n));
        }),
      );
      await until(() => told('a').every((all) => all.length === 50 * fixture.nodes.length));
      const [one, ...others] = told('a');
      for (const other of others) expect(other).toEqual(one);
    });

    it('knows many', async () => {
      const count = 3000;
      await Promise.all(
        Array.from({ length: count }, (_, n) => first().join('a', member(n, `u${n % 1000}`))),
      );
      await eventually(async () => {
        const { members, sessions, users } = await last().present('a', 100);
        expect([sessions, users]).toEqual([count, 1000]);
        expect(members.map(({ session }) => session)).toEqual(
          Array.from({ length: 100 }, (_, n) => String(n)),
        );
      });
    });

    it('lets go of those of a node that has died, and tells it', async () => {
      if (fixture.kill === undefined) return 'its nodes do not die one by one';
      await first().watch('a');
      await first().join('a', member(1, 'x'));
      await last().join('a', member(2, 'x'));
      await last().join('a', member(3, 'y'));
      await until(() => told('a')[0]?.length === 3);
      dead.add(fixture.nodes.length - 1);
      await fixture.kill(fixture.nodes.length - 1);
      await eventually(async () =>
        expect(await first().present('a', 10)).toEqual({
          members: [member(1, 'x')],
          sessions: 1,
          users: 1,
        }),
      );
      await until(() => told('a')[0]?.length === 5);
      expect(told('a')[0]?.slice(3).sort()).toEqual(['leave 2', 'leave 3 first']);
      return undefined;
    });
  });
}
