import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NotExamined } from '../../../src/app/doctor/doctor-check.js';
import { CHECKS, type Diagnosis } from '../../../src/app/doctor/examine.js';
import { testCertificate, writeCertificate } from '../../support/certificate.js';
import { testFolder } from '../../support/folder.js';
import { signalbox } from '../../support/run.js';
import { KEY } from '../../support/server.js';
import { findings, settings } from './kit.js';

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** The address of a server that answers so. */
async function answering(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  server.on('upgrade', (request: IncomingMessage, socket) => {
    socket.end(`HTTP/1.1 ${request.headers.origin === undefined ? 101 : 403} So\r\n\r\n`);
  });
  return new URL(`http://127.0.0.1:${await portOf(server)}`);
}

const OK: RequestListener = (_, answer) => void answer.end('{}');

describe('the doctor and what a server says', () => {
  it('finds that it is not ready, and why', async () => {
    const why = '{"status":"not ready","broker":"away"}';
    const away = await answering((_, answer) => void answer.writeHead(503).end(why));
    expect(await findings('server-ready', { url: away })).toEqual([`/readyz answers 503 ${why}`]);
    expect(await findings('server-ready', { url: await answering(OK) })).toEqual([]);
  });

  it('finds a clock that is wrong', async () => {
    const at = (offset: number) =>
      answering((_, answer) => {
        answer.setHeader('date', new Date(Date.now() + offset).toUTCString());
        answer.end();
      });
    expect(await findings('server-clock', { url: await at(-3_600_000) })).toEqual([
      expect.stringMatching(/^its clock is -3(?:59\d|60\d)\d{3} ms from this one$/),
    ]);
    const silent = await answering((_, answer) => {
      answer.sendDate = false;
      answer.end();
    });
    await expect(findings('server-clock', { url: silent })).rejects.toThrow(NotExamined);
  });

  it('finds that pages of its own address are refused', async () => {
    const url = await answering(OK);
    expect(await findings('websocket-origin', { url })).toEqual([`a page of ${url.origin} is answered 403`]);
  });

  it('finds nodes that are late', async () => {
    const nodes = [
      { id: 'a', lag: 200 },
      { id: 'b', lag: 201.4 },
    ];
    const url = await answering((_, answer) => void answer.end(JSON.stringify({ nodes })));
    expect(await findings('nodes-late', { url, key: KEY })).toEqual(['node b is 201 ms late']);
  });

  it('finds nodes that give no sign of life', async () => {
    const nodes = [
      { id: 'a', heartbeat: 4500 },
      { id: 'b', heartbeat: 4500.7 },
    ];
    const url = await answering((_, answer) => void answer.end(JSON.stringify({ nodes })));
    expect(await findings('nodes-silent', { url, key: KEY })).toEqual([
      'node b gave its last sign of life 4501 ms ago',
    ]);
  });

  it.each([
    [10_128, 8102, []],
    [10_127, 3, ['it may have 10127, and limits.connections with what else is open needs 10128']],
    [20_000, 16_001, ['16001 of 20000 are open']],
  ])('looks at its descriptors: %s, of which %s are open', async (most, open, found) => {
    const text = `process_max_fds ${most}\nprocess_open_fds ${open}\n`;
    const url = await answering((_, answer) => void answer.end(text));
    expect(await findings('server-descriptors', { url, key: KEY })).toEqual(found);
  });

  it('asks for the address first, before anything else that it needs', async () => {
    const text = 'listen: { stomp_port: 1, xmlsocket_port: 2 }\n';
    for (const { name, about } of CHECKS.filter((one) => one.about === 'server'))
      await expect(findings(name, { text }), `${about} ${name}`).rejects.toThrow(
        new NotExamined('say --url with the address of the server'),
      );
  });

  it('asks nothing that needs a key without one, or with one that is not taken', async () => {
    const url = await answering((_, answer) => void answer.writeHead(401).end());
    for (const name of ['nodes-differ', 'nodes-late', 'nodes-silent', 'nodes-clock', 'server-descriptors']) {
      await expect(findings(name, { url })).rejects.toThrow(
        new NotExamined('say --key, or set SIGNALBOX_API_KEY'),
      );
      await expect(findings(name, { url, key: 'wrong' })).rejects.toThrow(
        new NotExamined('the server does not take the key: check --key'),
      );
    }
  });

  it('is content with a certificate that is trusted here', async () => {
    const made = testCertificate('test', { ends: 30 * 86_400_000 });
    const folder = testFolder();
    writeCertificate(folder, made);
    const port = await portOf(createTlsServer(made, OK));
    const { stdout } = await signalbox(
      ['doctor', '--json', '--config', settings(''), '--url', `https://127.0.0.1:${port}`],
      { env: { NODE_EXTRA_CA_CERTS: `${folder}/cert.pem` } },
    );
    const all = JSON.parse(stdout) as readonly Diagnosis[];
    expect(all.find(({ name }) => name === 'certificate')).toMatchObject({ outcome: 'fine' });
  });
});
