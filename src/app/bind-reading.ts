import type { Container } from 'inversify';
import type { Settings } from '../config/index.js';
import { ChannelsEndpoint, HistoryEndpoint, PollEndpoint } from '../protocols/http/index.js';
import { PARTS, TOKENS } from './tokens.js';

/** Binds what is read over HTTP of channels and their histories. */
export function bindReading(container: Container, { limits }: Settings): void {
  container.bind(PARTS.polls).toResolvedValue(
    (router, authenticator, admission) =>
      new PollEndpoint({
        router,
        authenticator,
        buffer: limits.buffer,
        enter(address) {
          admission.enter(address);
          return () => admission.leave(address);
        },
      }),
    [PARTS.router, PARTS.readers, PARTS.admission],
  );
  container
    .bind(PARTS.reads)
    .toResolvedValue(
      (router, readers, known, polls, cluster, node) => [
        new HistoryEndpoint({ router, authenticator: readers }),
        new ChannelsEndpoint({ authenticator: known, cluster, node }),
        polls,
      ],
      [PARTS.router, PARTS.readers, PARTS.knownOnly, PARTS.polls, TOKENS.cluster, PARTS.node],
    );
}
