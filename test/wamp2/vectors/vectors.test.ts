import { describe, it } from 'vitest';
import type { ServerProcess } from '../../support/server.js';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { playVector } from './driver.js';
import { ownVectors } from './files.js';

const VECTORS = ownVectors();
const WAYS: readonly (readonly [string, serializer: string, (server: ServerProcess) => string])[] = [
  ['WebSocket', 'json', (server) => server.webSocketUrl()],
  ['WebSocket', 'msgpack', (server) => server.webSocketUrl()],
  ['WebSocket', 'cbor', (server) => server.webSocketUrl()],
  ['RawSocket', 'cbor', ({ port }) => `rawsocket://127.0.0.1:${port}`],
  ['long-poll', 'json', ({ url }) => `${url}/lp`],
];

for (const [transport, serializer, address] of WAYS) {
  describe(`sessions over ${transport}, in ${serializer}`, () => {
    const server = useServer(APPLICATION);

    for (const [name, vector] of VECTORS) {
      it(`see what the specification says: ${vector.description} (${name})`, () =>
        playVector(address(server()), vector, { serializer }));
    }
  });
}
