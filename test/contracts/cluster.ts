import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelQuestion } from '../../src/core/channel-summary.js';
import type { Cluster, ClusterCommand, NodeState } from '../../src/core/cluster.js';
import { DISCONNECT } from '../../src/core/errors.js';
import { eventually, until } from '../support/until.js';

/** Nodes under test, of one cluster. */
export interface ClusterFixture {
  readonly nodes: readonly Cluster[];
  /** Another node of the same cluster, which is not started. */
  another?(): Promise<Cluster>;
  /** Ends a node without a word, where it has others. It is not closed afterwards. */
  kill?(node: number): Promise<void>;
  close?(): Promise<void>;
}

const STATE: Omit<NodeState, 'id'> = {
  version: '1.2.3',
  routes: 'abc',
  started: 1,
  connections: 1,
  sessions: 2,
  channels: 3,
  subscriptions: 4,
  lag: 0.5,
};

const SUMMARY = { route: 'r', position: null, kind: 'at_most_once', promise: 'at most once' };

const QUESTION: ChannelQuestion = { type: 'channels', prefix: '', after: 'ä "b"\n', limit: 5 };

const KICK: ClusterCommand = { type: 'disconnect', user: '5', why: DISCONNECT.withdrawn };

/** What the application relies on, whatever connects the nodes. Run it for every implementation of `Cluster`. */
export function clusterContract(name: string, create: () => Promise<ClusterFixture> | ClusterFixture): void {
  describe(`the contract of clusters: ${name}`, () => {
    let fixture: ClusterFixture;
    let obeyed: ClusterCommand[][];
    let dead: Set<number>;

    beforeEach(async () => {
      fixture = await create();
      obeyed = fixture.nodes.map(() => []);
      dead = new Set();
      for (const [i, node] of fixture.nodes.entries()) {
        await node.start({
          obey: (command) => {
            obeyed[i]?.push(command);
            return i + 1;
          },
          answer: (question) => ({
            channels: [{ ...SUMMARY, channel: question.after, subscribers: i }],
            more: i > 0,
          }),
          missed: () => undefined,
          state: () => ({ ...STATE, started: i, connections: i }),
        });
      }
    });
    afterEach(async () => {
      for (const [i, node] of fixture.nodes.entries()) if (!dead.has(i)) await node.close();
      await fixture.close?.();
    });

    const first = (): Cluster => fixture.nodes[0] as Cluster;
    const count = () => fixture.nodes.length;
    const known = async (node: Cluster) => (await node.nodes()).map(({ id }) => id);
    /** Nodes hear of each other a little later. */
    const assembled = () =>
      eventually(async () => {
        for (const node of fixture.nodes) expect(await known(node)).toHaveLength(count());
      });

    it('has every node obey, and counts the sessions of all', async () => {
      await assembled();
      expect(await first().command(KICK)).toBe((count() * (count() + 1)) / 2);
      expect(obeyed).toEqual(fixture.nodes.map(() => [KICK]));
    });

    it('obeys itself before the others are asked', () => {
      void first().command(KICK);
      expect(obeyed[0]).toEqual([KICK]);
    });

    it('has commands of one node obeyed in their order, each once', async () => {
      await assembled();
      const commands = Array.from({ length: 50 }, (_, n) => ({ ...KICK, user: String(n) }));
      await Promise.all(commands.map((command) => first().command(command)));
      expect(obeyed).toEqual(fixture.nodes.map(() => commands));
    });

    it('carries every command as it is', async () => {
      const commands: readonly ClusterCommand[] = [
        KICK,
        { type: 'disconnect', session: '123', why: { ...DISCONNECT.ended, reason: 'ä "quoted"\n' } },
        { type: 'revoke', user: '5', before: 1234 },
        { type: 'revoke', user: undefined, before: 1234 },
        { type: 'rights', user: '__proto__', rights: { roles: ['a', 'b'], organizations: [] } },
      ];
      for (const command of commands) await first().command(command);
      await until(() => obeyed.every((all) => all.length === commands.length));
      expect(obeyed).toEqual(fixture.nodes.map(() => commands));
    });

    it('says what each node says of itself, the oldest first', async () => {
      await assembled();
      const expected = fixture.nodes.map(({ id }, i) => ({ id, ...STATE, started: i, connections: i }));
      for (const node of fixture.nodes) expect(await node.nodes()).toEqual(expected);
      expect(new Set(expected.map(({ id }) => id)).size).toBe(count());
    });

    it('has every node answer a question', async () => {
      await assembled();
      for (const node of fixture.nodes) {
        const { answers, silent } = await node.ask(QUESTION);
        expect(silent).toEqual([]);
        const expected = fixture.nodes.map(({ id }, i) => [
          id,
          { channels: [{ ...SUMMARY, channel: QUESTION.after, subscribers: i }], more: i > 0 },
        ]);
        expect(new Map(answers)).toEqual(new Map(expected as []));
      }
    });

    it('says which node has not answered, and has what the others say', async (context) => {
      if (fixture.kill === undefined) return context.skip('its nodes do not die one by one');
      await assembled();
      dead.add(count() - 1);
      await fixture.kill(count() - 1);
      const { answers, silent } = await first().ask(QUESTION);
      expect(silent).toEqual([fixture.nodes.at(-1)?.id]);
      expect(answers.size).toBe(count() - 1);
    });

    it('does not count a node that has left', async (context) => {
      if (count() === 1) return context.skip('it is alone');
      await assembled();
      dead.add(count() - 1);
      await fixture.nodes.at(-1)?.close();
      await eventually(async () => expect(await known(first())).toHaveLength(count() - 1));
      expect(await first().command(KICK)).toBe((count() * (count() - 1)) / 2);
    });

    it('does not count a node that has died, nor waits for it', async (context) => {
      if (fixture.kill === undefined) return context.skip('its nodes do not die one by one');
      await assembled();
      dead.add(count() - 1);
      await fixture.kill(count() - 1);
      await eventually(async () => expect(await known(first())).toHaveLength(count() - 1));
      expect(await first().command(KICK)).toBe((count() * (count() - 1)) / 2);
    });

    it('tells a node that comes later which credentials were withdrawn before, and nothing else', async (context) => {
      if (fixture.another === undefined) return context.skip('it is alone');
      await first().command({ type: 'revoke', user: '5', before: 1234 });
      await first().command(KICK);
      await first().command({ type: 'revoke', user: '6', before: 99 });
      await first().command({ type: 'revoke', user: undefined, before: 50 });
      const heard: ClusterCommand[] = [];
      const late = await fixture.another();
      await late.start({
        obey: (command) => heard.push(command),
        answer: () => ({ channels: [], more: false }),
        missed: () => undefined,
        state: () => STATE,
      });
      const order = (command: ClusterCommand) => ('before' in command ? command.before : Number.NaN);
      expect(heard.sort((a, b) => order(a) - order(b))).toEqual([
        { type: 'revoke', user: undefined, before: 50 },
        { type: 'revoke', user: '6', before: 99 },
        { type: 'revoke', user: '5', before: 1234 },
      ]);
      await late.close();
    });
  });
}
