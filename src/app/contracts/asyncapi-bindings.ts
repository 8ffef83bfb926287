import { isRecord } from '../../core/json-schema.js';
import type { SecurityScheme } from './asyncapi-security.js';
import type { ChannelContract } from './channel-contracts.js';
import type { Tree } from './tree.js';

const SUB_PROTOCOLS = [
  'wamp',
  'wamp.2.json',
  'wamp.2.msgpack',
  'wamp.2.cbor',
  'v10.stomp',
  'v11.stomp',
  'v12.stomp',
];

/** The handshake that all channels of a WebSocket share. [AsyncAPI bindings, WebSockets 0.1.0] */
export function handshakeBinding(schemes: Readonly<Record<string, SecurityScheme>>): Tree {
  const here = Object.values(schemes).filter(({ servers }) => servers.includes('websocket'));
  const within = (place: string) => here.filter(({ scheme }) => scheme['in'] === place);
  const named = within('query').map(({ scheme }) => [String(scheme['name']), textOf(scheme)] as const);
  const header = here.filter(({ scheme }) => scheme['type'] === 'http');
  const [cookie] = within('cookie');
  return {
    ws: {
      method: 'GET',
      ...(named.length > 0 && { query: { type: 'object', properties: Object.fromEntries(named) } }),
      headers: {
        type: 'object',
        properties: {
          'Sec-WebSocket-Protocol': { type: 'string', enum: SUB_PROTOCOLS, description: PICKED },
          ...(header.length > 0 && { Authorization: { type: 'string', description: AUTHORIZATION } }),
          ...(cookie && { Cookie: textOf(cookie.scheme) }),
        },
      },
      bindingVersion: '0.1.0',
    },
  };
}

/** What the document format has no word for yet: its STOMP binding is empty. */
export function stompTraits({ route, publish, subscribe }: ChannelContract): Tree {
  return {
    destination: route.pattern,
    ...(subscribe && { subscribe: { ack: route.queue ? 'client-individual' : 'auto' } }),
    ...(publish && { send: { 'content-type': contentType(route.payload?.form) } }),
  };
}

/** Payloads that the schema shows as examples, as far as it takes them itself. */
export function examplesOf(
  { payload }: ChannelContract,
  isRight: (value: unknown) => boolean,
): readonly Tree[] {
  const examples = isRecord(payload?.schema) ? payload.schema['examples'] : undefined;
  if (!Array.isArray(examples)) return [];
  return examples
    .filter(isRight)
    .slice(0, MOST_EXAMPLES)
    .map((value) => ({ payload: value }));
}

const MOST_EXAMPLES = 10;
const PICKED = 'Picks the protocol; without one it is WAMP v1, or what the path says.';
const AUTHORIZATION =
  'Bearer with a ticket, token or key, or Basic with a name and a password, as far as the server has them.';

function textOf({ description }: Tree): Tree {
  return { type: 'string', description };
}

function contentType(form: string | undefined): string {
  if (form === 'text') return 'text/plain';
  return form === 'binary' ? 'application/octet-stream' : 'application/json';
}
