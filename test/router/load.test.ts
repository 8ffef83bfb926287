import { describe, expect, it } from 'vitest';
import type { LoadLevel } from '../../src/core/load.js';
import { TestServer, testBackend, testRoute } from '../../src/testing.js';

/** A server with that much to do. */
function serve(level: LoadLevel): TestServer {
  const handlers = {
    h: {
      onPublish: (_session: unknown, topic: { broadcast(value: unknown): unknown }) => topic.broadcast(1),
    },
  } as never;
  const history = { size: 10, ttl: undefined };
  return new TestServer({
    routes: [
      testRoute('plain', 'plain', { handler: 'h' }),
      testRoute('kept', 'kept', { handler: 'h', history }),
    ],
    handlers,
    load: { level },
  });
}

const SHED = { code: 'unavailable', limit: 'limits.loop_delay', hint: expect.stringContaining('again') };

describe('a server with too much to do', () => {
  it('takes publications and answers reads while it is level 1', async () => {
    const peer = serve(1).connect();
    await peer.publish('plain', 1);
    expect(await peer.history('kept')).toEqual([]);
  });

  it('refuses publications that are not kept, and reads, at level 2', async () => {
    const peer = serve(2).connect();
    await expect(peer.publish('plain', 1)).rejects.toMatchObject(SHED);
    await expect(peer.history('kept')).rejects.toMatchObject(SHED);
  });

  it('takes what is kept, and what back ends publish, all the same', async () => {
    const server = serve(2);
    await server.connect().publish('kept', 1);
    const backend = server.connect(testBackend());
    await backend.publish('plain', 1);
    expect(await backend.history('kept')).toHaveLength(1);
  });
});
