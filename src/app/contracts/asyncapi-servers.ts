import type { Settings } from '../../config/index.js';
import { refer, type Tree } from './tree.js';

export interface ServedAt {
  readonly settings: Settings;
  readonly url?: URL | undefined;
  /** Names of security schemes. */
  readonly schemes: readonly string[];
}

/** The addresses of an application, by protocol. */
export function asyncApiServers({ settings: { listen }, url, schemes }: ServedAt): Tree {
  const isSecure = url === undefined ? listen.tls !== undefined : url.protocol === 'https:';
  const secure = isSecure ? 's' : '';
  const name = bracketed(url?.hostname ?? listen.host);
  const host = url?.host ?? hostOf(name, listen.port);
  const security = schemes.map((scheme) => refer('components/securitySchemes', scheme));
  const common = security.length > 0 ? { security } : {};
  const at = (port: number | undefined, server: Tree): Tree | undefined =>
    port === undefined ? undefined : { host: hostOf(name, port), ...server, ...common };
  const servers: Record<string, Tree | undefined> = {
    websocket: { host, pathname: '/ws', protocol: `ws${secure}`, description: WEBSOCKET, ...common },
    http: { host, pathname: '/api', protocol: `http${secure}`, description: HTTP, ...common },
    sse: { host, pathname: '/sse', protocol: `http${secure}`, description: SSE, ...common },
    rawsocket: at(listen.rawSocketPort, {
      protocol: `wamp${secure}`,
      description: 'WAMP v2 over RawSocket.',
    }),
    stomp: at(listen.stompPort, { protocol: `stomp${secure}`, description: 'STOMP 1.0 to 1.2.' }),
    xmlsocket: at(listen.xmlsocketPort, { protocol: `xmlsocket${secure}`, description: 'XMLSocket.' }),
  };
  return Object.fromEntries(Object.entries(servers).filter(([, server]) => server !== undefined));
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
