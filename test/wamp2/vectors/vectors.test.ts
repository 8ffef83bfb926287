import { describe, it } from 'vitest';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { playVector } from './driver.js';
import { ownVectors } from './files.js';
import { WIRES } from './wire.js';

const VECTORS = ownVectors();

for (const serializer of Object.keys(WIRES)) {
  describe(`sessions over ${serializer}`, () => {
    const server = useServer(APPLICATION);

    for (const [name, vector] of VECTORS) {
      it(`see what the specification says: ${vector.description} (${name})`, () =>
        playVector(server().webSocketUrl(), vector, { serializer }));
    }
  });
}
