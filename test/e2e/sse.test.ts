import { describe, expect, it } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { makeFolder } from '../support/folder.js';
import { KEY, ServerProcess } from '../support/server.js';
import { StreamClient } from '../support/stream-client.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const SETTINGS = {
  'signalbox.yml':
    'routing: routing\naccess: { subscribe: anyone, publish: anyone }\nlimits: { drain: 500ms }\n',
  'routing/routes.yml': `
news: { channel: 'news/{id}', handler: broadcast, history: { size: 10, ttl: 10m } }
plain: { channel: 'plain/{id}', handler: broadcast }
mine: { channel: 'mine/{user_id}', handler: broadcast, access: { subscribe: owner }, history: { size: 10 } }
orders: { channel: 'orders', handler: broadcast, delivery: queue }
`,
};

const OPTIONS = () => ({ config: `${makeFolder(SETTINGS)}/signalbox.yml` });

const server = useServer(OPTIONS);

const open = (query: string, headers = {}) => StreamClient.open(`${server().url}/sse?${query}`, headers);

describe('GET /sse', () => {
  it('hears what is published over HTTP and over WAMP', async () => {
    const client = await open('channel=plain/1');
    expect(client.status).toBe(200);
    expect(client.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(client.headers.get('content-encoding')).toBeNull();
    await server().publish('plain/1', { n: 1 });
    const wamp = await Autobahn.connect(server().webSocketUrl());
    wamp.publish('plain/1', { n: 2 });
    await until(() => client.reader.messages.length === 2);
    expect(client.reader.messages).toEqual([{ n: 1 }, { n: 2 }]);
    await wamp.close();
  });

  it('goes on where it was after a loss', async () => {
    const first = await open('channel=news/1&channel=plain/2');
    await server().publish('news/1', 'a');
    await until(() => first.reader.messages.length === 1);
    first.close();
    for (const text of ['b', 'c']) await server().publish('news/1', text);
    const second = await open('channel=news/1&channel=plain/2', {
      'last-event-id': first.reader.lastEventId,
    });
    await server().publish('news/1', 'd');
    await until(() => second.reader.messages.length === 3);
    expect(second.reader.messages).toEqual(
      ['b', 'c', 'd'].map((payload) => ({ channel: 'news/1', payload })),
    );
    expect(second.reader.named('recovered')).toMatchObject([
      { 'news/1': { recovered: true }, 'plain/2': { recovered: false } },
    ]);
  });

  it('is for those who may subscribe, by ticket in the address or the header', async () => {
    const refused = await open('channel=mine/5&channel=news/1&channel=nowhere');
    expect(refused.status).toBe(403);
    expect(refused.error).toMatchObject({
      code: 'forbidden',
      refusals: [
        { channel: 'mine/5', code: 'forbidden' },
        { channel: 'nowhere', code: 'no_such_route' },
      ],
    });
    const ticket = server().ticket('5');
    const first = await open(`channel=mine/5&ticket=${ticket}`);
    expect(first.status).toBe(200);
    const again = await open(`channel=mine/5&ticket=${ticket}`);
    expect([again.status, again.error['code']]).toEqual([401, 'unauthorized']);
    const bearer = await open('channel=mine/5', { authorization: `Bearer ${server().ticket('5')}` });
    await server().publish('mine/5', 'for 5');
    await until(() => first.reader.messages.length + bearer.reader.messages.length === 2);
  });

  it('takes messages of a queue like any other consumer', async () => {
    await server().publish('orders', 1);
    const client = await open('channel=orders');
    await server().publish('orders', 2);
    await until(() => client.reader.messages.length === 2);
    client.close();
    await until(async () => (await server().metric('signalbox_queue_messages')) === 0);
  });

  it('is seen in the metrics, and is no more when its peer goes', async () => {
    const before = await server().metric('signalbox_connections');
    const clients = await Promise.all([1, 2, 3].map((id) => open(`channel=plain/${id}`)));
    expect(await server().metric('signalbox_connections')).toBe(before + 3);
    for (const client of clients) client.close();
    await until(async () => (await server().metric('signalbox_connections')) === before);
  });

  it('ends with the session, and says why', async () => {
    const client = await open(`channel=mine/7&ticket=${server().ticket('7')}`);
    const response = await fetch(`${server().url}/api/disconnect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ user: '7' }),
    });
    expect(await response.json()).toEqual({ disconnected: 1 });
    await until(() => client.hasEnded);
    expect(client.reader.named('disconnect')).toMatchObject([{ code: 4503, reconnect: false }]);
  });
});

describe('a server that stops', () => {
  it('tells streams when to come back, answers polls, and ends', async () => {
    const own = await ServerProcess.start(OPTIONS());
    try {
      const streams = await Promise.all(
        [1, 2, 3].map(() => StreamClient.open(`${own.url}/sse?channel=news/1`)),
      );
      const poll = async (query: string) =>
        (await fetch(`${own.url}/api/poll?channel=news/1${query}`)).json();
      const { since } = (await poll('')) as { since: string };
      const waiting = poll(`&since=${since}&wait=60s`) as Promise<object>;
      await until(async () => (await own.metric('signalbox_sessions')) === 4);
      own.signal('SIGTERM');
      expect(await waiting).toMatchObject({ messages: [], since });
      expect((await own.exit).code).toBe(0);
      await until(() => streams.every(({ hasEnded }) => hasEnded));
      for (const { reader } of streams) {
        expect(reader.named('disconnect')).toMatchObject([{ code: 4001, reconnect: true }]);
        expect(reader.retry).toBeGreaterThanOrEqual(1000);
      }
    } finally {
      await own.stop();
    }
  });
});

describe('the rest of HTTP', () => {
  const get = async (path: string, key?: string) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    return (await (await fetch(`${server().url}${path}`, { headers })).json()) as Record<string, unknown>;
  };

  it('tells publishers the place of what they published, and what was not', async () => {
    const publish = async (payload: unknown, more: Record<string, unknown>) =>
      (await (await server().publish('news/9', payload, more)).json()) as Record<string, unknown>;
    const first = await publish(1, { version: 5, idempotency_key: 'a' });
    expect(first).toMatchObject({
      offset: 1,
      epoch: expect.any(String),
      duplicate: false,
      superseded: false,
    });
    expect(await publish(2, { version: 4 })).toMatchObject({ id: null, offset: 1, superseded: true });
    expect(await publish(1, { version: 5, idempotency_key: 'a' })).toEqual({ ...first, duplicate: true });
    const page = await get('/api/history?channel=news/9');
    expect(page['publications']).toMatchObject([{ payload: 1, offset: 1, id: first['id'] }]);
  });

  it('lists channels for back ends alone', async () => {
    await open('channel=news/listed');
    const { channels } = await get('/api/channels?prefix=news/listed', KEY);
    expect(channels).toMatchObject([
      { channel: 'news/listed', subscribers: 1, promise: 'recoverable: the newest 10 of 10m' },
    ]);
    expect(await get('/api/channels')).toMatchObject({ error: { code: 'unauthorized' } });
  });

  it('gives strangers what strangers may have, and nothing else', async () => {
    expect(await get('/api/history?channel=news/9')).toMatchObject({ offset: 1 });
    expect(await get('/api/history?channel=mine/5')).toMatchObject({ error: { code: 'forbidden' } });
    expect(await get('/api/poll?channel=mine/5')).toMatchObject({ error: { code: 'forbidden' } });
    expect(await get('/api/poll?channel=plain/5')).toMatchObject({
      error: { code: 'bad_request', hint: 'give its route a history, or listen at /sse' },
    });
  });
});
