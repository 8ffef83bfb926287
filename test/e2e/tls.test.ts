import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectSecurely } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { type TestCertificate, testCertificate, writeCertificate } from '../support/certificate.js';
import { testFolder } from '../support/folder.js';
import { RawWebSocket } from '../support/raw-websocket.js';
import { signalbox } from '../support/run.js';
import { KEY, REPOSITORY, ServerProcess } from '../support/server.js';
import { StreamPeer } from '../support/stream-peer.js';
import { eventually, until } from '../support/until.js';

const SETTINGS = `listen: { tls: { cert: cert.pem, key: key.pem } }
routing: ${REPOSITORY}routing/demo.yml
limits: { drain: 200ms }
`;

async function serve(certificate: TestCertificate, env: Readonly<Record<string, string>> = {}) {
  const folder = testFolder({ 'signalbox.yml': SETTINGS });
  writeCertificate(folder, certificate);
  const server = await ServerProcess.start({ config: `${folder}/signalbox.yml`, env });
  onTestFinished(() => server.stop());
  return { server, folder };
}

async function open(server: ServerProcess, { cert }: TestCertificate): Promise<Autobahn> {
  const headers = { Origin: server.url };
  const page = await Autobahn.connect(server.webSocketUrl(), { ca: cert, headers });
  onTestFinished(() => page.socket.destroy());
  return page;
}

/** The name in the certificate that a new connection is shown. */
async function shownName(server: ServerProcess): Promise<string> {
  const socket = connectSecurely({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const name = String(socket.getPeerCertificate().subject.CN);
  socket.destroy();
  return name;
}

async function fetchSecurely(
  server: ServerProcess,
  path: string,
  { cert }: TestCertificate,
): Promise<string> {
  const request = get(`${server.url}${path}`, { ca: cert, headers: { authorization: `Bearer ${KEY}` } });
  const [response] = await once(request, 'response');
  return text(response);
}

describe('a server with a certificate', () => {
  const certificate = testCertificate('first');

  it('speaks TLS at the port of STOMP, and nothing else there', async () => {
    const { server } = await serve(certificate, { SIGNALBOX_STOMP_PORT: '0' });
    expect(server.urls['stomps']).toMatch(/^stomps:\/\/127\.0\.0\.1:\d+$/);
    const peer = await StreamPeer.connect(server.portOf('stomps'), { secure: true, allowHalfOpen: true });
    onTestFinished(() => void peer.socket.destroy());
    peer.socket.end('CONNECT\n\n\0');
    await until(() => peer.finished);
    expect(peer.heard).toMatch(/^CONNECTED\n/);
    const clear = await StreamPeer.connect(server.portOf('stomps'));
    clear.send('CONNECT\n\n\0');
    await until(() => clear.closed);
    expect(clear.heard).not.toContain('CONNECTED');
  });

  it('says so, and carries messages of all sizes both ways', async () => {
    const { server } = await serve(certificate);
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const [one, other] = [await open(server, certificate), await open(server, certificate)];
    one.subscribe('demo/room');
    await one.settle();
    const payloads = [0, 100, 126, 1000, 20_000, 60_000].map((size) => 'é'.repeat(size / 2));
    for (const payload of payloads) other.publish('demo/room', payload);
    await until(() => one.events('demo/room').length === payloads.length);
    expect(one.events('demo/room')).toEqual(payloads);
  });

  it('takes its own pages, which have https origins, and no others', async () => {
    const { server } = await serve(certificate);
    const knock = async (origin: string) => {
      const handshake = { ca: certificate.cert, headers: { Origin: origin } };
      const client = await RawWebSocket.open(server.webSocketUrl(), handshake);
      client.destroy();
      return client.status;
    };
    expect(await knock(server.url)).toBe(101);
    expect(await knock(server.url.replace('https', 'http'))).toBe(403);
  });

  it('can be talked to by the commands that trust it', async () => {
    const { server, folder } = await serve(certificate);
    const env = { NODE_EXTRA_CA_CERTS: `${folder}/cert.pem`, SIGNALBOX_URL: server.url };
    const listening = signalbox(['subscribe', 'demo/room', '--count', '1'], { env });
    await eventually(async () =>
      expect(await fetchSecurely(server, '/metrics', certificate)).toContain('signalbox_topics 1\n'),
    );
    const published = await signalbox(['publish', 'demo/room', '"hello"', '--url', server.url], { env });
    expect(published).toMatchObject({ code: 0, stdout: expect.stringContaining('"channel":"demo/room"') });
    expect((await listening).stdout).toBe('{"channel":"demo/room","payload":"hello"}\n');
    const distrusting = await signalbox(['publish', 'demo/room', '1', '--url', server.url]);
    expect(distrusting).toMatchObject({ code: 1, stderr: expect.stringContaining('certificate') });
  });

  it('shows a new certificate to new connections and keeps the old ones', async () => {
    const { server, folder } = await serve(certificate);
    const page = await open(server, certificate);
    page.subscribe('demo/room');
    await page.settle();
    expect(await shownName(server)).toBe('first');
    const renewed = testCertificate('second');
    writeFileSync(`${folder}/new.pem`, renewed.cert);
    renameSync(`${folder}/new.pem`, `${folder}/cert.pem`);
    writeFileSync(`${folder}/key.pem`, renewed.key);
    await eventually(async () => expect(await shownName(server)).toBe('second'));
    (await open(server, renewed)).publish('demo/room', 'still here');
    await until(() => page.events('demo/room').length === 1);
    expect(page.hangup).toBeUndefined();
  });

  it('serves on with the old one when the new one cannot be used, and takes the next', async () => {
    const { server, folder } = await serve(certificate);
    writeFileSync(`${folder}/cert.pem`, testCertificate('of another key').cert);
    await eventually(() => expect(server.stderr).toContain('the new certificate cannot be used'));
    expect(await shownName(server)).toBe('first');
    writeCertificate(folder, testCertificate('third'));
    await eventually(async () => expect(await shownName(server)).toBe('third'));
    expect(server.stderr).not.toContain('PRIVATE KEY');
  });

  it('does not start with files that do not fit, and says so', async () => {
    const folder = testFolder({ 'signalbox.yml': SETTINGS });
    const check = () => signalbox(['check', '--config', `${folder}/signalbox.yml`]);
    expect((await check()).stdout).toMatch(/cert\.pem cannot be read: ENOENT/);
    writeCertificate(folder, { cert: certificate.cert, key: testCertificate('another').key });
    expect(await check()).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/the certificate and key cannot be used: .*\(bad-setting\)/),
    });
    writeCertificate(folder, certificate);
    expect((await check()).code).toBe(0);
  });
});

describe('what is no TLS, or too slow a one', () => {
  const certificate = testCertificate('any');

  it('ends a connection that speaks HTTP without it, and serves the others', async () => {
    const { server } = await serve(certificate);
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    let answer = '';
    socket.on('data', (octets) => (answer += octets));
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => socket.closed);
    expect(answer).not.toContain('HTTP');
    expect(await fetchSecurely(server, '/healthz', certificate)).toContain('ok');
    expect(await fetchSecurely(server, '/metrics', certificate)).toContain(
      'signalbox_refused_connections_total{code="tls"} 1',
    );
  });

  it('cuts a handshake that does not end, and a connection that says nothing after it', async () => {
    const { server } = await serve(certificate, { SIGNALBOX_LIMITS_HANDSHAKE_TIMEOUT: '500ms' });
    const silent = connect(server.port, '127.0.0.1').on('error', () => undefined);
    const half = connect(server.port, '127.0.0.1').on('error', () => undefined);
    half.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
    const idle = connectSecurely({ port: server.port, host: '127.0.0.1', ca: certificate.cert });
    idle.on('error', () => undefined);
    const all = [silent, half, idle];
    for (const socket of all) socket.resume();
    await until(() => all.every(({ closed }) => closed));
    expect(await fetchSecurely(server, '/metrics', certificate)).toContain(
      'signalbox_refused_connections_total{code="timeout"} 3',
    );
  });

  it('keeps no server that stops, though a handshake has not ended', async () => {
    const { server } = await serve(certificate);
    const silent = connect(server.port, '127.0.0.1').on('error', () => undefined);
    await once(silent, 'connect');
    const page = await open(server, certificate);
    server.signal('SIGTERM');
    await until(() => page.hangup !== undefined);
    expect((await server.exit).code).toBe(0);
  });
});
