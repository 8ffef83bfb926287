import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { jsonReply } from '../../src/core/http.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { BodyReader } from '../../src/transports/body-reader.js';
import { HttpTransport, PeerAddresses } from '../../src/transports/index.js';
import { until } from '../support/until.js';

const MIB = 1024 ** 2;
const LIMIT = MIB;

/** A server that says how many octets it was sent. */
async function serve(handshakeTimeout = 60_000) {
  const count = vi.fn();
  const http = new HttpTransport({
    endpoints: [
      { method: 'POST', path: '/', bodyLimit: LIMIT, handle: ({ body }) => jsonReply(200, body.length) },
    ],
    logger: NULL_LOGGER,
    meter: { count },
    addresses: new PeerAddresses({ trustedProxies: ['127.0.0.1'] }),
    limits: { handshakeTimeout, connections: 100, bodies: 4 * MIB },
  });
  const port = await http.listen('127.0.0.1', 0);
  onTestFinished(() => http.close(0));
  return { port, count };
}

/** A peer that says what it is told to, and nothing by itself. */
class Peer {
  heard = '';
  readonly socket: Socket;

  constructor(port: number, text: string) {
    this.socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    this.socket.setEncoding('latin1').on('data', (octets: string) => (this.heard += octets));
    this.socket.on('error', () => undefined);
    this.socket.write(text);
    onTestFinished(() => void this.socket.destroy());
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.heard)?.[1]);
  }

  async answered(): Promise<number> {
    await until(() => this.heard !== '');
    return this.status;
  }
}

function head(address: string, ...more: readonly string[]): string {
  return ['POST / HTTP/1.1', 'Host: x', `X-Forwarded-For: ${address}`, ...more, '', ''].join('\r\n');
}

/** All but the last octet of a body. */
function hold(port: number, address: string): Peer {
  const peer = new Peer(port, head(address, `Content-Length: ${LIMIT}`));
  peer.socket.write(Buffer.alloc(LIMIT - 1, 'x'));
  return peer;
}

describe('a body over its limit', () => {
  it('is answered, though its length was not said', async () => {
    const { port } = await serve();
    const peer = new Peer(port, head('192.0.2.1', 'Transfer-Encoding: chunked'));
    for (let n = 0; n < 18; n++) peer.socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`);
    expect(await peer.answered()).toBe(413);
    await until(() => peer.socket.readableEnded);
  });
});

describe('peers that send bodies and do not end them', () => {
  it('fill what their address may, and no other address hears of it', async () => {
    const { port, count } = await serve();
    const first = hold(port, '192.0.2.1');
    await until(() => first.socket.writableLength === 0);
    const next = hold(port, '192.0.2.1');
    const other = hold(port, '192.0.2.2');
    const refused = await Promise.race([first.answered(), next.answered()]);
    expect(refused).toBe(503);
    expect(first.heard + next.heard).toContain('limits.bodies of 4194304 bytes is reached');
    expect(count).toHaveBeenCalledWith('signalbox_limits_reached_total', { limit: 'limits.bodies' });
    other.socket.write('x');
    expect(await other.answered()).toBe(200);
    expect(other.heard).toContain(`\r\n\r\n${LIMIT}\n`);
  });

  it('fill what all may, and make room by going', async () => {
    const { port } = await serve();
    const peers = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'].map((one) =>
      hold(port, one),
    );
    await until(() => peers.some(({ heard }) => heard !== ''));
    expect(peers.map(({ status }) => status).filter((status) => status === 503)).toHaveLength(1);
    for (const { socket } of peers) socket.destroy();
    await until(async () => {
      const last = hold(port, '192.0.2.6');
      last.socket.write('x');
      return (await last.answered()) === 200;
    });
  });

  it('send small ones all the same', async () => {
    const { port } = await serve();
    const peers = Array.from({ length: 5 }, () => hold(port, '192.0.2.1'));
    await until(() => peers.some(({ heard }) => heard !== ''));
    const small = new Peer(port, head('192.0.2.1', 'Content-Length: 16384'));
    small.socket.write('x'.repeat(16_384));
    expect(await small.answered()).toBe(200);
  });
});

describe('a peer whose time is up', () => {
  it('is cut, though it goes on sending and keeps its side open', async () => {
    const { port } = await serve(200);
    for (const text of [head('192.0.2.1', 'Content-Length: 9999'), 'POST / HTTP/1.1\r\nX-Long: ']) {
      const peer = new Peer(port, text);
      const drip = setInterval(() => peer.socket.write('x'), 20);
      onTestFinished(() => clearInterval(drip));
      expect(await peer.answered()).toBe(400);
      await until(() => peer.socket.destroyed);
    }
  });
});

it('a body is what was sent, however it is cut, and has no room to spare', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 40_000, size: 'max' }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.boolean(), async (parts, isDeclared) => {
      const sent = Buffer.concat(parts);
      const headers = isDeclared ? { 'content-length': String(sent.length) } : {};
      const request = Object.assign(Readable.from(parts.map((part) => Buffer.from(part))), { headers });
      const reader = new BodyReader(LIMIT);
      const wanted = { limit: LIMIT, remoteAddress: '192.0.2.1' };
      const body = await reader.read(request as unknown as IncomingMessage, wanted);
      expect(body.equals(sent)).toBe(true);
      expect(body.length > 4096 ? body.buffer.byteLength : 0).toBeLessThanOrEqual(body.length);
    }),
    { numRuns: 50 },
  );
});
