import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { NotExamined } from '../../../src/app/doctor/doctor-check.js';
import { CHECKS } from '../../../src/app/doctor/examine.js';
import type { RedisLink } from '../../../src/brokers/index.js';
import { cli } from '../../support/cli.js';
import { makeFolder } from '../../support/folder.js';
import { RedisCluster, RedisServer, redisInstalled } from '../../support/redis-server.js';
import { KEY, REPOSITORY, ServerProcess } from '../../support/server.js';
import { eventually, until } from '../../support/until.js';
import { doctor, findings, settings } from './kit.js';

// The first command loads the built-in handlers, whose sources are compiled then.
beforeAll(async () => void (await cli(['check', '--config', `${REPOSITORY}signalbox.yml`])), 120_000);

/** A link to a Redis that answers so. */
function redisThat(command: (words: string) => unknown): RedisLink {
  const link: Pick<RedisLink, 'command'> = {
    command: async (_key, args) => (await command(args.join(' '))) as never,
  };
  return link as RedisLink;
}

describe('the doctor and what Redis says', () => {
  it.each([
    ['6.2.14', ['this is Redis 6.2.14']],
    ['7.0.0', []],
    ['8.1.2', []],
  ])('knows whether %s is new enough', async (version, found) => {
    const redis = redisThat(() => `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n`);
    expect(await findings('redis-version', { redis })).toEqual(found);
  });

  it('finds one that is slow', async () => {
    const slow = redisThat(() => sleep(25, 'PONG'));
    expect(await findings('redis-latency', { redis: slow })).toEqual([
      expect.stringMatching(/^an answer takes \d+\.\d ms$/),
    ]);
    expect(await findings('redis-latency', { redis: redisThat(() => 'PONG') })).toEqual([]);
  });

  it('finds a clock that is wrong', async () => {
    const redis = redisThat(() => [String(Math.floor(Date.now() / 1000) + 60), '0']);
    expect(await findings('redis-clock', { redis })).toEqual([
      expect.stringMatching(/^the clock of Redis is (?:59|60)\d{3} ms from this one$/),
    ]);
  });

  it('judges by no configuration that is not shown', async () => {
    const redis = redisThat((words) => {
      if (words.startsWith('CONFIG')) throw new Error('ERR unknown command');
      return 'aof_enabled:0\r\n';
    });
    for (const name of ['redis-persistence', 'redis-output-buffer'])
      await expect(findings(name, { redis })).rejects.toThrow('does not show its configuration');
  });

  it('is content with a main server that has a replica', async () => {
    const text = 'broker: redis+sentinel://127.0.0.1:1/main\n';
    const redis = redisThat(() => 'role:master\r\nconnected_slaves:1\r\n');
    expect(await findings('redis-replicas', { text, redis })).toEqual([]);
  });

  it('takes no replica that has failed for one', async () => {
    const look = (flags: string) => {
      const nodes = [
        'aa 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-16383',
        `bb 127.0.0.1:7001@17001 ${flags} aa 0 0 1 connected`,
      ];
      const redis = redisThat(() => `${nodes.join('\n')}\n`);
      return findings('redis-replicas', { text: 'broker: redis+cluster://127.0.0.1:7000\n', redis });
    };
    expect(await look('slave')).toEqual([]);
    expect(await look('slave,fail')).toEqual(['127.0.0.1:7000 has no replica']);
  });

  it('asks nothing of Redis where the broker is another one', async () => {
    for (const { name, about } of CHECKS)
      if (about === 'redis') await expect(findings(name, {}), name).rejects.toThrow(NotExamined);
  });
});

describe.skipIf(!redisInstalled)('the doctor and Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start('--maxmemory-policy allkeys-lru', '--save ""', '--appendonly no');
  });
  afterAll(() => redis.stop());

  it('finds a server that forgets, and one that keeps nothing', async () => {
    for (const policy of ['allkeys-lru', 'volatile-ttl']) {
      await redis.cli('CONFIG', 'SET', 'maxmemory-policy', policy);
      const of = await doctor('--config', settings(`broker: ${redis.url}\n`));
      expect(of('redis-eviction')).toMatchObject({
        outcome: 'error',
        findings: [`maxmemory-policy is ${policy}`],
      });
      expect(of('redis-persistence')).toMatchObject({ outcome: 'warning' });
      for (const name of ['redis-reachable', 'redis-version', 'redis-clock', 'redis-output-buffer']) {
        expect(of(name).outcome, name).toBe('fine');
      }
    }
    await redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    expect((await doctor('--config', settings(`broker: ${redis.url}\n`)))('redis-eviction').outcome).toBe(
      'fine',
    );
  });

  it('finds that nothing outlives a restart, and that a node is soon cut off, and says what helps', async () => {
    await redis.cli('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 8mb 2mb 60');
    await redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const look = () => doctor('--config', settings(`broker: ${redis.url}\n`));
    const ill = await look();
    expect(ill('redis-persistence').findings).toEqual([
      'there is neither an append-only file nor a snapshot',
    ]);
    expect(ill('redis-output-buffer').findings).toEqual([
      'client-output-buffer-limit of pubsub is 8388608 octets',
    ]);
    // What the fixes say, word by word.
    for (const name of ['redis-persistence', 'redis-output-buffer', 'redis-eviction']) {
      const [, setting = '', quoted, bare] =
        /^set (\S+) (?:'(.+)'|(\S+)) by CONFIG SET/.exec(ill(name).fix ?? '') ?? [];
      const value = quoted ?? bare ?? '';
      await redis.cli('CONFIG', 'SET', setting, value);
    }
    const well = await look();
    for (const name of ['redis-persistence', 'redis-output-buffer', 'redis-eviction'])
      expect(well(name), name).toMatchObject({ outcome: 'fine' });
    await redis.cli('CONFIG', 'SET', 'appendonly', 'no');
  });

  it('finds one that is not there', async () => {
    const of = await doctor('--config', settings('broker: redis://127.0.0.1:1/0\n'));
    expect(of('redis-reachable').outcome).toBe('error');
    expect(of('redis-version').outcome).toBe('skipped');
  });

  it('is content with three Sentinels that know each other', async () => {
    const sentinels: RedisServer[] = [];
    for (let n = 0; n < 3; n++) {
      const sentinel = await RedisServer.startSentinel(redis);
      onTestFinished(() => sentinel.stop());
      await sentinel.cli('SENTINEL', 'SET', 'main', 'quorum', '2', 'down-after-milliseconds', '5000');
      sentinels.push(sentinel);
    }
    const places = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const text = `broker: redis+sentinel://${places}/main\n`;
    // They hear of each other every two seconds.
    await eventually(async () => expect(await findings('redis-sentinel', { text })).toEqual([]));
  });

  it('finds Sentinels that cannot agree, and a main server without a replica', async () => {
    const sentinel = await RedisServer.startSentinel(redis);
    onTestFinished(() => sentinel.stop());
    const look = async () =>
      doctor('--config', settings(`broker: redis+sentinel://127.0.0.1:${sentinel.port}/main\n`));
    const of = await look();
    expect(of('redis-sentinel').findings).toEqual([
      'there are 1 Sentinels, and should be 3',
      'one Sentinel alone takes the main server for lost: quorum is 1',
      'down-after-milliseconds is 300',
    ]);
    expect(of('redis-replicas').findings).toEqual(['main has no replica']);
    await sentinel.cli('SENTINEL', 'SET', 'main', 'quorum', '2', 'down-after-milliseconds', '5000');
    expect((await look())('redis-sentinel').findings).toEqual([
      'there are 1 Sentinels, and should be 3',
      '2 have to agree, and there are 1',
    ]);
  });
});

describe.skipIf(!redisInstalled)('the doctor and a Redis Cluster', { timeout: 60_000 }, () => {
  it('finds servers without a replica, and slots that nobody serves', async () => {
    const cluster = await RedisCluster.start();
    onTestFinished(() => cluster.stop());
    const look = () => doctor('--config', settings(`broker: ${cluster.url}\n`));
    const whole = await look();
    expect(whole('redis-cluster')).toMatchObject({ outcome: 'fine' });
    expect(whole('redis-replicas').findings).toHaveLength(3);
    expect(whole('redis-sentinel').outcome).toBe('skipped');
    const [first] = cluster.servers;
    await first?.cli('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
    await first?.cli('CLUSTER', 'DELSLOTS', '1');
    expect((await look())('redis-cluster').findings).toEqual(['16383 of 16384 slots are served']);
  });
});

describe.skipIf(!redisInstalled)('the doctor and two nodes on one Redis', { timeout: 60_000 }, () => {
  const ROUTE = 'a: { channel: a, handler: broadcast, access: { subscribe: anyone, publish: backend } }\n';

  async function node(
    redis: RedisServer,
    routes: string,
    env: Record<string, string> = {},
  ): Promise<ServerProcess> {
    const text = `routing: routes.yml\ntopics: { handlers: [] }\nbroker: ${redis.url}\nlimits: { drain: 100ms }\n`;
    const config = `${makeFolder({ 'signalbox.yml': text, 'routes.yml': routes })}/signalbox.yml`;
    return ServerProcess.start({ config, env });
  }

  async function nodesOf({ url }: ServerProcess): Promise<readonly unknown[]> {
    const answer = await fetch(`${url}/api/nodes`, { headers: { authorization: `Bearer ${KEY}` } });
    return ((await answer.json()) as { readonly nodes: readonly unknown[] }).nodes;
  }

  it('finds that they differ, that a clock is wrong, and that one is silent', async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const look = (url: string) => doctor('--config', settings(''), '--url', url, '--key', KEY);
    const one = await node(redis, ROUTE);
    onTestFinished(() => one.stop());
    const same = await node(redis, ROUTE);
    onTestFinished(() => same.stop());
    const alike = await look(one.url);
    for (const name of ['nodes-differ', 'nodes-clock', 'nodes-silent', 'server-descriptors']) {
      expect(alike(name), name).toMatchObject({ outcome: 'fine', findings: [] });
    }
    same.signal('SIGSTOP');
    // A clock that is a minute ahead.
    const ahead = 'data:text/javascript,globalThis.was=Date.now;Date.now=()=>was()+60000';
    const other = await node(redis, `${ROUTE}b: { channel: b, handler: broadcast }\n`, {
      NODE_OPTIONS: `--import=${ahead}`,
    });
    onTestFinished(() => other.stop());
    const of = await look(one.url);
    expect(of('nodes-differ')).toMatchObject({
      outcome: 'error',
      findings: [expect.stringMatching(/^[23] nodes differ in routes: /)],
    });
    expect(of('nodes-clock').findings).toEqual([
      expect.stringMatching(/^the clock of node \w+ is (?:59|60)\d{3} ms from that of node \w+$/),
    ]);
    // It is silent for two seconds and a half, and dead then.
    const isAway = async () => {
      const silent = await findings('nodes-silent', { url: new URL(one.url), key: KEY });
      return silent.length > 0 || (await nodesOf(one)).length < 3;
    };
    await until(isAway);
    same.signal('SIGCONT');
  });
});
