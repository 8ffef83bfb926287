import { describe, expect, it, onTestFinished } from 'vitest';
import { testCertificate, writeCertificate } from '../../support/certificate.js';
import { testFolder } from '../../support/folder.js';
import { freePort } from '../../support/free-port.js';
import { ServerProcess } from '../../support/server.js';
import { APPLICATION } from '../application.js';
import { playVector } from './driver.js';
import { ownVectors } from './files.js';
import type { Vector } from './format.js';

async function serve(env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const server = await ServerProcess.start({ ...APPLICATION, env });
  onTestFinished(() => server.stop());
  return server;
}

describe('sessions over RawSocket', () => {
  const vector = ownVectors().get('basic_event_payloads') as Vector;
  const serializer = 'msgpack';

  it('have a port of their own where it is given', async () => {
    const port = await freePort();
    await serve({ SIGNALBOX_RAW_SOCKET_PORT: String(port), SIGNALBOX_LISTEN_RAW_SOCKET: 'false' });
    await playVector(`rawsocket://127.0.0.1:${port}`, vector, { serializer });
  });

  it('share the port of the server with WebSockets and long-poll', async () => {
    const { port } = await serve();
    for (const address of [
      `rawsocket://127.0.0.1:${port}`,
      `ws://127.0.0.1:${port}/ws`,
      `http://127.0.0.1:${port}/lp`,
    ])
      await playVector(address, vector, { serializer });
  });

  it('share it over TLS, too, and nothing is spoken there without', async () => {
    const folder = testFolder({});
    writeCertificate(folder, testCertificate('raw'));
    const { port } = await serve({
      SIGNALBOX_TLS_CERT: `${folder}/cert.pem`,
      SIGNALBOX_TLS_KEY: `${folder}/key.pem`,
      SIGNALBOX_LIMITS_HANDSHAKE_TIMEOUT: '2s',
    });
    await playVector(`rawsockets://127.0.0.1:${port}`, vector, { serializer });
    await expect(playVector(`rawsocket://127.0.0.1:${port}`, vector, { serializer })).rejects.toThrow(
      'the handshake is answered with',
    );
  });
});
