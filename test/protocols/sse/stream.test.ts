import { describe, expect, it } from 'vitest';
import { DISCONNECT } from '../../../src/core/errors.js';
import type { Frame } from '../../../src/core/frame.js';
import { Payload } from '../../../src/core/payload.js';
import { testRoute, testUser } from '../../../src/testing.js';
import { until } from '../../support/until.js';
import { Streams } from './streams.js';

describe('a stream of one channel', () => {
  it('has the payloads as data, and nothing around them', async () => {
    const streams = new Streams();
    const { reader } = await streams.open('channel=plain/1');
    expect(reader.events).toEqual([]);
    const stream = await streams.open('channel=plain/1');
    await streams.publish('plain/1', { a: [1, 'ä'] });
    await streams.publish('plain/1', 'text');
    expect(stream.reader.messages).toEqual([{ a: [1, 'ä'] }, 'text']);
    expect(stream.reader.lastEventId).toBe('');
  });

  it('says when to come back, each stream at another time', async () => {
    const streams = new Streams();
    const times = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const { retry = 0 } = (await streams.open('channel=plain/1')).reader;
      expect(retry).toBeGreaterThanOrEqual(1000);
      expect(retry).toBeLessThan(3000);
      times.add(retry);
    }
    expect(times.size).toBeGreaterThan(5);
  });

  it('has a position before anything was published, so that the first loss is no loss', async () => {
    const streams = new Streams();
    const first = await streams.open('channel=news/1');
    expect(first.reader.lastEventId).toMatch(/^\w+\.0\.\w+$/);
    first.drop(DISCONNECT.lost);
    await streams.publish('news/1', 'missed');
    const second = await streams.open('channel=news/1', { lastEventId: first.reader.lastEventId });
    await streams.publish('news/1', 'live');
    expect(second.reader.messages).toEqual(['missed', 'live']);
    const position = first.reader.lastEventId;
    expect(second.reader.named('recovered')).toEqual([{ 'news/1': { recovered: true, position } }]);
  });

  it('goes on where it was, with nothing twice', async () => {
    const streams = new Streams();
    const first = await streams.open('channel=news/1');
    for (const n of [1, 2, 3]) await streams.publish('news/1', n);
    const [one] = first.reader.events;
    const second = await streams.open(`channel=news/1&since=${one?.lastEventId}`);
    expect(second.reader.messages).toEqual([2, 3]);
    expect(second.reader.lastEventId).toBe(first.reader.lastEventId);
    expect(second.reader.events[0]?.event).toBe('recovered');
  });

  it('is told when what it missed is not known any more', async () => {
    const streams = new Streams();
    const first = await streams.open('channel=news/1');
    for (let n = 0; n < 12; n++) await streams.publish('news/1', n);
    const [id = ''] = first.texts.join('').match(/\w+\.0\.\w+/) ?? [];
    const second = await streams.open('channel=news/1', { lastEventId: id });
    const position = first.reader.lastEventId;
    expect(second.reader.named('recovered')).toEqual([{ 'news/1': { recovered: false, position } }]);
    expect(second.reader.messages).toEqual([]);
    expect(second.reader.lastEventId).toBe(position);
  });

  it.each([
    ['of another server', 'urn:uuid:1'],
    ['of another stream', 'abcd.1.efgh,abcd.1.efgh'],
    ['overlong', 'a'.repeat(5000)],
    ['of another history', 'abcdefgh.3.0123456789ab'],
  ])('is told so with a Last-Event-ID %s, and heard', async (_name, lastEventId) => {
    const streams = new Streams();
    const stream = await streams.open('channel=news/1', { lastEventId });
    expect(stream.reader.named('recovered')).toMatchObject([{ 'news/1': { recovered: false } }]);
  });

  it('is told that a channel without a history recovers nothing', async () => {
    const streams = new Streams();
    const stream = await streams.open('channel=plain/1', { lastEventId: 'x' });
    expect(stream.reader.named('recovered')).toEqual([{ 'plain/1': { recovered: false, position: null } }]);
  });

  it('begins with what its route replays', async () => {
    const streams = new Streams();
    await streams.publish('last/1', 'old');
    await streams.publish('last/1', 'newest');
    const stream = await streams.open('channel=last/1');
    expect(stream.reader.messages).toEqual(['newest']);
    expect(stream.reader.lastEventId).toMatch(/^\w+\.2\.\w+$/);
  });

  it('has octets as a text of NUL and base64', async () => {
    const streams = new Streams();
    const stream = await streams.open('channel=plain/1');
    await streams.server.router.announce('plain/1', Payload.fromBytes(Buffer.from([0, 255]), 'image/png'));
    expect(stream.reader.messages).toEqual(['\0AP8=']);
  });

  it('reads the very frame that others read', async () => {
    const streams = new Streams();
    const all = await Promise.all(Array.from({ length: 3 }, () => streams.open('channel=news/1')));
    await streams.publish('news/1', 1);
    const frames = new Set(all.map(({ frames }) => frames.at(-1)));
    expect(frames.size).toBe(1);
  });
});

describe('a stream of several channels', () => {
  it('names the channel of each message as the peer does', async () => {
    const streams = new Streams();
    const stream = await streams.open('channel=news.1&channel=/topic/plain/2');
    await streams.publish('news/1', 1);
    await streams.publish('plain/2', 2);
    expect(stream.reader.messages).toEqual([
      { channel: 'news.1', payload: 1 },
      { channel: '/topic/plain/2', payload: 2 },
    ]);
  });

  it('goes on in all of them by the id of its last event', async () => {
    const streams = new Streams();
    const query = 'channel=news/1&channel=plain/1&channel=news/2';
    const first = await streams.open(query);
    await streams.publish('news/1', 'a');
    await streams.publish('plain/1', 'b');
    await streams.publish('news/2', 'c');
    const { lastEventId } = first.reader;
    first.drop(DISCONNECT.lost);
    await streams.publish('news/2', 'd');
    await streams.publish('plain/1', 'lost');
    await streams.publish('news/1', 'e');
    const second = await streams.open(query, { lastEventId });
    expect(second.reader.messages).toEqual([
      { channel: 'news/1', payload: 'e' },
      { channel: 'news/2', payload: 'd' },
    ]);
    expect(second.reader.named('recovered')).toMatchObject([
      { 'news/1': { recovered: true }, 'plain/1': { recovered: false }, 'news/2': { recovered: true } },
    ]);
  });

  it('can be lost at any event, and gets all the rest and nothing twice', async () => {
    const streams = new Streams();
    const query = 'channel=news/1&channel=news/2';
    const whole = await streams.open(query);
    for (let n = 1; n <= 8; n++) await streams.publish(`news/${(n % 2) + 1}`, n);
    const payloads = (events: readonly unknown[]) =>
      events.map((one) => (one as { payload: number }).payload);
    for (const [i, { lastEventId }] of whole.reader.events.entries()) {
      const again = await streams.open(query, { lastEventId });
      expect(payloads(again.reader.messages).sort()).toEqual(payloads(whole.reader.messages).slice(i + 1));
    }
  });

  it('shares its frames with streams of the same channels that began before and after', async () => {
    const streams = new Streams();
    const query = 'channel=news/1&channel=news/2';
    const one = await streams.open(query);
    await streams.publish('news/1', 1);
    const two = await streams.open(query);
    await streams.publish('news/2', 2);
    expect(one.frames.at(-1)).toBe(two.frames.at(-1));
    expect(two.reader.lastEventId).toMatch(/^\w+\.1\.\w+,\w+\.1\.\w+$/);
    const other = await streams.open('channel=news/2&channel=news/1');
    await streams.publish('news/2', 3);
    expect(one.frames.at(-1)).not.toBe(other.frames.at(-1));
  });

  it('is as far as others when what came meanwhile was for somebody else', async () => {
    const streams = new Streams();
    const query = 'channel=news/1&channel=news/2';
    const one = await streams.open(query, { principal: testUser('1') });
    await streams.publish('news/1', 'not for 1', { excludeUsers: ['1'] });
    const two = await streams.open(query, { principal: testUser('2') });
    await streams.publish('news/2', 'for all');
    const again = await streams.open(query, {
      lastEventId: two.reader.lastEventId,
      principal: testUser('2'),
    });
    expect(again.reader.messages).toEqual([]);
    expect(one.reader.messages).toEqual([{ channel: 'news/2', payload: 'for all' }]);
  });
});

describe('a stream that is refused', () => {
  it('has not begun, and says all that is wrong', async () => {
    const streams = new Streams();
    const stream = await streams.open('channel=news/1&channel=secret/1&channel=nix');
    expect(stream.frames).toEqual([]);
    expect(stream.refusal).toMatchObject({
      why: { code: 'forbidden', status: 403 },
      details: {
        refusals: [
          { channel: 'secret/1', code: 'forbidden', request: expect.any(String) },
          { channel: 'nix', code: 'no_such_route', hint: expect.any(String), request: expect.any(String) },
        ],
      },
    });
  });

  it('leaves nobody behind', async () => {
    const streams = new Streams();
    await streams.open('channel=news/1&channel=secret/1');
    const { router } = streams.server;
    // The back end stays.
    await until(() => router.sessions.size === 1 && router.topics.size === 0);
  });

  it('was sent nothing of what was published before it was refused', async () => {
    const handlers = {
      secret: { onSubscribe: () => new Promise<void>((_resolve, reject) => setTimeout(reject, 50)) },
    };
    const routes = [testRoute('plain', 'plain/{id}'), testRoute('secret', 'secret/{id}')];
    const streams = new Streams({ routes, handlers });
    const { connection } = streams.begin('channel=plain/1&channel=secret/1');
    await until(() => streams.server.router.topics.get('plain/1')?.size === 1);
    await streams.publish('plain/1', 'early');
    await until(() => connection.refusal !== undefined);
    expect(connection.frames).toEqual([]);
    expect(connection.refusal?.why.code).toBe('handler_failed');
  });

  it.each([
    ['names no channel', ''],
    ['names nothing', 'channel='],
    ['names more than 20', Array.from({ length: 21 }, (_, i) => `channel=plain/${i}`).join('&')],
    ['names no position', 'channel=news/1&since=yesterday'],
    ['names a position too many', 'channel=news/1&since=abcd.1.ef,abcd.1.ef'],
    ['names an overlong position', `channel=news/1&since=${'a'.repeat(3000)}`],
    ['breaks lines in a position', 'channel=news/1&since=abcd.1.ef%0Adata:%20x'],
  ])('%s', async (_name, query) => {
    const { refusal } = await new Streams().open(query);
    expect(refusal?.why.code).toBe('bad_request');
  });

  it.each(['news/1%0Adata:x', 'news/1%0D', 'news/%00', 'news/1%0A%0Adata:%20x'])(
    'names a channel with control characters: %s',
    async (name) => {
      const { refusal, frames } = await new Streams().open(`channel=${name}`);
      expect(refusal?.why.code).toBe('invalid_channel');
      expect(frames).toEqual([]);
    },
  );

  it('is one too many of its user', async () => {
    const streams = new Streams({ limits: { connectionsPerUser: 1 } });
    await streams.open('channel=plain/1', { principal: testUser('5') });
    const second = await streams.open('channel=plain/1', { principal: testUser('5') });
    expect(second.refusal?.why.code).toBe('limit_exceeded');
  });
});

describe('what comes while a stream begins', () => {
  /** A stream of two channels, the second of which is not decided yet. */
  async function opening(ahead?: number) {
    let decide = () => {};
    const handlers = { slow: { onSubscribe: () => new Promise<void>((resolve) => void (decide = resolve)) } };
    const news = testRoute('news', 'news/{id}', { history: { size: 10, ttl: undefined } });
    const routes = [news, testRoute('slow', 'slow')];
    const streams = new Streams({ routes, handlers, ...(ahead !== undefined && { ahead }) });
    const { connection } = streams.begin('channel=news/1&channel=slow');
    await until(() => streams.server.router.topics.get('news/1')?.size === 1);
    return { streams, connection, decide: () => decide() };
  }

  it('follows its beginning, in order', async () => {
    const { streams, connection, decide } = await opening();
    for (const n of [1, 2]) await streams.publish('news/1', n);
    expect(connection.frames).toEqual([]);
    decide();
    await until(() => connection.frames.length > 0);
    await streams.publish('news/1', 3);
    expect(connection.reader.messages).toEqual([1, 2, 3].map((payload) => ({ channel: 'news/1', payload })));
    expect(connection.frames[0]?.bytes.toString()).toMatch(/^retry: \d+\nid: \w+\.0\.\w+,\n\n$/);
  });

  it('is given up when it is too much, and the peer is told', async () => {
    const { streams, connection, decide } = await opening(100);
    for (const n of [1, 2, 3]) await streams.publish('news/1', 'x'.repeat(40) + n);
    decide();
    await until(() => connection.frames.length > 0);
    await streams.publish('news/1', 4);
    expect(connection.reader.messages).toEqual([{ channel: 'news/1', payload: 4 }]);
    const [recovered] = connection.reader.named('recovered') as [Record<string, { position: string }>];
    expect(recovered).toMatchObject({ 'news/1': { recovered: false }, slow: { recovered: false } });
    expect(recovered['news/1']?.position).toMatch(/^\w+\.3\.\w+$/);
  });

  it('is for nobody when the peer has gone', async () => {
    const { streams, connection, decide } = await opening();
    connection.drop(DISCONNECT.lost);
    decide();
    await until(() => streams.server.router.sessions.size === 1 && streams.server.router.topics.size === 0);
    expect(connection.frames).toEqual([]);
  });
});

describe('the end of a subscription', () => {
  it('is an event, and the others go on, with an id that leaves it out', async () => {
    const streams = new Streams();
    const principal = testUser('5', { roles: ['ROLE_ADMIN'] });
    const stream = await streams.open('channel=news/1&channel=secret/1', { principal });
    streams.server.router.setRights('5', { roles: [], organizations: [] });
    await streams.publish('news/1', 1);
    expect(stream.reader.named('ended')).toMatchObject([
      { channel: 'secret/1', error: { code: 'forbidden', hint: expect.any(String) } },
    ]);
    expect(stream.reader.messages).toEqual([{ channel: 'news/1', payload: 1 }]);
    expect(stream.ended).toBeUndefined();
  });

  it('is the end of the stream when none is left', async () => {
    const streams = new Streams();
    const principal = testUser('5', { roles: ['ROLE_ADMIN'] });
    const stream = await streams.open('channel=secret/1', { principal });
    streams.server.router.setRights('5', { roles: [], organizations: [] });
    expect(stream.reader.named('ended')).toHaveLength(1);
    expect(stream.reader.named('disconnect')).toMatchObject([{ code: 4505, reconnect: false }]);
    expect(stream.ended).toMatchObject({ code: 4505, goodbye: true });
  });
});

describe('the end of a stream', () => {
  it('says why, and when to come back', async () => {
    const streams = new Streams();
    const { connection, listener } = streams.begin('channel=plain/1');
    await until(() => connection.frames.length > 0);
    listener.end(DISCONNECT.draining);
    expect(connection.reader.named('disconnect')).toEqual([
      { code: 4001, reason: 'the server restarts', reconnect: true },
    ]);
    expect(connection.reader.retry).toBeGreaterThanOrEqual(1000);
    expect(connection.ended).toMatchObject({ code: 4001, goodbye: true });
  });

  it('is said to who is withdrawn', async () => {
    const streams = new Streams();
    const stream = await streams.open('channel=plain/1', { principal: testUser('5') });
    streams.server.router.disconnect({ user: '5' }, DISCONNECT.withdrawn);
    expect(stream.reader.named('disconnect')).toMatchObject([{ code: 4503, reconnect: false }]);
  });

  it('takes the session and its subscriptions with it', async () => {
    const streams = new Streams();
    const stream = await streams.open('channel=plain/1&channel=news/1');
    stream.drop(DISCONNECT.lost);
    const { router } = streams.server;
    await until(() => router.sessions.size === 1 && router.topics.size === 0);
  });
});

it('a publication with line ends stays within its event, whatever they are', async () => {
  const streams = new Streams();
  const stream = await streams.open('channel=plain/1');
  for (const end of ['\n', '\r', '\r\n', '\n\n', '\r\r\n']) {
    const json = `{"a":${end}1,${end}"b":${end}"\\n\\ndata: x"}`;
    streams.server.router.announce('plain/1', Payload.fromJson(Buffer.from(json)));
  }
  expect(stream.reader.messages).toEqual(Array.from({ length: 5 }, () => ({ a: 1, b: '\n\ndata: x' })));
  const last = stream.frames.at(-1) as Frame;
  expect(last.bytes.includes('\r')).toBe(false);
});
