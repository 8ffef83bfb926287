import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPublisher, PublishError } from '../../src/client/node.js';
import type { PublisherOptions } from '../../src/client/publisher.js';

type Answer = readonly [status: number, body: unknown] | 'hang' | 'drop';

const PUBLISHED = { channel: 'a', id: 'p1', offset: null, epoch: null, duplicate: false };

const seen: { url: string; headers: IncomingHttpHeaders; body: Record<string, unknown> }[] = [];
let answers: Answer[] = [];
let server: Server;

beforeEach(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    seen.push({ url: `${request.method} ${request.url}`, headers: request.headers, body: JSON.parse(text) });
    const answer = answers.shift() ?? [200, PUBLISHED];
    if (answer === 'drop') request.socket.destroy();
    if (typeof answer === 'string') return;
    const [status, body] = answer;
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  seen.length = 0;
  answers = [];
  server.closeAllConnections();
  server.close();
});

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const publisher = (options: Partial<PublisherOptions> = {}) =>
  createPublisher({ url: address(), key: 'secret', ...options });

/** The error that a promise rejects with. */
const failure = (promise: Promise<unknown>): Promise<PublishError> =>
  promise.then(
    () => expect.fail('it was published'),
    (error) => error,
  );

describe('publish', () => {
  it('posts one message with the key and returns what the server says', async () => {
    const options = { exclude: ['s1'], eligible: ['s2'], idempotencyKey: 'order-1' };
    await expect(publisher().publish('a', { n: 1 }, options)).resolves.toEqual(PUBLISHED);
    expect(seen[0]?.url).toBe('POST /api/publish');
    expect(seen[0]?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/json',
    });
    expect(seen[0]?.body).toEqual({
      channel: 'a',
      payload: { n: 1 },
      exclude: ['s1'],
      eligible: ['s2'],
      idempotency_key: 'order-1',
    });
  });

  it('names a route and its parameters instead of a channel', async () => {
    await publisher({ url: `${address()}/` }).publish(
      { route: 'oro_email.event', params: { user_id: 5 } },
      undefined,
    );
    const { idempotency_key, ...body } = seen[0]?.body ?? {};
    expect(body).toEqual({ route: 'oro_email.event', params: { user_id: '5' }, payload: null });
    expect(idempotency_key).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('throws the refusal of the server, once', async () => {
    const refusal = { code: 'no_such_route', message: 'no route matches a', hint: 'signalbox match a' };
    answers = [[404, { error: refusal }]];
    const error = await failure(publisher().publish('a', 1));
    expect(error).toBeInstanceOf(PublishError);
    expect(error).toMatchObject({ ...refusal, status: 404 });
    expect(seen).toHaveLength(1);
  });

  it('throws when something else answers', async () => {
    answers = [[200, '<html>']];
    await expect(publisher().publish('a', 1)).rejects.toMatchObject({ code: 'bad_response', status: 200 });
  });

  it.each<[string, Answer]>([
    ['503', [503, { error: { code: 'unavailable', message: 'draining' } }]],
    ['502 of a proxy', [502, 'bad gateway']],
    ['a broken connection', 'drop'],
    ['silence', 'hang'],
  ])('tries again after %s, under the same idempotency key', async (_, answer) => {
    answers = [answer];
    await expect(publisher({ timeout: 200 }).publish('a', 1)).resolves.toEqual(PUBLISHED);
    expect(seen).toHaveLength(2);
    expect(seen[1]?.body).toEqual(seen[0]?.body);
  });

  it('takes the answer that a handler was too slow for an answer, because it may have published', async () => {
    answers = [[504, { error: { code: 'timeout', message: 'the handler took longer' } }]];
    await expect(publisher().publish('a', 1)).rejects.toMatchObject({ code: 'timeout', status: 504 });
    expect(seen).toHaveLength(1);
  });

  it('gives up after its retries and says why', async () => {
    answers = ['drop', 'drop', [503, { error: { code: 'unavailable', message: 'draining' } }]];
    await expect(publisher().publish('a', 1)).rejects.toMatchObject({ code: 'unavailable', status: 503 });
    expect(seen).toHaveLength(3);
  });

  it('says that nobody listens there', async () => {
    const url = address();
    server.close();
    const error = await failure(createPublisher({ url, key: 'k', retries: 0 }).publish('a', 1));
    expect(error).toMatchObject({ code: 'unreachable', status: undefined });
    expect(error.message).toContain(`no answer from ${url}/api/publish: `);
    expect(error.message).toContain('ECONNREFUSED');
  });
});

describe('publishAll', () => {
  it('posts a batch and gives each message its own result', async () => {
    const refusal = { code: 'forbidden', message: 'not for you', hint: 'ask' };
    answers = [[200, { results: [PUBLISHED, { error: refusal }] }]];
    const [first, second] = await publisher().publishAll([
      { to: 'a', payload: 1, idempotencyKey: 'k1' },
      { to: { route: 'r' }, payload: 2, idempotencyKey: 'k2', eligible: ['s'] },
    ]);
    expect(first).toEqual(PUBLISHED);
    expect(second).toBeInstanceOf(PublishError);
    expect(second).toMatchObject(refusal);
    expect(seen[0]?.body).toEqual({
      messages: [
        { channel: 'a', payload: 1, idempotency_key: 'k1' },
        { route: 'r', params: {}, payload: 2, eligible: ['s'], idempotency_key: 'k2' },
      ],
    });
  });

  it('throws when the whole batch is refused', async () => {
    answers = [[401, { error: { code: 'unauthorized', message: 'the key is not known' } }]];
    await expect(publisher().publishAll([{ to: 'a', payload: 1 }])).rejects.toMatchObject({
      code: 'unauthorized',
    });
  });

  it('gives every message a key of its own', async () => {
    answers = [[200, { results: [] }]];
    await publisher().publishAll([
      { to: 'a', payload: 1 },
      { to: 'a', payload: 1 },
    ]);
    const [first, second] = (seen[0]?.body['messages'] ?? []) as { idempotency_key: string }[];
    expect(first?.idempotency_key).not.toBe(second?.idempotency_key);
  });
});
