import { describe, it } from 'vitest';
import type { ServerProcess } from '../../support/server.js';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { playVector } from './driver.js';
import { ownVectors } from './files.js';

const VECTORS = [...ownVectors()];
/** What is told, and commanded, of all that there is: another session would be heard, or ended. */
const OF_ALL = /wamp\.(?:session|subscription|registration)\./;
const isAlone = ([, vector]: (typeof VECTORS)[number]) => OF_ALL.test(JSON.stringify(vector));
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

    const play = ([name, vector]: (typeof VECTORS)[number], test: typeof it | typeof it.concurrent) =>
      test(`see what the specification says: ${vector.description} (${name})`, () =>
        playVector(address(server()), vector, { serializer }));

    for (const vector of VECTORS.filter(isAlone)) play(vector, it);
    for (const vector of VECTORS.filter((one) => !isAlone(one))) play(vector, it.concurrent);
  });
}
