import { afterEach, describe, expect, it, vi } from 'vitest';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { PeerAddresses, PolicyTransport } from '../../src/transports/index.js';
import { StreamPeer } from '../support/stream-peer.js';
import { until } from '../support/until.js';

const running: PolicyTransport[] = [];

afterEach(async () => {
  for (const transport of running.splice(0)) await transport.close();
});

async function serve({ handshakeTimeout = 1000, addresses = new PeerAddresses() } = {}) {
  const count = vi.fn();
  const limits = { handshakeTimeout, connections: 100 };
  const transport = new PolicyTransport({
    policy: '<cross-domain-policy/>',
    logger: NULL_LOGGER,
    meter: { count },
    addresses,
    limits,
  });
  running.push(transport);
  return { port: await transport.listen('127.0.0.1', 0), count, transport };
}

describe('the port of socket policies', () => {
  it.each([
    ['as Flash Player does', ['<policy-file-request/>\0']],
    ['as it did in 2003', ['<cross-domain-request/>\0']],
    ['with a space', ['<policy-file-request />\0']],
    ['octet by octet', [...'<policy-file-request/>\0']],
  ])('answers who asks %s, and ends', async (_how, pieces) => {
    const { port, count } = await serve();
    const peer = await StreamPeer.connect(port);
    for (const piece of pieces) peer.send(piece);
    await until(() => peer.closed);
    expect([peer.heard, peer.error]).toEqual(['<cross-domain-policy/>\0', undefined]);
    expect(count).not.toHaveBeenCalled();
  });

  it.each(['<policy-file-request/>x\0', 'GET / HTTP/1.1\r\n\r\n\0', '\0', 'x'.repeat(100_000)])(
    'does not answer %j',
    async (octets) => {
      const { port, count } = await serve();
      const peer = await StreamPeer.connect(port);
      peer.send(octets);
      await until(() => peer.closed);
      expect(peer.heard).toBe('');
      expect(count).toHaveBeenCalledWith('signalbox_refused_connections_total', { code: 'bad_request' });
    },
  );

  it('gives up on who asks for nothing, and on who asks slowly', async () => {
    const { port, count } = await serve({ handshakeTimeout: 100 });
    const peers = await Promise.all([StreamPeer.connect(port), StreamPeer.connect(port)]);
    peers[1]?.send('<policy');
    await until(() => peers.every(({ closed }) => closed));
    expect(count).toHaveBeenCalledTimes(4);
  });

  it('makes no fuss of who goes, and ends with the server', async () => {
    const { port, count, transport } = await serve();
    const [gone, silent] = [await StreamPeer.connect(port), await StreamPeer.connect(port)];
    gone.socket.resetAndDestroy();
    await transport.close();
    await until(() => silent.closed);
    expect(count).not.toHaveBeenCalled();
    await expect(StreamPeer.connect(port)).rejects.toThrow('ECONNREFUSED');
  });

  it('does not hear blocked addresses', async () => {
    const { port } = await serve({ addresses: new PeerAddresses({ blocked: ['127.0.0.1'] }) });
    const peer = await StreamPeer.connect(port);
    await until(() => peer.closed);
    expect(peer.heard).toBe('');
  });
});
