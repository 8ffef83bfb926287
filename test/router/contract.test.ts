import { describe, expect, it } from 'vitest';
import type { PayloadContract } from '../../src/core/payload-contract.js';
import type { Topic, TopicHandler } from '../../src/core/topic.js';
import { TestServer, testBackend, testRoute } from '../../src/testing.js';

/** Takes numbers alone, and counts what it was asked about. */
function numbers(broadcasts = false): PayloadContract & { asked: number } {
  return {
    form: 'json',
    title: 'a number',
    schema: { type: 'number' },
    broadcasts,
    asked: 0,
    fault(payload) {
      this.asked += 1;
      return typeof payload.jsonValue === 'number' ? undefined : 'it must be number';
    },
  };
}

function serve(payload: PayloadContract, more: Partial<Parameters<typeof testRoute>[2]> = {}) {
  const heard: unknown[] = [];
  let topicOf: Topic | undefined;
  const handler: TopicHandler = {
    onSubscribe: (_session, topic) => void (topicOf = topic),
    onPublish: (_session, topic, _request, event) => {
      heard.push(event.payload.value);
      return topic.broadcast(event.payload, event);
    },
  };
  const server = new TestServer({
    routes: [testRoute('a', 'a/{b}', { payload, ...more })],
    handlers: { a: handler },
  });
  return { server, heard, topic: () => topicOf };
}

describe('a publication on a route with a contract', () => {
  it('reaches the handler if it is as the contract says', async () => {
    const { server, heard } = serve(numbers());
    await server.connect().publish('a/1', 5);
    expect(heard).toEqual([5]);
  });

  it('is refused, and the handler does not hear of it, if it is not', async () => {
    const { server, heard } = serve(numbers());
    const [publisher, subscriber] = [server.connect(testBackend()), server.connect()];
    await subscriber.subscribe('a/1');
    await expect(publisher.publish('a/1', 'x')).rejects.toMatchObject({
      code: 'invalid_payload',
      status: 422,
      message: 'the payload is not what route a takes: it must be number',
      hint: 'send a number',
    });
    expect([heard, subscriber.received]).toEqual([[], []]);
  });

  it('is not looked at where its author may not publish', async () => {
    const contract = numbers();
    const { server } = serve(contract, { access: { publish: ['backend'] } });
    await expect(server.connect().publish('a/1', 'x')).rejects.toMatchObject({ code: 'forbidden' });
    expect(contract.asked).toBe(0);
  });

  it('is not looked at where it is over a limit', async () => {
    const contract = numbers();
    const { server } = serve(contract, { limits: { payload: 3 } });
    await expect(server.connect().publish('a/1', 'xxxx')).rejects.toMatchObject({
      code: 'payload_too_large',
    });
    expect(contract.asked).toBe(0);
  });
});

describe('what a handler broadcasts', () => {
  it('is its own word', async () => {
    const { server, topic } = serve(numbers());
    const peer = server.connect();
    await peer.subscribe('a/1');
    await topic()?.broadcast('x');
    expect(peer.received).toEqual([{ channel: 'a/1', payload: 'x' }]);
  });

  it('is checked where the route says so', async () => {
    const { server, topic } = serve(numbers(true));
    const peer = server.connect();
    await peer.subscribe('a/1');
    expect(() => topic()?.broadcast('x')).toThrow('it must be number');
    expect(peer.received).toEqual([]);
  });
});
