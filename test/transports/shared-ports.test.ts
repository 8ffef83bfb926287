import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect as connectSecurely } from 'node:tls';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Gateway } from '../../src/core/connection.js';
import { DISCONNECT } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';
import { jsonReply } from '../../src/core/http.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import {
  AdmissionLimits,
  FIRST_OCTETS,
  HttpTransport,
  RawSocketTransport,
  StreamTransport,
  WebSocketTransport,
} from '../../src/transports/index.js';
import { testCertificate, writeCertificate } from '../support/certificate.js';
import { makeFolder } from '../support/folder.js';
import { StreamPeer } from '../support/stream-peer.js';
import { until } from '../support/until.js';
import { LIMITS } from './listener.js';

const folder = makeFolder();
const certificate = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem`, minVersion: 'TLSv1.2' } as const;
writeCertificate(folder, testCertificate('test'));
afterAll(() => rmSync(folder, { recursive: true }));

const running: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** Says what is spoken, and what was heard. */
const NAMING: Gateway = {
  admit: async ({ protocol, subprotocols }) => ({
    subprotocol: subprotocols[0],
    accept: (connection) => ({
      received(data) {
        const name = Buffer.from(`${protocol ?? subprotocols[0]}:`);
        connection.send(new Frame(Buffer.concat([name, data])));
      },
      finished: () => connection.close(DISCONNECT.closed),
      disconnected: () => undefined,
      end: (why) => connection.close(why),
    }),
  }),
};

async function serve({ secure = false } = {}) {
  const count = vi.fn();
  const info = vi.fn();
  const tls = secure ? certificate : undefined;
  const admission = new AdmissionLimits(LIMITS);
  const parts = {
    gateway: NAMING,
    logger: { ...NULL_LOGGER, info },
    meter: { count },
    admission,
    tls,
    limits: LIMITS,
  };
  const rawSocket = new RawSocketTransport(parts);
  const stomp = new StreamTransport({
    ...parts,
    protocol: 'stomp',
    name: 'stomp',
    octets: FIRST_OCTETS.stomp,
  });
  const xml = new StreamTransport({
    ...parts,
    protocol: 'xmlsocket',
    name: 'xml',
    octets: FIRST_OCTETS.xmlsocket,
  });
  const webSocket = new WebSocketTransport({ ...parts, paths: ['/stomp'], compression: false });
  const hello = {
    method: 'GET',
    path: '/hello',
    bodyLimit: 0,
    handle: () => jsonReply(200, 'hello'),
  } as const;
  const http = new HttpTransport({ ...parts, endpoints: [hello], others: [rawSocket, stomp, xml] });
  webSocket.attach(http.server);
  const ports = {
    shared: await http.listen('127.0.0.1', 0),
    stomp: await stomp.listen('127.0.0.1', 0, [http, xml]),
    xml: await xml.listen('127.0.0.1', 0, [http]),
  };
  const stop = async () => {
    const closed = http.close(0);
    await Promise.all([rawSocket, stomp, xml, webSocket].map((transport) => transport.drain(0)));
    await closed;
  };
  running.push(stop);
  return { ports, count, info, stop };
}

async function say(port: number, octets: string, secure = false): Promise<string> {
  const peer = await StreamPeer.connect(port, { secure });
  peer.send(octets);
  await until(() => peer.heard !== '' || peer.closed);
  peer.socket.destroy();
  return peer.heard;
}

const GET = 'GET /hello HTTP/1.1\r\nHost: x\r\n\r\n';

describe('the first octet of a connection', () => {
  it.each([
    ['in the clear', false],
    ['over TLS', true],
  ])('tells STOMP, XMLSocket and HTTP at one port, %s', async (_how, secure) => {
    const { shared } = (await serve({ secure })).ports;
    expect(await say(shared, 'CONNECT\n\n\0', secure)).toBe('stomp:CONNECT\n\n\0');
    expect(await say(shared, 'STOMP\n\n\0', secure)).toBe('stomp:STOMP\n\n\0');
    for (const noise of ['\n', '\r\n', '\0'])
      expect(await say(shared, `${noise}CONNECT`, secure)).toBe(`stomp:${noise}CONNECT`);
    expect(await say(shared, '<login/>\0', secure)).toBe('xmlsocket:<login/>\0');
    expect(await say(shared, GET, secure)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['in the clear', false],
    ['over TLS', true],
  ])('lets a browser speak at the ports of streams, %s', async (_how, secure) => {
    const { ports } = await serve({ secure });
    for (const port of [ports.stomp, ports.xml]) {
      expect(await say(port, GET, secure)).toMatch(/^HTTP\/1\.1 200 /);
      expect(await say(port, 'POST /hello HTTP/1.1\r\nHost: x\r\n\r\n', secure)).toMatch(/^HTTP\/1\.1 4/);
      const ws = new WebSocket(`${secure ? 'wss' : 'ws'}://127.0.0.1:${port}/stomp`, 'v12.stomp', {
        rejectUnauthorized: false,
      });
      await once(ws, 'open');
      ws.send('CONNECT');
      expect(String((await once(ws, 'message'))[0])).toBe('v12.stomp:CONNECT');
      ws.terminate();
    }
  });

  it('gives the port of STOMP what begins as XML, and everything else to whom the port is for', async () => {
    const { ports } = await serve();
    expect(await say(ports.stomp, '<policy-file-request/>\0')).toBe('xmlsocket:<policy-file-request/>\0');
    expect(await say(ports.stomp, 'SEND\n')).toBe('stomp:SEND\n');
    expect(await say(ports.stomp, 'what?')).toBe('stomp:what?');
    expect(await say(ports.xml, 'CONNECT\n\n\0')).toBe('xmlsocket:CONNECT\n\n\0');
    expect(await say(ports.xml, '\0')).toBe('xmlsocket:\0');
  });

  it('is no more than one octet, whatever follows or does not', async () => {
    const { ports } = await serve();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 20 }), async (octets) => {
        const first = octets[0] ?? 0;
        const own = ![...FIRST_OCTETS.http, ...FIRST_OCTETS.tls, ...FIRST_OCTETS.xmlsocket].includes(first);
        if (!own) return;
        const text = Buffer.from(octets).toString('latin1');
        const peer = await StreamPeer.connect(ports.stomp);
        peer.send(Buffer.from(octets));
        await until(() => peer.heard.length > 0);
        peer.socket.destroy();
        expect(`stomp:${text}`.startsWith(peer.heard)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['the first octet of RawSocket', [0x7f]],
    ['half of its handshake', [0x7f, 0xf1]],
  ])('ends a connection whose peer has ended it after %s', async (_what, octets) => {
    const { ports } = await serve();
    const peer = await StreamPeer.connect(ports.shared);
    peer.socket.end(Buffer.from(octets));
    await until(() => peer.closed);
  });

  it('closes any garbage within bounds, and keeps serving', async () => {
    const { ports } = await serve();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (octets) => {
        const peers = await Promise.all(Object.values(ports).map((port) => StreamPeer.connect(port)));
        for (const peer of peers) peer.socket.end(Buffer.from(octets));
        await until(() => peers.every(({ closed }) => closed));
      }),
      { numRuns: 20 },
    );
    expect(await say(ports.shared, GET)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('shows TLS where none is spoken, which is closed with a line in the log', async () => {
    const { ports, count, info } = await serve();
    for (const port of Object.values(ports)) {
      const socket = connectSecurely({ port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      await until(() => socket.closed);
    }
    expect(count.mock.calls.filter(([, { code }]) => code === 'tls')).toHaveLength(3);
    const line = {
      port: ports.stomp,
      remoteAddress: '127.0.0.1',
      reason: expect.stringMatching(/listen\.tls/),
    };
    expect(info).toHaveBeenCalledWith(expect.objectContaining(line), 'connection refused');
  });

  it('does not keep the server from stopping, with requests kept alive at the port of a stream', async () => {
    const { ports, stop } = await serve();
    const peer = await StreamPeer.connect(ports.stomp);
    peer.send(GET);
    await until(() => peer.heard !== '');
    await stop();
    running.pop();
    await until(() => peer.closed);
  });
});
