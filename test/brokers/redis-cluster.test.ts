import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ClusterCommand } from '../../src/core/cluster.js';
import { DISCONNECT } from '../../src/core/errors.js';
import { clusterContract } from '../contracts/cluster.js';
import { NO_CHANNELS, openNode, STATE } from '../support/redis-nodes.js';
import { RedisServer, RedisCluster as RedisServers, redisInstalled } from '../support/redis-server.js';
import { until } from '../support/until.js';

let prefixes = 0;

describe.skipIf(!redisInstalled)('nodes on Redis', () => {
  const servers: { server?: RedisServer; cluster?: RedisServers } = {};
  beforeAll(async () => {
    servers.server = await RedisServer.start();
    servers.cluster = await RedisServers.start();
  });
  afterAll(async () => {
    await servers.server?.stop();
    await servers.cluster?.stop();
  });

  for (const [name, kind] of [
    ['one server', 'server'],
    ['a Redis Cluster', 'cluster'],
  ] as const) {
    clusterContract(`three nodes on ${name}`, async () => {
      const address = servers[kind]?.url ?? '';
      const prefix = `t${++prefixes}`;
      const opened = [1, 2, 3].map(() => openNode(address, prefix));
      for (const { link } of opened) await link.start();
      const all = [...opened];
      return {
        nodes: opened.map(({ cluster }) => cluster),
        async another() {
          const late = openNode(address, prefix);
          await late.link.start();
          all.push(late);
          return late.cluster;
        },
        async kill(node) {
          opened[node]?.link.close();
        },
        async close() {
          for (const { link } of all) link.close();
        },
      };
    });
  }

  async function three(prefix = `t${++prefixes}`) {
    const address = servers.server?.url ?? '';
    const opened = [1, 2, 3].map(() => openNode(address, prefix));
    for (const { link } of opened) await link.start();
    const obeyed: ClusterCommand[][] = opened.map(() => []);
    const missed: number[] = [];
    for (const [i, { cluster }] of opened.entries()) {
      await cluster.start({
        obey: (command) => obeyed[i]?.push(command) ?? 0,
        answer: () => NO_CHANNELS,
        missed: () => void missed.push(i),
        state: () => STATE,
      });
    }
    onTestFinished(async () => {
      for (const { cluster, link } of opened) {
        await cluster.close();
        link.close();
      }
    });
    return { opened, obeyed, missed, prefix };
  }

  it('say that commands are lost where the stream has a gap', async () => {
    const { opened, obeyed, missed, prefix } = await three();
    await opened[0]?.cluster.command(KICK);
    await until(() => obeyed.every((all) => all.length === 1));
    await servers.server?.cli('DEL', `${prefix}:ctl:`);
    await opened[0]?.cluster.command(KICK);
    await until(() => missed.length === 3);
    expect(obeyed.map((all) => all.length)).toEqual([2, 2, 2]);
    await opened[1]?.cluster.command(KICK);
    expect(missed).toHaveLength(3);
  });

  it('pass over what is no command', async () => {
    const { opened, obeyed, prefix } = await three();
    const [top = '0-0'] = ((await servers.server?.cli('XREVRANGE', `${prefix}:ctl:`, '+', '-')) ?? '').split(
      '\n',
    );
    await servers.server?.cli(
      'XADD',
      `${prefix}:ctl:`,
      '*',
      'p',
      top === '' ? '0-0' : top,
      'f',
      'x',
      'c',
      '{',
    );
    await servers.server?.cli('PUBLISH', `${prefix}:called:`, 'nonsense');
    await opened[0]?.cluster.command(KICK);
    await until(() => obeyed.every((all) => all.length === 1));
  });

  it('pass over what is no question and no answer, and wait for no node that has closed', async () => {
    const { opened, prefix } = await three();
    const [first] = opened;
    await servers.server?.cli('PUBLISH', `${prefix}:asked:`, 'nonsense');
    await servers.server?.cli('PUBLISH', `${prefix}:asked:`, `1 ${first?.cluster.id} {"type":"other"}`);
    await servers.server?.cli('PUBLISH', `${prefix}:answers:${first?.cluster.id}`, '1 x {');
    const question = { type: 'channels', prefix: '', after: '', limit: 1 } as const;
    expect((await first?.cluster.ask(question))?.answers.size).toBe(3);
    await opened[2]?.cluster.close();
    expect((await first?.cluster.ask(question))?.answers.size).toBe(2);
  });

  it('remember so many withdrawals one by one, and the rest for everybody', async () => {
    const { opened, prefix } = await three();
    for (let n = 1; n <= 105; n++)
      await opened[0]?.cluster.command({ type: 'revoke', user: `u${n}`, before: n });
    const heard: ClusterCommand[] = [];
    const late = openNode(servers.server?.url ?? '', prefix);
    await late.link.start();
    await late.cluster.start({
      obey: (command) => heard.push(command),
      answer: () => NO_CHANNELS,
      missed: () => undefined,
      state: () => STATE,
    });
    onTestFinished(() => late.link.close());
    const forAll = heard.filter((command) => command.type === 'revoke' && command.user === undefined);
    const latest = Math.max(...forAll.map((command) => ('before' in command ? command.before : 0)));
    const named = heard.flatMap((command) =>
      'before' in command && command.user !== undefined ? command.before : [],
    );
    expect(heard.length).toBeLessThanOrEqual(101);
    expect(Math.min(...named)).toBeLessThanOrEqual(latest + 1);
    expect(Math.max(...named)).toBe(105);
  });

  it('give one that was taken for dead another lease, and bury the old one', async () => {
    const { opened, prefix } = await three();
    const [first, second] = opened;
    const buried: string[] = [];
    const renewed: string[] = [];
    const holder = {
      renewed: (before: string) => void renewed.push(before),
      bury: async (lease: string) => void buried.push(lease),
      beaten: () => undefined,
    };
    first?.nodes.add(holder);
    for (const { nodes } of opened.slice(1))
      nodes.add({
        renewed: () => undefined,
        bury: async (lease) => void buried.push(lease),
        beaten: () => undefined,
      });
    const lease = first?.nodes.lease ?? '';
    await servers.server?.cli('HSET', `${prefix}:nodes:`, 'other.1', '1 {}');
    await until(() => buried.includes('other.1'));
    await servers.server?.cli('HDEL', `${prefix}:nodes:`, lease);
    await until(() => renewed.length > 0);
    expect(renewed).toEqual([lease]);
    expect(first?.nodes.lease).not.toBe(lease);
    expect((await second?.cluster.nodes())?.map(({ id }) => id)).toContain(first?.cluster.id);
    expect(buried.filter((one) => one === 'other.1')).toHaveLength(1);
  });
});

const KICK: ClusterCommand = { type: 'disconnect', user: '5', why: DISCONNECT.withdrawn };
