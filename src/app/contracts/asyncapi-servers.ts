import type { Settings } from '../../config/index.js';
import type { SecurityScheme } from './asyncapi-security.js';
import { refer, type Tree } from './tree.js';

export interface ServedAt {
  readonly settings: Settings;
  readonly url?: URL | undefined;
  readonly schemes: Readonly<Record<string, SecurityScheme>>;
}

/** The addresses of an application, by protocol. */
export function asyncApiServers({ settings: { listen, auth }, url, schemes }: ServedAt): Tree {
  const isSecure = url === undefined ? listen.tls !== undefined : url.protocol === 'https:';
  const secure = isSecure ? 's' : '';
  const name = bracketed(url?.hostname ?? listen.host);
  const host = url?.host ?? hostOf(name, listen.port);
  const at = (port: number | undefined, server: Tree): Tree | undefined =>
    port === undefined ? undefined : { host: hostOf(name, port), ...server };
  const servers: Record<string, Tree | undefined> = {
    websocket: { host, pathname: '/ws', protocol: `ws${secure}`, description: WEBSOCKET },
    http: { host, pathname: '/api', protocol: `http${secure}`, description: HTTP },
    sse: { host, pathname: '/sse', protocol: `http${secure}`, description: SSE },
    rawsocket: at(listen.rawSocketPort, {
      protocol: `wamp${secure}`,
      description: 'WAMP v2 over RawSocket.',
    }),
    stomp: at(listen.stompPort, { protocol: `stomp${secure}`, description: 'STOMP 1.0 to 1.2.' }),
    xmlsocket: at(listen.xmlsocketPort, { protocol: `xmlsocket${secure}`, description: 'XMLSocket.' }),
  };
  const anonymous = { 'x-anonymous': auth.anonymous };
  return Object.fromEntries(
    Object.entries(servers).flatMap(([id, server]) =>
      server === undefined ? [] : [[id, { ...server, ...securityOf(id, schemes), ...anonymous }]],
    ),
  );
}

/** One of these is enough. */
function securityOf(server: string, schemes: ServedAt['schemes']): Tree {
  const known = Object.entries(schemes).filter(([, { servers }]) => servers.includes(server));
  if (known.length === 0) return {};
  return { security: known.map(([name]) => refer('components/securitySchemes', name)) };
}

const WEBSOCKET =
  'The sub-protocol picks the protocol: wamp, wamp.2.json, wamp.2.msgpack, wamp.2.cbor, v10.stomp, v11.stomp or v12.stomp. ' +
  'Without one it is WAMP v1, on /stomp STOMP and on /xmlsocket XMLSocket.';
const HTTP = 'Publishing and reading with single requests; GET /api/openapi.json describes them.';
const SSE = 'Server-Sent Events: GET /sse?channel=...';

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function hostOf(name: string, port: number): string {
  return `${name}:${port}`;
}
