import { describe, expect, it } from 'vitest';
import { RouterError } from '../../../src/core/errors.js';
import { Publishing } from './publishing.js';

const message = (channel: string, more = {}) => ({ channel, payload: channel, ...more });

describe('a batch over HTTP', () => {
  it('is answered message by message, in order', async () => {
    const publishing = new Publishing();
    const { results } = await publishing.send({
      messages: ['a', 'b', 'c'].map((channel) => message(channel)),
    });
    expect(results).toEqual(
      ['a', 'b', 'c'].map((channel, i) => ({
        channel,
        id: `p${i + 1}`,
        offset: null,
        epoch: null,
        duplicate: false,
        superseded: false,
      })),
    );
  });

  it('has one result for each message, a refusal in its place', async () => {
    const publishing = new Publishing({ payload: 20 });
    publishing.router.answer = (call) => {
      if (call.channel === 'b')
        throw new RouterError('no_such_route', 'no route matches b', { hint: 'look again' });
      return publishing.router.publication(call);
    };
    const bad = { chanel: 'x', payload: 1 };
    const large = { channel: 'd', payload: 'x'.repeat(30) };
    const { results } = await publishing.send({
      messages: [message('a'), message('b'), bad, large, message('e')],
    });
    expect(results).toMatchObject([
      { channel: 'a', id: 'p1' },
      { error: { code: 'no_such_route', message: 'no route matches b', hint: 'look again' } },
      {
        error: {
          code: 'bad_request',
          message: expect.stringMatching(/^unknown key "chanel" at line 1 column \d+$/),
        },
      },
      { error: { code: 'payload_too_large' } },
      { channel: 'e', id: 'p3' },
    ]);
  });

  it.each([1, null, 'a', []])('has a refusal for a message that is %j', async (odd) => {
    const { results } = await new Publishing().send({ messages: [odd, message('a')] });
    expect(results).toMatchObject([{ error: { code: 'bad_request' } }, { channel: 'a' }]);
  });

  it('may be empty', async () => {
    expect(await new Publishing().send({ messages: [] })).toEqual({ results: [] });
  });

  it('is refused before anything is published when it is over limits.batch', async () => {
    const publishing = new Publishing({ batch: 2 });
    await expect(
      publishing.post({ messages: [message('a'), message('b'), message('c')] }),
    ).rejects.toMatchObject({
      code: 'payload_too_large',
      message: 'the batch has more messages than limits.batch (2)',
    });
    expect(publishing.router.published).toEqual([]);
  });

  it('is refused before anything is published when its end is no JSON', async () => {
    const publishing = new Publishing();
    const body = JSON.stringify({ messages: [message('a'), message('b')] });
    await expect(publishing.post(body.slice(0, -1))).rejects.toMatchObject({ code: 'bad_request' });
    expect(publishing.router.published).toEqual([]);
  });

  it('starts no message before the one in front is done', async () => {
    const publishing = new Publishing();
    const log: string[] = [];
    publishing.router.answer = async (call) => {
      log.push(`start ${call.channel}`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`end ${call.channel}`);
      return publishing.router.publication(call);
    };
    await publishing.send({ messages: [message('a'), message('b')] });
    expect(log).toEqual(['start a', 'end a', 'start b', 'end b']);
  });

  it('is published by one session', async () => {
    const publishing = new Publishing();
    await publishing.send({ messages: [message('a'), message('b')] });
    const [first, second] = publishing.router.published;
    expect(first?.session).toBe(second?.session);
  });

  it('keeps each payload byte for byte', async () => {
    const publishing = new Publishing();
    await publishing.send(
      '{"messages":[ {"payload": 1.0,"channel":"a"} , {"channel":"b","payload":{"a" :1}} ]}',
    );
    expect(publishing.router.payloads).toEqual(['1.0', '{"a" :1}']);
  });

  it('hides the text of an unexpected error from the publisher and logs it', async () => {
    const publishing = new Publishing();
    const error = new Error('password in here');
    publishing.router.answer = () => {
      throw error;
    };
    const { results } = await publishing.send({ messages: [message('a')] });
    expect(results).toMatchObject([{ error: { code: 'internal', message: 'the server made a mistake' } }]);
    expect(publishing.logged).toEqual([{ event: 'publish_failed', error }]);
  });

  it('delivers once what it holds twice under one idempotency key', async () => {
    const publishing = new Publishing();
    const twin = message('a', { idempotency_key: 'k' });
    const { results } = await publishing.send({ messages: [twin, twin] });
    expect(results).toMatchObject([
      { id: 'p1', duplicate: false },
      { id: 'p1', duplicate: true },
    ]);
    expect(publishing.router.published).toHaveLength(1);
  });
});
