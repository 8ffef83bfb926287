import type { Container } from 'inversify';
import type { Settings } from '../config/index.js';
import type { Protocol } from '../core/protocol.js';
import { SseProtocol } from '../protocols/sse/index.js';
import { StompProtocol } from '../protocols/stomp/index.js';
import { Wamp1Protocol } from '../protocols/wamp1/index.js';
import { Wamp2Protocol } from '../protocols/wamp2/index.js';
import { XmlSocketProtocol } from '../protocols/xmlsocket/index.js';
import { HandshakeGateway } from './gateway.js';
import { PARTS, TOKENS } from './tokens.js';
import { VERSION } from './version.js';
import { chatNames, socketPolicy, speaksXmlSocket } from './xmlsocket.js';

/** Binds the protocols, the first of which speaks where a peer names none, and who decides on handshakes. */
export function bindProtocols(container: Container, settings: Settings): void {
  const { auth, limits, wamp, stomp } = settings;
  const ident = `signalbox/${VERSION}`;
  container.bind(PARTS.wamp1).toResolvedValue(
    (router, procedures, meter) =>
      new Wamp1Protocol({
        router,
        procedures,
        ident,
        depth: limits.depth,
        malformed: () => meter.count('signalbox_malformed_messages_total', { protocol: 'wamp1' }),
      }),
    [PARTS.router, PARTS.procedures, TOKENS.meter],
  );
  container.bind(PARTS.wamp2).toResolvedValue(
    (realms, authenticator, challengers, details, logger, meter) =>
      new Wamp2Protocol(
        {
          realms: realms.all,
          ident,
          authenticator,
          challengers,
          disclosure: wamp.disclosure,
          strictUris: wamp.uris === 'strict',
          handshakeTimeout: limits.handshakeTimeout,
          details,
          logger,
          malformed: () => meter.count('signalbox_malformed_messages_total', { protocol: 'wamp2' }),
          late: () => meter.count('signalbox_limits_reached_total', { limit: 'limits.handshake_timeout' }),
        },
        limits,
      ),
    [PARTS.realms, TOKENS.authenticator, PARTS.challengers, PARTS.details, TOKENS.logger, TOKENS.meter],
  );
  bindStomp(container, { limits, stomp });
  bindXmlSocket(container, settings);
  container
    .bind(PARTS.sse)
    .toResolvedValue(
      (router, logger, meter) => new SseProtocol({ router, ahead: limits.buffer / 2, logger, meter }),
      [PARTS.router, TOKENS.logger, TOKENS.meter],
    );
  container
    .bind<readonly Protocol[]>(PARTS.protocols)
    .toResolvedValue(
      (...protocols) => protocols.filter((one) => one !== undefined),
      [PARTS.wamp1, PARTS.wamp2, PARTS.stomp, PARTS.xmlsocket, PARTS.sse],
    );
  container.bind(TOKENS.gateway).toResolvedValue(
    (protocols, authenticator, origins, events, logger, load) =>
      new HandshakeGateway({
        ...{ protocols, authenticator, origins, events, logger, load },
        cookie: auth.cookie,
      }),
    [PARTS.protocols, TOKENS.authenticator, PARTS.origins, TOKENS.events, TOKENS.logger, PARTS.overload],
  );
}

function bindStomp(container: Container, { limits, stomp }: Pick<Settings, 'limits' | 'stomp'>): void {
  const options = { ...stomp, closesOnError: stomp.onError === 'close' };
  container.bind(PARTS.stomp).toResolvedValue(
    (router, procedures, authenticator, replies, logger, meter) =>
      new StompProtocol({
        router,
        procedures,
        authenticator,
        ident: `signalbox/${VERSION}`,
        options,
        frames: { ...stomp, message: limits.message },
        depth: limits.depth,
        ahead: limits.buffer / 4,
        replies,
        logger,
        meter,
      }),
    [PARTS.router, PARTS.procedures, TOKENS.authenticator, PARTS.replies, TOKENS.logger, TOKENS.meter],
  );
}

/** Spoken where a port takes it. */
function bindXmlSocket(container: Container, settings: Settings): void {
  if (!speaksXmlSocket(settings)) {
    container.bind(PARTS.xmlsocket).toConstantValue(undefined);
    return;
  }
  const { limits, xmlsocket } = settings;
  container.bind(PARTS.xmlsocket).toResolvedValue(
    (router, procedures, authenticator, logger, meter) =>
      new XmlSocketProtocol({
        router,
        procedures,
        authenticator,
        names: chatNames(settings),
        loginTimeout: xmlsocket.loginTimeout,
        message: limits.message,
        policy: socketPolicy(settings),
        logger,
        meter,
      }),
    [PARTS.router, PARTS.procedures, TOKENS.authenticator, TOKENS.logger, TOKENS.meter],
  );
}
