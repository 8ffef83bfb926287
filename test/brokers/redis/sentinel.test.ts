import { describe, expect, it, onTestFinished } from 'vitest';
import { createLink } from '../../../src/brokers/redis/create-link.js';
import { RedisBroker } from '../../../src/brokers/redis/redis-broker.js';
import { NULL_LOGGER } from '../../../src/core/logger.js';
import { NULL_METER } from '../../../src/core/meter.js';
import { Payload } from '../../../src/core/payload.js';
import { RedisServer, redisInstalled } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

const HISTORY = { size: 10, ttl: 60_000 };

async function run(...options: readonly string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...options);
  onTestFinished(() => server.stop());
  return server;
}

describe.skipIf(!redisInstalled)('a node that asks Sentinel', () => {
  it('goes on at the server that is the main one now', async () => {
    const main = await run();
    const replica = await run('--replicaof', '127.0.0.1', String(main.port));
    const sentinel = await RedisServer.startSentinel(main);
    onTestFinished(() => sentinel.stop());
    const address = `redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/main/0`;
    const link = createLink({ address, prefix: 'sb', name: 'test', logger: NULL_LOGGER });
    const broker = new RedisBroker({
      link,
      meter: NULL_METER,
      logger: NULL_LOGGER,
      limits: { retained: 10 },
    });
    onTestFinished(() => link.close());
    onTestFinished(() => broker.close());
    const heard: string[] = [];
    await broker.start({ deliver: ({ id }) => void heard.push(id), lost: () => void heard.push('lost') });
    await broker.subscribe('a', HISTORY);
    const publish = (id: string) =>
      broker.publish(
        { id, channel: 'a', payload: Payload.of(1), time: 1, audience: undefined },
        { retain: false, history: HISTORY, key: id },
      );
    await publish('1');
    await until(async () =>
      (await sentinel.cli('SENTINEL', 'replicas', 'main')).includes(String(replica.port)),
    );
    await until(async () => (await replica.cli('INFO', 'replication')).includes('master_link_status:up'));
    await main.kill();
    await until(async () => (await replica.cli('ROLE')).startsWith('master'));
    await until(async () => {
      try {
        await publish('2');
        return (await replica.cli('HLEN', 'sb:h:a')) === '3';
      } catch {
        return false;
      }
    });
    await until(() => heard.at(-1) === '2');
    expect(heard[0]).toBe('1');
  });
});
