import type { Container } from 'inversify';
import type { Settings } from '../config/index.js';
import { PARTS } from './tokens.js';

/** A port of a single protocol. */
export interface OwnPort {
  /** How its address begins; with an `s` where TLS is spoken. */
  readonly scheme: string;
  /** Undefined where there is none. */
  readonly port: number | undefined;
  listen(host: string, port: number): Promise<number>;
}

/** The ports of single protocols. On those of streams a browser is answered, too, and Flash Player told the policy. */
export function ownPorts(container: Container, { listen }: Settings): readonly OwnPort[] {
  const xmlsocket = container.get(PARTS.xmlsocket);
  const secure = listen.tls === undefined ? '' : 's';
  const http = container.get(PARTS.http);
  const stompStream = container.get(PARTS.stompStream);
  const xmlsocketStream = container.get(PARTS.xmlsocketStream);
  const policed = xmlsocket === undefined ? [] : [xmlsocketStream];
  return [
    {
      scheme: `rawsocket${secure}`,
      port: listen.rawSocketPort,
      listen: (host, port) => container.get(PARTS.rawSocket).listen(host, port),
    },
    {
      scheme: `stomp${secure}`,
      port: listen.stompPort,
      listen: (host, port) => stompStream.listen(host, port, [http, ...policed]),
    },
    {
      scheme: `xmlsocket${secure}`,
      port: xmlsocket && listen.xmlsocketPort,
      listen: (host, port) => xmlsocketStream.listen(host, port, [http]),
    },
    {
      scheme: 'policy',
      port: listen.policyPort,
      listen: (host, port) => container.get(PARTS.policy).listen(host, port),
    },
  ];
}
