import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Authenticator } from '../../../src/core/authenticator.js';
import { RouterError } from '../../../src/core/errors.js';
import { PublishEndpoint } from '../../../src/protocols/http/index.js';
import { TestServer, testBackend, testRoute, testUser } from '../../../src/testing.js';
import { LIMITS } from './publishing.js';

/** Knows `user-5` and the like as users, and `key` as a back end. */
const authenticator: Authenticator = {
  method: 'fake',
  authenticate({ credential }) {
    if (credential?.secret === 'key') return testBackend();
    if (credential?.secret.startsWith('user-')) return testUser(credential.secret.slice(5));
    throw new RouterError('unauthorized', 'not known');
  },
};

/** What publishes over HTTP under a bearer, from an address of its own each time. */
function publisher() {
  const publishes = { rate: 1, burst: 2 };
  const { router } = new TestServer({
    routes: [testRoute('chat', 'chat/{room}')],
    handlers: { chat: { onPublish: (_session, topic, _request, { payload }) => topic.broadcast(payload) } },
    limits: { publishes },
  });
  const endpoint = new PublishEndpoint({ router, authenticator, limits: LIMITS, publishes });
  let requests = 0;
  return async (bearer: string, body: object = { channel: 'chat/a', payload: 1 }) => {
    const { body: text } = await endpoint.handle({
      method: 'POST',
      url: new URL('http://localhost/api/publish'),
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      remoteAddress: `192.0.2.${++requests}`,
      body: Buffer.from(JSON.stringify(body)),
    });
    return JSON.parse(String(text));
  };
}

const overLimit = { code: 'limit_exceeded', limit: 'limits.publishes' };

describe('limits.publishes over HTTP', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('counts all requests of a user together, from whatever address, and of each user by themselves', async () => {
    const publish = publisher();
    await publish('user-5');
    await publish('user-5');
    await expect(publish('user-5')).rejects.toMatchObject(overLimit);
    await publish('user-6');
    vi.advanceTimersByTime(1000);
    await publish('user-5');
    await expect(publish('user-5')).rejects.toMatchObject(overLimit);
  });

  it('counts each message of a batch', async () => {
    const message = { channel: 'chat/a', payload: 1 };
    const { results } = await publisher()('user-5', { messages: [message, message, message] });
    expect(results.map((result: { error?: unknown }) => result.error !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('does not hold for back ends', async () => {
    const publish = publisher();
    for (let n = 0; n < 5; n++) await publish('key');
  });
});
