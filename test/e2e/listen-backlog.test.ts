import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

/** More than Node would ask the kernel to keep. */
const PEERS = 700;

const somaxconn = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
const isDeep = somaxconn > PEERS;
if (!isDeep) console.log(`skipped what needs net.core.somaxconn above ${PEERS}: it is ${somaxconn} here`);

const server = useServer({ env: { SIGNALBOX_STOMP_PORT: '0', SIGNALBOX_XMLSOCKET_PORT: '0' } });

it.skipIf(!isDeep)('peers that come while the server stands still are kept until it takes them', async () => {
  server().signal('SIGSTOP');
  onTestFinished(() => server().signal('SIGCONT'));
  let connected = 0;
  const sockets = Array.from({ length: PEERS }, (): Socket => {
    const socket = connect({ host: '127.0.0.1', port: server().port }, () => connected++);
    return socket.on('error', () => undefined);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await until(() => connected === PEERS);
  server().signal('SIGCONT');
  expect((await fetch(`${server().url}/healthz`)).status).toBe(200);
});
