import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSync } from '../../src/client/node.js';
import type { SyncOptions } from '../../src/client/options.js';
import type { Sync } from '../../src/client/sync.js';
import type { SyncError } from '../../src/client/sync-error.js';
import { Wamp1Server } from './wamp1-server.js';

let server: Wamp1Server;
const clients: Sync[] = [];

beforeEach(async () => {
  server = await Wamp1Server.start();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.stop();
});

function client(options: SyncOptions = {}): Sync {
  const sync = createSync({ url: server.url, minRetryDelay: 10, maxRetryDelay: 50, ...options });
  clients.push(sync);
  return sync;
}

const open = (sync: Sync) => vi.waitUntil(() => sync.state === 'open');
const settled = (sync: Sync) => expect(sync.call('settled')).resolves.toBe(true);

function errorsOf(sync: Sync): SyncError[] {
  const errors: SyncError[] = [];
  sync.on('error', (error) => errors.push(error));
  return errors;
}

describe('subscribe', () => {
  it('connects by itself and delivers the payload and the channel', async () => {
    const sync = client();
    const heard = vi.fn();
    sync.subscribe('oro/ping', heard);
    await vi.waitUntil(() => server.peers[0]?.channels.has('oro/ping'));
    server.broadcast('oro/ping', { a: 1 });
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith({ a: 1 }, { channel: 'oro/ping' }));
  });
});
