import type { Container } from 'inversify';
import type { Settings } from '../config/index.js';
import { LongPollTransport, RawSocketTransport } from '../transports/index.js';
import { PARTS, TOKENS } from './tokens.js';

/** Binds what carries peers beside WebSocket, and is counted with it. */
export function bindOtherTransports(container: Container, { listen, limits }: Settings): void {
  container
    .bind(PARTS.rawSocket)
    .toResolvedValue(
      (gateway, admission, logger, meter, addresses) =>
        new RawSocketTransport({ gateway, admission, logger, meter, addresses, tls: listen.tls, limits }),
      [TOKENS.gateway, PARTS.admission, TOKENS.logger, TOKENS.meter, PARTS.addresses],
    );
  container.bind(PARTS.longPoll).toResolvedValue(
    (gateway, admission, origins, logger, meter) =>
      new LongPollTransport({
        gateway,
        admission,
        checkOrigin: (origin) => origins.check(origin),
        path: listen.longPoll,
        logger,
        meter,
        limits,
      }),
    [TOKENS.gateway, PARTS.admission, PARTS.origins, TOKENS.logger, TOKENS.meter],
  );
}
