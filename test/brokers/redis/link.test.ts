import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLink } from '../../../src/brokers/redis/create-link.js';
import type { RedisLink } from '../../../src/brokers/redis/link.js';
import { script } from '../../../src/brokers/redis/script.js';
import { NULL_LOGGER } from '../../../src/core/logger.js';
import { RedisCluster, RedisServer, redisInstalled } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

interface Service {
  readonly url: string;
  readonly servers: readonly RedisServer[];
  stop(): Promise<void>;
}

const SERVICES: readonly (readonly [string, () => Promise<Service>])[] = [
  ['one server', startSingle],
  ['a Cluster', () => RedisCluster.start()],
];

describe.skipIf(!redisInstalled).each(SERVICES)('a link to %s', (_, start) => {
  let service: Service;
  const links: RedisLink[] = [];
  beforeAll(async () => void (service = await start()));
  afterAll(() => service.stop());
  afterEach(() => {
    for (const link of links.splice(0)) link.close();
  });

  const create = () => {
    const link = createLink({ address: service.url, prefix: 'sb', name: 'test', logger: NULL_LOGGER });
    links.push(link);
    return link;
  };
  const open = async () => {
    const link = create();
    await link.start();
    return link;
  };

  it('sends commands, and answers with octets', async () => {
    const link = await open();
    for (let n = 0; n < 100; n++) {
      const key = link.names.of('k', String(n));
      await link.command(key, ['SET', key, Buffer.from([0, 255, n])]);
      expect(await link.command(key, ['GET', key])).toEqual(Buffer.from([0, 255, n]));
    }
  });

  it('runs scripts, also those that a server does not know', async () => {
    const link = await open();
    const add = script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    const key = link.names.of('n', 'a');
    expect(await link.run(add, [key], ['2'])).toBe(2);
    expect(await link.run(add, [key], ['3'])).toBe(5);
  });

  it('subscribes to many channels at once, and forgets those unsubscribed', async () => {
    const [here, there] = [await open(), await open()];
    const got = new Map<string, string>();
    const channels = Array.from({ length: 3000 }, (_item, n) => here.names.of('c', `channel ${n}`));
    const heard = (message: Buffer, channel: string) => void got.set(channel, message.toString());
    await Promise.all(channels.map((channel) => here.subscribe(channel, heard)));
    for (const channel of channels.slice(0, 1500)) here.unsubscribe(channel);
    const [again = ''] = channels;
    await here.subscribe(again, heard);
    const last = channels.at(-1) ?? '';
    await Promise.all(channels.map((channel, n) => there.publish(channel, String(n))));
    await until(() => got.size === 1501 && got.get(last) === '2999');
    expect(got.get(again)).toBe('0');
  });

  it('reads a stream on from where it was', async () => {
    const link = await open();
    const stream = link.names.of('s', 'control');
    const add = (value: string) => link.command(stream, ['XADD', stream, '*', 'v', value]);
    await add('before');
    const got: string[] = [];
    const stop = link.follow(stream, '$', (_id, [, value]) => void got.push(String(value)));
    while (got.length === 0) await add('first');
    await add('last');
    await until(() => got.at(-1) === 'last');
    stop();
    expect(got).not.toContain('before');
  });

  it('says what is wrong while Redis is away, and has all subscriptions when it is back', async () => {
    const [link, other] = [create(), await open()];
    let restored = 0;
    link.watch({ restored: () => restored++ });
    await link.start();
    const got: string[] = [];
    const channel = link.names.of('c', 'a');
    await link.subscribe(channel, (message) => void got.push(message.toString()));
    expect(link.health).toEqual({ ready: true });
    for (const server of service.servers) await server.kill();
    await until(() => !link.health.ready);
    expect(link.health.reason).toMatch(/^Redis is away: /);
    expect(link.isUp(channel)).toBe(false);
    await expect(link.command(channel, ['GET', channel])).rejects.toMatchObject({ code: 'unavailable' });
    await expect(link.subscribe(link.names.of('c', 'b'), () => undefined)).rejects.toMatchObject({
      code: 'unavailable',
    });
    for (const server of service.servers) await server.restart();
    await until(() => link.health.ready && other.health.ready && restored > 0);
    await other.publish(channel, 'back');
    await until(() => got.includes('back'));
  });
});

describe.skipIf(!redisInstalled)('an address that leads nowhere', () => {
  it.each([
    ['ftp://host', 'write redis://host:6379/0'],
    ['redis://host:99999', 'host:port'],
    ['redis://a,b', 'redis+cluster://'],
    ['redis+sentinel://a', 'no name'],
  ])('%s is refused', (address, reason) => {
    const link = () => createLink({ address, prefix: 'sb', name: 'test', logger: NULL_LOGGER });
    expect(link).toThrow(reason);
  });

  it('is told at the start', async () => {
    const address = 'redis://127.0.0.1:1/0';
    const link = createLink({ address, prefix: 'sb', name: 'test', logger: NULL_LOGGER });
    await expect(link.start()).rejects.toThrow('ECONNREFUSED');
    link.close();
  });
});

async function startSingle(): Promise<Service> {
  const server = await RedisServer.start();
  return { url: server.url, servers: [server], stop: () => server.stop() };
}
