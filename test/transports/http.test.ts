import { connect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { HttpTransport } from '../../src/transports/index.js';
import { until } from '../support/until.js';

it('logs a request that failed without its query, which may hold a ticket', async () => {
  const error = vi.fn();
  const broken = new Error('broken');
  const http = new HttpTransport({
    endpoints: [{ method: 'GET', path: '/page', bodyLimit: 0, handle: () => Promise.reject(broken) }],
    logger: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error },
    meter: { count: vi.fn() },
    limits: { handshakeTimeout: 1000, connections: 10 },
  });
  const port = await http.listen('127.0.0.1', 0);
  try {
    const response = await fetch(`http://127.0.0.1:${port}/page?ticket=secret`);
    expect(response.status).toBe(500);
    const body = await response.text();
    expect(body).not.toContain('broken');
    const { request } = JSON.parse(body).error;
    expect(error).toHaveBeenCalledExactlyOnceWith(
      { event: 'request_failed', request, error: broken, path: '/page' },
      'request failed',
    );
  } finally {
    await http.close(0);
  }
});

it.each([
  ['has not ended in time', 'GET /page HTTP/1.1\r\nHost: x\r\n', '408 Request Timeout'],
  [
    'has headers of more than 16 KiB',
    `GET /page HTTP/1.1\r\nX: ${'x'.repeat(17_000)}\r\n`,
    '431 Request Header Fields',
  ],
  ['is none', 'hello\r\n\r\n', '400 Bad Request'],
])('tells a peer whose request %s so', async (_what, request, status) => {
  const http = new HttpTransport({
    endpoints: [],
    logger: NULL_LOGGER,
    meter: NULL_METER,
    limits: { handshakeTimeout: 300, connections: 10 },
  });
  const port = await http.listen('127.0.0.1', 0);
  try {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('data', (data) => (heard += data.toString())).on('error', () => undefined);
    socket.write(request);
    // Something more comes, or Node would take it for a connection that is silent.
    const more = setInterval(() => socket.write('Y: y\r\n'), 50);
    await until(() => heard.length > 0).finally(() => clearInterval(more));
    expect(heard).toContain(`HTTP/1.1 ${status}`);
  } finally {
    await http.close(0);
  }
});

it('closes a connection that begins TLS where none is spoken, and says so in the log', async () => {
  const [info, count] = [vi.fn(), vi.fn()];
  const http = new HttpTransport({
    endpoints: [],
    logger: { debug: vi.fn(), info, warn: vi.fn(), error: vi.fn() },
    meter: { count },
    limits: { handshakeTimeout: 10_000, connections: 10 },
  });
  const port = await http.listen('127.0.0.1', 0);
  onTestFinished(() => http.close(0));
  const say = async (...octets: readonly number[]) => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    let answer = '';
    socket.on('data', (text) => (answer += text)).write(Buffer.from(octets));
    await until(() => socket.closed);
    return answer;
  };
  expect(await say(0x16, 3, 1, 2, 0, 1, 0)).toBe('');
  expect(count).toHaveBeenCalledExactlyOnceWith('signalbox_refused_connections_total', { code: 'tls' });
  expect(info).toHaveBeenCalledExactlyOnceWith(
    { event: 'connection_refused', remoteAddress: '127.0.0.1', port, reason: expect.stringContaining('TLS') },
    'connection refused',
  );
  expect(await say(0x15, 3, 1)).toContain('400');
  expect(info).toHaveBeenCalledOnce();
});
