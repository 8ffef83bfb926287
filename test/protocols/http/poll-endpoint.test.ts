import { describe, expect, it } from 'vitest';
import { Payload } from '../../../src/core/payload.js';
import { until } from '../../support/until.js';
import { Reading } from './reading.js';

interface Answer {
  readonly messages: readonly {
    channel: string;
    id: string;
    offset: number;
    time: number;
    payload: unknown;
  }[];
  readonly since: string;
  readonly recovered: Readonly<Record<string, boolean>>;
}

const payloads = ({ messages }: Answer) => messages.map(({ payload }) => payload);

describe('GET /api/poll', () => {
  it('begins with a cursor, and gives what comes after it', async () => {
    const reading = new Reading();
    await reading.publish('news/1', 'before');
    const first = await reading.read<Answer>('poll?channel=news/1');
    expect(first).toEqual({ messages: [], since: expect.stringMatching(/^\w+\.1\.\w+$/), recovered: {} });
    await reading.publish('news/1', 'a');
    await reading.publish('news/1', 'b');
    const second = await reading.read<Answer>(`poll?channel=news/1&since=${first.since}`);
    expect(second).toEqual({
      messages: [
        { channel: 'news/1', id: expect.any(String), offset: 2, time: expect.any(Number), payload: 'a' },
        { channel: 'news/1', id: expect.any(String), offset: 3, time: expect.any(Number), payload: 'b' },
      ],
      since: expect.stringMatching(/^\w+\.3\.\w+$/),
      recovered: { 'news/1': true },
    });
  });

  it('waits for a message, and takes what comes in the same tick with it', async () => {
    const reading = new Reading();
    const { since } = await reading.read<Answer>('poll?channel=news/1&channel=news.2');
    const answer = reading.read<Answer>(`poll?channel=news/1&channel=news.2&since=${since}&wait=60s`);
    await until(() => reading.server.router.topics.get('news/2')?.size === 1);
    await reading.publish('news/2', 1);
    await reading.publish('news/1', 2);
    expect((await answer).messages).toMatchObject([
      { channel: 'news.2', payload: 1 },
      { channel: 'news/1', payload: 2 },
    ]);
  });

  it('ends empty when nothing comes, with the same cursor', async () => {
    const reading = new Reading();
    const { since } = await reading.read<Answer>('poll?channel=news/1');
    const answer = await reading.read<Answer>(`poll?channel=news/1&since=${since}&wait=1ms`);
    expect(answer).toEqual({ messages: [], since, recovered: { 'news/1': true } });
  });

  it('says at once that what came meanwhile is not known', async () => {
    const reading = new Reading();
    const { since } = await reading.read<Answer>('poll?channel=news/1');
    for (let n = 0; n < 12; n++) await reading.publish('news/1', n);
    const answer = await reading.read<Answer>(`poll?channel=news/1&since=${since}&wait=60s`);
    expect(answer).toMatchObject({ messages: [], recovered: { 'news/1': false } });
    expect(answer.since).toMatch(/^\w+\.12\.\w+$/);
  });

  it('says so at once where that is so of one of its channels', async () => {
    const reading = new Reading();
    const { since } = await reading.read<Answer>('poll?channel=news/1&channel=news/2');
    for (let n = 0; n < 12; n++) await reading.publish('news/2', n);
    const answer = await reading.read<Answer>(`poll?channel=news/1&channel=news/2&since=${since}&wait=60s`);
    expect(answer).toMatchObject({ messages: [], recovered: { 'news/1': true, 'news/2': false } });
  });

  it('does not begin to wait for a caller that went while it subscribed', async () => {
    let agree = () => {};
    let isAsked = false;
    const onSubscribe = () => {
      isAsked = true;
      return new Promise<void>((resolve) => (agree = resolve));
    };
    const reading = new Reading({ handlers: { news: { onSubscribe } } });
    let go = () => {};
    const asked = reading.read<Answer>('poll?channel=news/1');
    await until(() => isAsked);
    agree();
    const { since } = await asked;
    isAsked = false;
    const path = `poll?channel=news/1&since=${since}&wait=60s`;
    const answer = reading.get(path, undefined, (listener) => void (go = listener));
    await until(() => isAsked);
    go();
    agree();
    await answer;
    expect(reading.entered).toBe(0);
  });

  it('never loses and never repeats, whatever comes between two requests', async () => {
    const reading = new Reading();
    let { since } = await reading.read<Answer>('poll?channel=news/1');
    const got: unknown[] = [];
    for (let n = 0; n < 30; n++) {
      const asked = reading.read<Answer>(`poll?channel=news/1&since=${since}&wait=1ms`);
      if (n % 3 > 0) await reading.publish('news/1', n);
      const answer = await asked;
      got.push(...payloads(answer));
      since = answer.since;
    }
    const last = await reading.read<Answer>(`poll?channel=news/1&since=${since}&wait=0ms`);
    expect([...got, ...payloads(last)]).toEqual(
      Array.from({ length: 30 }, (_, n) => n).filter((n) => n % 3 > 0),
    );
  });

  it('gives what does not fit with the next request', async () => {
    const reading = new Reading({ buffer: 400 });
    let { since } = await reading.read<Answer>('poll?channel=news/1');
    for (let n = 0; n < 6; n++) await reading.publish('news/1', String(n).repeat(60));
    await reading.publish('news/1', 'x'.repeat(1000));
    const sizes: number[] = [];
    const got: unknown[] = [];
    for (let i = 0; i < 10 && got.length < 7; i++) {
      const answer = await reading.read<Answer>(`poll?channel=news/1&since=${since}&wait=1ms`);
      sizes.push(answer.messages.length);
      got.push(...payloads(answer));
      since = answer.since;
    }
    expect(got).toHaveLength(7);
    expect(new Set(got).size).toBe(7);
    expect(sizes.length).toBeGreaterThan(3);
  });

  it('keeps the digits of numbers', async () => {
    const reading = new Reading();
    const { since } = await reading.read<Answer>('poll?channel=news/1');
    await reading.publish('news/1', Payload.fromJson(Buffer.from('12345678901234567890')));
    const { body } = await reading.get(`poll?channel=news/1&since=${since}`);
    expect(String(body)).toContain('"payload":12345678901234567890}');
  });

  it('is for those who may subscribe', async () => {
    const reading = new Reading();
    await expect(reading.get('poll?channel=mine/5')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(reading.get('poll?channel=mine/5', 'ticket-6')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(reading.get('poll?channel=mine/5', 'wrong')).rejects.toMatchObject({ code: 'unauthorized' });
    expect((await reading.get('poll?channel=mine/5', 'ticket-5')).status).toBe(200);
  });

  it('needs a history, and says so', async () => {
    const reading = new Reading();
    await expect(reading.get('poll?channel=news/1&channel=plain/1')).rejects.toMatchObject({
      code: 'bad_request',
      message: 'plain/1 has no history: what comes between two requests is lost',
      hint: 'give its route a history, or listen at /sse',
    });
    await until(() => reading.server.router.sessions.size === 1 && reading.server.router.topics.size === 0);
  });

  it.each([
    'poll',
    'poll?channel=news/1&since=x',
    'poll?channel=news/1&channel=news/2&since=abcd.1.ef',
    `poll?channel=news/1&since=${'a'.repeat(3000)}`,
    'poll?channel=news/1&wait=25',
    'poll?channel=news/1&wait=-1s',
    'poll?channel=news/1&wait=61s',
    `poll?${Array.from({ length: 21 }, (_, i) => `channel=news/${i}`).join('&')}`,
  ])('refuses %s', async (path) => {
    const reading = new Reading();
    await expect(reading.get(path)).rejects.toMatchObject({ code: 'bad_request' });
    expect(reading.entered).toBe(0);
  });

  it('is counted while it waits, and refused when there are too many', async () => {
    const reading = new Reading({ most: 1 });
    const { since } = await reading.read<Answer>('poll?channel=news/1');
    const answer = reading.read<Answer>(`poll?channel=news/1&since=${since}&wait=60s`);
    await until(() => reading.server.router.topics.get('news/1')?.size === 1);
    await expect(reading.get('poll?channel=news/1')).rejects.toMatchObject({ code: 'limit_exceeded' });
    reading.polls.drain();
    expect(await answer).toMatchObject({ messages: [], since });
    expect(reading.entered).toBe(0);
  });

  it('ends with its caller, and leaves nothing behind', async () => {
    const reading = new Reading();
    const { since } = await reading.read<Answer>('poll?channel=news/1');
    let go = () => {};
    const path = `poll?channel=news/1&since=${since}&wait=60s`;
    const answer = reading.get(path, undefined, (listener) => void (go = listener));
    await until(() => reading.server.router.topics.get('news/1')?.size === 1);
    go();
    await answer;
    const { router } = reading.server;
    await until(() => router.sessions.size === 1 && router.topics.size === 0);
  });

  it('is answered when the server stops, and refused after', async () => {
    const reading = new Reading();
    const { since } = await reading.read<Answer>('poll?channel=news/1');
    const answer = reading.read<Answer>(`poll?channel=news/1&since=${since}&wait=60s`);
    await until(() => reading.server.router.topics.get('news/1')?.size === 1);
    reading.polls.drain();
    expect(await answer).toMatchObject({ messages: [], since });
    await expect(reading.get('poll?channel=news/1')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('ends when its caller may not subscribe any more', async () => {
    const reading = new Reading();
    const { since } = await reading.read<Answer>('poll?channel=mine/5', 'ticket-5');
    const answer = reading.get(`poll?channel=mine/5&since=${since}&wait=60s`, 'ticket-5');
    await until(() => reading.server.router.topics.get('mine/5')?.size === 1);
    const why = { code: 4503, reason: 'withdrawn', reconnect: false };
    reading.server.router.disconnect({ user: '5' }, why);
    await expect(answer).rejects.toMatchObject({ code: 'unavailable', message: 'withdrawn' });
  });

  it('is refused when one of its subscriptions ends while it waits', async () => {
    const reading = new Reading();
    const { since } = await reading.read<Answer>('poll?channel=news/1');
    const answer = reading.get(`poll?channel=news/1&since=${since}&wait=60s`);
    await until(() => reading.server.router.topics.get('news/1')?.size === 1);
    reading.server.reroute([], {});
    await expect(answer).rejects.toMatchObject({ code: 'no_such_route' });
    expect(reading.entered).toBe(0);
  });

  it('goes on waiting where something comes that is kept nowhere, and has it in no answer', async () => {
    const reading = new Reading();
    const { since } = await reading.read<Answer>('poll?channel=news/1');
    const answer = reading.read<Answer>(`poll?channel=news/1&since=${since}&wait=60s`);
    const { router } = reading.server;
    await until(() => router.topics.get('news/1')?.size === 1);
    await reading.publish('news/1', 'for others', { exclude: ['1234567890123456'] });
    await reading.publish('news/1', 'kept');
    expect(payloads(await answer)).toEqual(['kept']);
  });
});
