import { createHash } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createServer as createNetServer } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { mintTicket } from '../../../src/authenticators/index.js';
import { testCertificate, writeCertificate } from '../../support/certificate.js';
import { cli } from '../../support/cli.js';
import { testFolder } from '../../support/folder.js';
import { freePort } from '../../support/free-port.js';
import { KEY, REPOSITORY, SECRET } from '../../support/server.js';
import { useServer } from '../../support/use-server.js';
import { doctor, settings } from './kit.js';

// The first command loads the built-in handlers, whose sources are compiled then.
beforeAll(async () => void (await cli(['check', '--config', `${REPOSITORY}signalbox.yml`])), 120_000);

describe('the doctor without a server', () => {
  it('finds what is wrong with the settings, and says what to do', async () => {
    const config = settings(
      "development: true\nlisten: { host: 0.0.0.0 }\nauth: { secret: 'ssssssssssssssssssssssssssssssss', logins: { guest: { secret: guest } } }\nlimits: { connections: 100000000 }\n",
    );
    const of = await doctor('--config', config);
    for (const name of [
      'development-in-public',
      'plain-text-in-public',
      'default-logins',
      'file-descriptors',
      'heap',
    ]) {
      expect(of(name), name).toMatchObject({
        outcome: expect.stringMatching(/error|warning/),
        fix: expect.any(String),
      });
    }
    expect(of('websocket')).toMatchObject({ outcome: 'skipped' });
  });

  it('shows no secret', async () => {
    const secret = 'hunter2-hunter2';
    const { stdout, code } = await cli(['doctor', '--config', settings('')], {
      env: { SIGNALBOX_SECRET: secret, SIGNALBOX_API_KEY: 'short-key' },
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/ERROR {4}weak-secrets\n.*auth\.secret has 15 characters/);
    expect(stdout).not.toContain(secret);
    expect(stdout).not.toContain('short-key');
  });

  it('reports what check reports', async () => {
    const of = await doctor('--config', settings('no_such_setting: 1\n'));
    expect(of('configuration').findings[0]).toContain('no_such_setting');
  });
});

describe('the doctor and credentials', () => {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');

  it('finds a hash of a key that everybody tries, and one key under two names', async () => {
    const keys = { guessed: 'changeme', shop: 'shop', one: KEY, two: KEY, good: 'x'.repeat(40) };
    const lines = Object.entries(keys).map(([name, key]) => `${name}: { sha256: ${hash(key)} }`);
    const of = await doctor('--config', settings(`auth: { keys: { ${lines.join(', ')} } }\n`));
    expect(of('guessable-hashes')).toMatchObject({
      outcome: 'error',
      findings: [
        'auth.keys.guessed is the hash of a key that everybody tries',
        'auth.keys.shop is the hash of a key that everybody tries',
        'auth.keys.two and auth.keys.one are one key',
        'auth.keys.env and auth.keys.two are one key',
      ],
    });
    const fine = await doctor(
      '--config',
      settings(`auth: { keys: { good: { sha256: ${hash('y'.repeat(40))} } } }\n`),
    );
    expect(fine('guessable-hashes').outcome).toBe('fine');
  });

  it('finds what lasts too long, and tokens of anybody', async () => {
    const jwt = `jwt: { algorithms: [HS256], secret: ${'j'.repeat(40)}, audience: false, leeway: 1h }`;
    const of = await doctor('--config', settings(`auth: { ticket_ttl: 1d, ticket_once: false, ${jwt} }\n`));
    expect(of('lasting-credentials')).toMatchObject({ outcome: 'warning', findings: { length: 4 } });
    expect((await doctor('--config', settings('')))('lasting-credentials').outcome).toBe('fine');
  });

  it('looks at a ticket or token of the application', async () => {
    const now = Math.floor(Date.now() / 1000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = (alg: string, claims: object) => `${part({ alg })}.${part({ sub: '5', ...claims })}.`;
    const config = settings('');
    const look = async (ticket: string) =>
      (await doctor('--config', config, '--ticket', ticket))('credential');
    const good = mintTicket({ user: '5', organizations: [], ttl: 60_000 }, SECRET);
    expect(await look(good)).toMatchObject({ outcome: 'fine' });
    const other = mintTicket({ user: '5', organizations: [], ttl: 60_000 }, `${SECRET}!`);
    expect((await look(other)).findings).toEqual(['the ticket v1 is not signed by auth.secret']);
    expect((await look(token('none', { exp: now + 60 }))).findings).toEqual(['nobody has signed it']);
    const far = await look(`${token('HS256', { iat: now + 4000, exp: now + 900_000 })}c2ln`);
    expect(far.findings.join('\n')).toMatch(/made \d+ s in the future.*\n.*lasts 249 hours/);
    expect(await look('nonsense')).toMatchObject({ outcome: 'error' });
  });

  it('finds that strangers are taken for proxies', async () => {
    const of = await doctor(
      '--config',
      settings('listen: { trusted_proxies: [10.0.0.0/8, 0.0.0.0/0, "::/0", "fc00::/7"] }\n'),
    );
    expect(of('trusted-everybody')).toMatchObject({
      outcome: 'error',
      findings: [
        'listen.trusted_proxies has 0.0.0.0/0, in which strangers are',
        'listen.trusted_proxies has ::/0, in which strangers are',
      ],
    });
    const fine = await doctor('--config', settings('listen: { trusted_proxies: [10.0.0.0/8] }\n'));
    expect(fine('trusted-everybody').outcome).toBe('fine');
  });
});

describe('the doctor and a certificate', () => {
  it.each([
    [3.5 * 86_400_000, 'error', /expires in 3 days$/],
    [-60_000, 'error', / has expired on /],
    [60 * 86_400_000, 'fine', /^$/],
  ])('reads the certificate of the settings: %s ms', async (ends, outcome, text) => {
    const folder = testFolder();
    writeCertificate(folder, testCertificate('test', { ends }));
    const config = settings(`listen: { tls: { cert: ${folder}/cert.pem, key: ${folder}/key.pem } }\n`);
    const found = (await doctor('--config', config))('certificate-file');
    expect(found.outcome).toBe(outcome);
    expect(found.findings.join()).toMatch(text);
  });
});

describe('the doctor and a running server', () => {
  const server = useServer();
  /** A proxy that passes requests on, badly. */
  async function proxy(spoil: (server: Server, target: URL) => void): Promise<string> {
    const made = createServer();
    spoil(made, new URL(server().url));
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      made.closeAllConnections();
      made.close();
    });
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
  }

  it('finds nothing wrong with it', async () => {
    const all = ['--url', server().url, '--key', KEY, '--channel', 'demo/lobby', '--wait', '100ms'];
    const of = await doctor('--config', settings('limits: { ping: 50ms, pong_timeout: 40ms }\n'), ...all);
    for (const name of [
      ...['server-reachable', 'server-ready', 'server-clock', 'websocket', 'websocket-origin'],
      ...['websocket-idle', 'stream-buffered', 'stream-idle', 'ways-in', 'forwarded-address'],
      ...['nodes-differ', 'nodes-late', 'nodes-silent', 'nodes-clock', 'server-descriptors'],
    ]) {
      expect(of(name), name).toMatchObject({ outcome: 'fine', findings: [] });
    }
    expect(of('certificate').outcome).toBe('skipped');
  });

  it('knows it at its port of XMLSocket, and Flash by WebSocket', async () => {
    const routes =
      "chat.room: { channel: 'chat/room/{room}', handler: broadcast }\nchat.user: { channel: 'chat/user/{user_id}', handler: broadcast }\n";
    const look = async (port: number) =>
      doctor('--config', settings(`listen: { xmlsocket_port: ${port} }\n`, routes), '--url', server().url);
    const of = await look(server().portOf('xmlsocket'));
    expect(of('xmlsocket-port')).toMatchObject({ outcome: 'fine', findings: [] });
    expect(of('ways-in')).toMatchObject({ outcome: 'fine', findings: [] });
    const other = createNetServer((socket) => void socket.once('data', () => socket.end('220 mail\r\n')));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const held = await look((other.address() as AddressInfo).port);
    expect(held('xmlsocket-port').findings).toEqual([
      'a request for the policy is answered by something else: "220 mail"',
    ]);
    expect((await look(await freePort()))('xmlsocket-port').findings).toEqual(['no answer: ECONNREFUSED']);
  });

  it('finds a proxy that passes no upgrade on, and gathers streams', async () => {
    const url = await proxy((made, target) => {
      made.on('request', (incoming, outgoing) => {
        const { upgrade: _, connection: __, ...headers } = incoming.headers;
        const passed = request(new URL(incoming.url ?? '/', target), { headers }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk) => chunks.push(chunk));
          answer.on('end', () =>
            outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(Buffer.concat(chunks)),
          );
        });
        outgoing.once('close', () => passed.destroy());
        passed.on('error', () => outgoing.destroy());
        passed.end();
      });
    });
    const of = await doctor('--config', settings(''), '--url', url, '--channel', 'demo/lobby');
    expect(of('server-reachable').outcome).toBe('fine');
    expect(of('websocket')).toMatchObject({ outcome: 'error' });
    expect(of('stream-buffered')).toMatchObject({ outcome: 'error' });
  });

  it('finds a proxy that cuts idle connections', async () => {
    const url = await proxy((made, target) => {
      made.on('request', (_, outgoing) => void outgoing.end());
      made.on('upgrade', (incoming, socket) => {
        const inner = connect(Number(target.port), target.hostname);
        const lines = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${value}\r\n`);
        inner.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
        inner.pipe(socket).pipe(inner);
        for (const end of [inner, socket]) end.on('error', () => undefined);
        setTimeout(() => socket.destroy(), 100);
      });
    });
    const of = await doctor('--config', settings(''), '--url', url, '--wait', '10s');
    expect(of('websocket-idle')).toMatchObject({ outcome: 'error' });
  });

  it('finds nodes that differ', async () => {
    const nodes = ['a', 'b'].map((id) => ({ id, version: '1', routes: id, lag: 0 }));
    const url = await proxy((made) => {
      made.on('request', (_, outgoing) => void outgoing.end(JSON.stringify({ nodes })));
    });
    const of = await doctor('--config', settings(''), '--url', url, '--key', KEY);
    expect(of('nodes-differ')).toMatchObject({
      outcome: 'error',
      findings: ['2 nodes differ in routes: a, b'],
    });
  });

  it.each([
    ['has expired', -60_000, /has expired on/],
    ['nobody trusts', 30 * 86_400_000, /not trusted/],
    ['ends soon', 3.5 * 86_400_000, /expires in 3 days/],
  ])('finds a certificate that %s', async (_what, ends, text) => {
    const made = createTlsServer(testCertificate('test', { ends }), (_, outgoing) => void outgoing.end());
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void made.close());
    const { port } = made.address() as AddressInfo;
    const of = await doctor('--config', settings(''), '--url', `https://127.0.0.1:${port}`);
    expect(of('certificate').findings.join()).toMatch(text);
  });

  it('finds nobody where nobody is', async () => {
    const of = await doctor('--config', settings(''), '--url', 'http://127.0.0.1:1');
    expect(of('server-reachable')).toMatchObject({ outcome: 'error' });
    expect(of('stream-buffered')).toMatchObject({
      outcome: 'skipped',
      findings: ['the server cannot be reached'],
    });
  });
});
