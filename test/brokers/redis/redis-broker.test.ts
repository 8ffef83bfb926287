import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLink } from '../../../src/brokers/redis/create-link.js';
import type { RedisLink } from '../../../src/brokers/redis/link.js';
import { RedisBroker } from '../../../src/brokers/redis/redis-broker.js';
import { NULL_LOGGER } from '../../../src/core/logger.js';
import { Payload } from '../../../src/core/payload.js';
import type { Position } from '../../../src/core/position.js';
import type { Publication } from '../../../src/core/publication.js';
import { RedisCluster, RedisServer, redisInstalled } from '../../support/redis-server.js';
import { until } from '../../support/until.js';

interface Node {
  readonly link: RedisLink;
  readonly broker: RedisBroker;
  readonly heard: string[];
  readonly counted: string[];
}

interface Service {
  readonly url: string;
  stop(): Promise<void>;
}

const SERVICES: readonly (readonly [string, () => Promise<Service>])[] = [
  ['one server', () => RedisServer.start()],
  ['a Cluster', () => RedisCluster.start()],
];

const HISTORY = { size: 10, ttl: 60_000 };
const KEEP = { retain: false, history: HISTORY };
const ALL = { match: 'prefix', channel: '' } as const;

let installations = 0;

describe.skipIf(!redisInstalled).each(SERVICES)('a node on %s', (_, start) => {
  let service: Service;
  let nodes: Node[] = [];
  let prefix: string;
  beforeAll(async () => void (service = await start()));
  afterAll(() => service.stop());
  afterEach(() => {
    for (const { broker, link } of nodes.splice(0)) {
      broker.close();
      link.close();
    }
  });

  const create = async ({
    retained = 1000,
    ...more
  }: {
    retained?: number;
    keptFor?: number;
  } = {}): Promise<Node> => {
    const link = createLink({ address: service.url, prefix, name: 'test', logger: NULL_LOGGER });
    const [heard, counted]: [string[], string[]] = [[], []];
    const meter = { count: (name: string) => void counted.push(name) };
    const broker = new RedisBroker({ link, meter, logger: NULL_LOGGER, limits: { retained }, ...more });
    const node = { link, broker, heard, counted };
    nodes.push(node);
    await broker.start({
      deliver: ({ channel, id }) => void heard.push(`${channel} ${id}`),
      lost: (channel) => void heard.push(`${channel} lost`),
    });
    return node;
  };
  const createTwo = async () => {
    prefix = `own${installations++}`;
    nodes = [];
    return [await create(), await create()] as const;
  };

  it('hears a pattern, and each publication once even where its channel is subscribed, too', async () => {
    const [here, there] = await createTwo();
    await here.broker.subscribePattern();
    const channels = Array.from({ length: 20 }, (_item, n) => `channel ${n}`);
    const expected: string[] = [];
    let id = 1;
    const publishAll = async () => {
      for (const [n, channel] of channels.entries()) {
        expected.push(`${channel} ${id}`);
        await there.broker.publish(publication(channel, id++), n % 2 === 0 ? KEEP : undefined);
      }
    };
    await publishAll();
    // Publications come while channels are subscribed to, and while they are given up.
    const subscribed = Promise.all(
      channels.map((channel, n) => here.broker.subscribe(channel, n % 2 === 0 ? HISTORY : undefined)),
    );
    await publishAll();
    await subscribed;
    await publishAll();
    for (const channel of channels) here.broker.unsubscribe(channel);
    await publishAll();
    await until(() => here.heard.length >= expected.length);
    await until(() => here.heard.includes(expected.at(-1) ?? ''));
    expect([...here.heard].sort()).toEqual([...expected].sort());
    here.broker.unsubscribePattern();
    await there.broker.publish(publication('channel 1', id));
    await here.broker.subscribe('last');
    await there.broker.publish(publication('last', id + 1));
    await until(() => here.heard.includes(`last ${id + 1}`));
    expect(here.heard).not.toContain(`channel 1 ${id}`);
  });

  it('counts what others write into its channels and histories, and delivers what is right', async () => {
    const [here, there] = await createTwo();
    await here.broker.subscribe('plain');
    await here.broker.subscribe('kept', HISTORY);
    const names = (kind: string) =>
      [here.link.names.of(kind, 'plain'), here.link.names.of(kind, 'kept')] as const;
    const [plain, kept] = names('c');
    for (const message of ['', 'x', '- ', '- 1{}\n', 'a b c d', 'e 1 t b 1 0 1{"id":"1","time":1}\n{}']) {
      await there.link.publish(plain, message);
      await there.link.publish(kept, message);
    }
    await there.broker.publish(publication('plain', 1));
    await there.broker.publish(publication('kept', 2), KEEP);
    await until(() => here.heard.includes('plain 1') && here.heard.includes('kept 2'));
    expect(here.heard.filter((heard) => heard.startsWith('kept'))).toEqual(['kept 2']);
    expect(here.counted.filter((name) => name === 'signalbox_foreign_messages_total').length).toBeGreaterThan(
      8,
    );
    const [, history] = names('h');
    await there.link.command(history, ['HSET', history, '1', 'nonsense']);
    expect(await there.broker.history({ match: 'exact', channel: 'kept' })).toEqual([]);
    expect(await there.broker.recover('kept', await beginningOf(there, 'kept'), 10)).toBeUndefined();
  });

  it('tells its subscribers when a history was deleted, and goes on', async () => {
    const [here, there] = await createTwo();
    await here.broker.subscribe('a', HISTORY);
    await there.broker.publish(publication('a', 1), KEEP);
    await until(() => here.heard.length === 1);
    const key = here.link.names.of('h', 'a');
    await here.link.command(key, ['DEL', key]);
    await there.broker.publish(publication('a', 2), KEEP);
    await until(() => here.heard.length === 2);
    await there.broker.publish(publication('a', 3), KEEP);
    await until(() => here.heard.length === 3);
    expect(here.heard).toEqual(['a 1', 'a lost', 'a 3']);
  });

  it('keeps as much as the policy says, also of one that has become smaller, and no longer', async () => {
    const [here] = await createTwo();
    const of = async () => (await here.broker.history({ match: 'exact', channel: 'a' })).map(({ id }) => id);
    for (let id = 1; id <= 100; id++)
      await here.broker.publish(publication('a', id), {
        retain: false,
        history: { size: 100, ttl: undefined },
      });
    const begun = await here.broker.history({ match: 'exact', channel: 'a' });
    const small = { retain: false, history: { size: 2, ttl: 80 } };
    await here.broker.publish(publication('a', 101), small);
    await here.broker.publish(publication('a', 102), small);
    expect(await of()).toEqual(['101', '102']);
    await until(async () => (await of()).length === 0);
    const last = begun.at(-1)?.position as Position;
    expect(await here.broker.recover('a', last, 10)).toBeUndefined();
    await here.broker.publish(publication('a', 103), KEEP);
    expect(await of()).toEqual(['103']);
  });

  it('forgets where a channel is when nobody has used it for as long as it is told to remember', async () => {
    prefix = `own${installations++}`;
    nodes = [];
    const here = await create({ keptFor: 300 });
    const lives = (channel: string) => {
      const key = here.link.names.of('h', channel);
      return here.link.command(key, ['EXISTS', key]);
    };
    await here.broker.subscribe('heard', HISTORY);
    await here.broker.publish(publication('used', 1), {
      retain: false,
      history: { size: 10, ttl: 100 },
    });
    expect([await lives('heard'), await lives('used')]).toEqual([1, 1]);
    await here.broker.unsubscribe('heard');
    await until(async () => !(await lives('heard')) && !(await lives('used')));
  });

  it('retains on as many channels as it may, the newest', async () => {
    prefix = `own${installations++}`;
    nodes = [];
    const { broker, link } = await create({ retained: 64 });
    for (let id = 1; id <= 300; id++)
      await broker.publish(publication(`channel ${id}`, id), { retain: true });
    const retained = await broker.retained(ALL);
    expect(retained.length).toBeLessThanOrEqual(64);
    expect(retained.at(-1)?.id).toBe('300');
    const first = link.names.of('r', 'channel 1');
    if (retained.every(({ id }) => id !== '1')) expect(await link.command(first, ['EXISTS', first])).toBe(0);
  });

  it('answers those who come back from memory where it can', async () => {
    const [here, there] = await createTwo();
    const begun = (await here.broker.subscribe('a', HISTORY)) as Position;
    const accepted: Publication[] = [];
    for (let id = 1; id <= 3; id++) accepted.push(await there.broker.publish(publication('a', id), KEEP));
    await until(() => here.heard.length === 3);
    const first = accepted[0]?.position as Position;
    const key = here.link.names.of('h', 'a');
    // What is not in Redis any more can come from memory alone.
    await here.link.command(key, ['HDEL', key, '2', '3']);
    expect((await here.broker.recover('a', first, 10))?.map(({ id }) => id)).toEqual(['2', '3']);
    expect(await here.broker.recover('a', first, 1)).toBeUndefined();
    expect(await there.broker.recover('a', first, 10)).toBeUndefined();
    expect(await here.broker.recover('a', begun, 10)).toBeUndefined();
  });
});

async function beginningOf({ broker }: Node, channel: string): Promise<Position> {
  const place = (await broker.subscribe(channel, HISTORY)) as Position;
  return { ...place, offset: 0 };
}

function publication(channel: string, id: number): Publication {
  return { id: String(id), channel, payload: Payload.of({ id }), time: Date.now(), audience: undefined };
}
