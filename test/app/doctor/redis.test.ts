import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { cli } from '../../support/cli.js';
import { makeFolder } from '../../support/folder.js';
import { RedisCluster, RedisServer, redisInstalled } from '../../support/redis-server.js';
import { KEY, REPOSITORY, ServerProcess } from '../../support/server.js';
import { doctor, settings } from './kit.js';

// The first command loads the built-in handlers, whose sources are compiled then.
beforeAll(async () => void (await cli(['check', '--config', `${REPOSITORY}signalbox.yml`])), 120_000);

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

  it('finds one that is not there', async () => {
    const of = await doctor('--config', settings('broker: redis://127.0.0.1:1/0\n'));
    expect(of('redis-reachable').outcome).toBe('error');
    expect(of('redis-version').outcome).toBe('skipped');
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
    await expect
      .poll(async () => (await look(one.url))('nodes-silent').findings, { timeout: 10_000, interval: 200 })
      .toEqual([expect.stringMatching(/^node \w+ gave its last sign of life \d+ ms ago$/)]);
    same.signal('SIGCONT');
  });
});
