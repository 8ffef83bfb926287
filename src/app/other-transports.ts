import type { Container } from 'inversify';
import type { Settings } from '../config/index.js';
import { refusalFrame } from '../protocols/stomp/index.js';
import {
  FIRST_OCTETS,
  LongPollTransport,
  PolicyTransport,
  RawSocketTransport,
  SseTransport,
  type StreamOptions,
  StreamTransport,
} from '../transports/index.js';
import { PARTS, TOKENS } from './tokens.js';
import { socketPolicy } from './xmlsocket.js';

/** Binds what carries peers beside WebSocket, and is counted with it. */
export function bindOtherTransports(container: Container, settings: Settings): void {
  const { listen, limits } = settings;
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
  container.bind(PARTS.sseStreams).toResolvedValue(
    (gateway, admission, origins, logger, meter) =>
      new SseTransport({
        gateway,
        admission,
        checkOrigin: (origin) => origins.check(origin),
        logger,
        meter,
        limits,
      }),
    [TOKENS.gateway, PARTS.admission, PARTS.origins, TOKENS.logger, TOKENS.meter],
  );
  bindStream(container, settings, {
    part: PARTS.stompStream,
    protocol: 'stomp',
    name: 'stomp',
    refusal: (refusal) => refusalFrame(refusal, settings.stomp),
  });
  bindStream(container, settings, { part: PARTS.xmlsocketStream, protocol: 'xmlsocket', name: 'xml' });
  bindSharing(container, settings);
  bindPolicy(container, settings);
}

function bindStream(
  container: Container,
  { listen, limits }: Settings,
  {
    part,
    ...own
  }: Pick<StreamOptions, 'name' | 'refusal'> & {
    readonly part: (typeof PARTS)['stompStream'];
    readonly protocol: 'stomp' | 'xmlsocket';
  },
): void {
  const options = { ...own, octets: FIRST_OCTETS[own.protocol], tls: listen.tls, limits };
  container
    .bind(part)
    .toResolvedValue(
      (gateway, admission, logger, meter, addresses) =>
        new StreamTransport({ gateway, admission, logger, meter, addresses, ...options }),
      [TOKENS.gateway, PARTS.admission, TOKENS.logger, TOKENS.meter, PARTS.addresses],
    );
}

/** What is spoken beside HTTP at `listen.port`. */
function bindSharing(container: Container, { listen }: Settings): void {
  container
    .bind(PARTS.sharing)
    .toResolvedValue(
      (rawSocket, stomp, xmlsocket) => [
        ...(listen.rawSocket ? [rawSocket] : []),
        ...(listen.stomp ? [stomp] : []),
        ...(listen.xmlsocket ? [xmlsocket] : []),
      ],
      [PARTS.rawSocket, PARTS.stompStream, PARTS.xmlsocketStream],
    );
}

function bindPolicy(container: Container, settings: Settings): void {
  const { limits } = settings;
  container.bind(PARTS.policyText).toConstantValue(socketPolicy(settings));
  container
    .bind(PARTS.policy)
    .toResolvedValue(
      (policy, logger, meter, addresses) => new PolicyTransport({ policy, logger, meter, addresses, limits }),
      [PARTS.policyText, TOKENS.logger, TOKENS.meter, PARTS.addresses],
    );
}
