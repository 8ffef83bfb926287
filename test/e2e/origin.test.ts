import { describe, expect, it } from 'vitest';
import { type RawHandshake, RawWebSocket } from '../support/raw-websocket.js';
import { useServer } from '../support/use-server.js';

const server = useServer({
  env: { SIGNALBOX_ORIGINS: 'https://app.example.com,http://intra.example.com:8000' },
});

async function handshake(headers: RawHandshake['headers'] = {}, path = '/ws'): Promise<RawWebSocket> {
  const client = await RawWebSocket.open(`${server().url.replace('http', 'ws')}${path}`, { headers });
  client.destroy();
  return client;
}

describe('a page of another origin', () => {
  it.each([
    ['a listed origin', 'https://app.example.com'],
    ['a listed origin in capitals', 'HTTPS://APP.example.COM'],
    ['a listed origin with its default port', 'https://app.example.com:443'],
    ['a listed origin with a port', 'http://intra.example.com:8000'],
    ['the bare host of a listed origin, as PHP clients send', 'app.example.com'],
    ['the bare loopback address, as PHP clients send', '127.0.0.1'],
    ['no origin, as programs send', undefined],
  ])('may connect: %s', async (_name, origin) => {
    expect((await handshake({ Origin: origin })).status).toBe(101);
  });

  it('may connect if it is the server itself', async () => {
    const { port } = server();
    for (const host of ['127.0.0.1', 'localhost']) {
      expect((await handshake({ Origin: `http://${host}:${port}` })).status).toBe(101);
    }
  });

  it.each([
    ['another host', 'https://evil.example'],
    ['a listed host as a prefix', 'https://app.example.com.evil.example'],
    ['a listed host as a suffix', 'https://evil-app.example.com'],
    ['a listed host as the user', 'https://app.example.com@evil.example'],
    ['another scheme', 'http://app.example.com'],
    ['another port', 'https://app.example.com:8443'],
    ['a path', 'https://app.example.com/path'],
    ['two origins', 'https://evil.example, https://app.example.com'],
    ['the opaque origin', 'null'],
    ['the opaque origin in capitals', 'NULL'],
    ['loopback with another port', 'http://127.0.0.1:1'],
    ['a file', 'file://'],
    ['nothing', ''],
    ['a star', '*'],
  ])('is refused before the upgrade: %s', async (_name, origin) => {
    const { status, body } = await handshake({ Origin: origin });
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'forbidden', hint: expect.any(String) } });
  });

  it('is refused whatever credentials it has', async () => {
    const ticket = server().ticket('5', ['7']);
    const headers = { Origin: 'https://evil.example', Cookie: 'session=1' };
    expect((await handshake(headers, `/ws?ticket=${ticket}`)).status).toBe(403);
  });

  it('leaves no session behind', async () => {
    await handshake({ Origin: 'https://evil.example' });
    expect(await server().metric('signalbox_sessions')).toBe(0);
    expect(await server().metric('signalbox_refused_connections_total')).toBeGreaterThan(0);
  });
});

describe('a handshake', () => {
  it.each([
    ['/', 101],
    ['/ws', 101],
    ['/ws?anything=1', 101],
    ['/ws/', 404],
    ['/WS', 404],
    ['/elsewhere', 404],
  ])('at %s is answered %d', async (path, status) => {
    expect((await handshake({}, path)).status).toBe(status);
  });

  it.each([
    ['wamp', 101, 'wamp'],
    ['wamp, other', 101, 'wamp'],
    ['other, wamp', 101, 'wamp'],
    ['other', 400, undefined],
    ['WAMP', 400, undefined],
    ['wamp wamp', 400, undefined],
  ])('that offers %s is answered %d', async (offered, status, chosen) => {
    const client = await handshake({ 'Sec-WebSocket-Protocol': offered });
    expect(client.status).toBe(status);
    expect(client.subprotocol).toBe(chosen);
  });
});
