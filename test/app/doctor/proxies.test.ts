import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { cli } from '../../support/cli.js';
import { makeFolder } from '../../support/folder.js';
import { freePort } from '../../support/free-port.js';
import { KEY, REPOSITORY } from '../../support/server.js';
import { until } from '../../support/until.js';
import { useServer } from '../../support/use-server.js';
import { doctor, settings } from './kit.js';

const hasNginx = spawnSync('nginx', ['-v']).status === 0;
if (!hasNginx) console.log('skipped what needs nginx, which is not here: apt-get install nginx-light');

const config = `${makeFolder({
  'signalbox.yml': [
    'routing: routes.yml',
    'topics: { handlers: [] }',
    'listen: { stomp_port: 0, xmlsocket: false, trusted_proxies: [127.0.0.3] }',
    'limits: { ping: 600ms, pong_timeout: 400ms }',
  ].join('\n'),
  'routes.yml':
    'kept: { channel: kept, handler: broadcast, access: { subscribe: anyone, publish: backend }, history: { size: 10 } }\n',
})}/signalbox.yml`;

// The first command loads the built-in handlers, whose sources are compiled then.
beforeAll(async () => void (await cli(['check', '--config', `${REPOSITORY}signalbox.yml`])), 120_000);

describe.skipIf(!hasNginx)('the doctor behind nginx', () => {
  const server = useServer({ config });
  const started: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of started) {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
  });

  /** Its address. */
  async function nginx(directives: string): Promise<string> {
    const folder = makeFolder();
    const port = await freePort();
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    mkdirSync(`${folder}/logs`);
    const upgrade =
      'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $kind;';
    const location = `location / { proxy_pass ${server().url}; proxy_set_header Host $host; ${upgrade} ${directives} }`;
    writeFileSync(
      `${folder}/nginx.conf`,
      `pid ${folder}/pid; daemon off; events {}
http { access_log off; ${temporary.join(' ')}
map $http_upgrade $kind { default upgrade; '' ''; }
server { listen 127.0.0.1:${port}; ${location} } }`,
    );
    const child = spawn('nginx', ['-p', folder, '-e', `${folder}/error.log`, '-c', `${folder}/nginx.conf`], {
      stdio: 'ignore',
    });
    started.push(child);
    const url = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.ok === true);
    return url;
  }

  const APPENDED = 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;';
  const TIMES = 'limits: { ping: 600ms, pong_timeout: 400ms, long_poll: 600ms }\n';
  const look = (url: string, wait: string, text = TIMES) =>
    doctor('--config', settings(text), '--url', url, '--key', KEY, '--channel', 'kept', '--wait', wait);

  it('finds nothing wrong beyond several pings where it is as it should be', async () => {
    const of = await look(await nginx(`proxy_bind 127.0.0.3; proxy_read_timeout 5s; ${APPENDED}`), '2s');
    for (const name of [
      ...['websocket', 'websocket-idle', 'stream-buffered', 'stream-idle', 'request-cut', 'ways-in'],
      ...['forwarded-address'],
    ]) {
      expect(of(name), name).toMatchObject({ outcome: 'fine', findings: [] });
    }
  });

  it('does not call fine what it has not waited for', async () => {
    const of = await look(await nginx(`proxy_read_timeout 5s; ${APPENDED}`), '1s', '');
    expect(of('websocket-idle')).toMatchObject({
      outcome: 'skipped',
      findings: ['nothing was cut within 1000 ms, but limits.ping is 25000 ms: say a longer --wait'],
    });
    expect(of('stream-idle').outcome).toBe('skipped');
    expect(of('request-cut').findings).toEqual([
      'nothing was cut within 1000 ms, but limits.long_poll is 10000 ms: say a longer --wait',
    ]);
  });

  it('finds that it cuts what waits, and that it is not trusted', async () => {
    const of = await look(await nginx(`proxy_read_timeout 300ms; ${APPENDED}`), '2s');
    expect(of('websocket-idle').findings).toEqual([
      expect.stringMatching(/^an idle connection was cut after \d+ ms$/),
    ]);
    expect(of('stream-idle').findings).toEqual([expect.stringMatching(/^a stream was cut after \d+ ms$/)]);
    expect(of('request-cut').findings).toEqual([
      expect.stringMatching(/^a request that waits 2 s is answered 504 after 0\.\d s$/),
    ]);
    expect(of('forwarded-address').findings).toEqual([
      'the server does not trust the proxy, and sees 127.0.0.1 for everybody',
    ]);
  });

  it('finds that it does not say whose requests it passes on', async () => {
    const of = await look(await nginx('proxy_set_header X-Forwarded-For "";'), '0');
    expect(of('forwarded-address').findings).toEqual([
      'the proxy does not pass X-Forwarded-For on: the server sees 127.0.0.1 for everybody',
    ]);
  });
});

describe('the doctor and ports', () => {
  const server = useServer({ config });

  /** Something that answers in words of its own. */
  async function stranger(words: string): Promise<number> {
    const made: Server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(words));
    });
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void made.close());
    const address = made.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  it('knows the server at the port of STOMP', async () => {
    const of = await doctor(
      '--config',
      settings(`listen: { stomp_port: ${server().portOf('stomp')} }\n`),
      ...['--url', server().url],
    );
    expect(of('stomp-port')).toMatchObject({ outcome: 'fine', findings: [] });
    expect(of('xmlsocket-port')).toMatchObject({ outcome: 'skipped' });
  });

  it.each([
    [
      'another broker',
      'CONNECTED\nversion:1.2\nserver:ActiveMQ/5\n\n\0',
      'a CONNECT is answered by something else: "CONNECTED"',
    ],
    [
      'a web server',
      'HTTP/1.1 400 Bad Request\r\n\r\n',
      'a CONNECT is answered by something else: "HTTP/1.1 400 Bad Request"',
    ],
  ])('tells it from %s', async (_what, words, finding) => {
    const port = await stranger(words);
    const of = await doctor('--config', settings(`listen: { stomp_port: ${port} }\n`), '--url', server().url);
    expect(of('stomp-port')).toMatchObject({ outcome: 'error', findings: [finding] });
  });

  it('finds a port at which nobody is', async () => {
    const port = await freePort();
    const of = await doctor('--config', settings(`listen: { stomp_port: ${port} }\n`), '--url', server().url);
    expect(of('stomp-port').findings).toEqual(['no answer: ECONNREFUSED']);
  });

  it('finds that a port and a path are not those of XMLSocket', async () => {
    const { port, hostname } = new URL(server().url);
    expect(hostname).toBe('127.0.0.1');
    const routes =
      "chat.room: { channel: 'chat/room/{room}', handler: broadcast }\nchat.user: { channel: 'chat/user/{user_id}', handler: broadcast }\n";
    // A port of HTTP answers a request for the policy in its own words.
    const of = await doctor(
      '--config',
      settings(`listen: { xmlsocket_port: ${port} }\n`, routes),
      '--url',
      server().url,
    );
    expect(of('xmlsocket-port').findings).toEqual([
      'a request for the policy is answered by something else: "HTTP/1.1 400 Bad Request"',
    ]);
    expect(of('ways-in')).toMatchObject({
      outcome: 'error',
      findings: ['/xmlsocket answers 404 in place of 101'],
    });
  });
});
