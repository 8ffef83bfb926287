import { z } from 'zod';
import { ADDRESS_RANGE } from './address-range.js';
import { choice, count, list, onOff, optionalCount, optionalText, path, text } from './setting-kinds.js';

const RANGES = {
  holds: ADDRESS_RANGE,
  otherwise: 'is neither an address nor a range such as 10.0.0.0/8 or 2001:db8::/32',
};

/** A port of a single protocol. */
function ownPort(protocol: string) {
  const help = `Port of its own for ${protocol}. None unless given; 0 picks a free one, as does \`listen.port: 0\` unless this one is given by flag or variable.`;
  return optionalCount(help, { least: 0, most: 65_535 });
}

const settings = z.strictObject({
  host: text('127.0.0.1', 'Address to listen on; `0.0.0.0` for all.'),
  port: count(8080, 'Port to listen on; 0 picks a free one.', { least: 0, most: 65_535 }),
  paths: list('list', ['/', '/ws'], {
    help: 'Paths where WebSocket connections are taken.',
    holds: /^\/[^\s?#]*$/,
  }),
  raw_socket: onOff(
    false,
    'Take WAMP RawSocket connections at `listen.port`, too: their first octet tells them from HTTP.',
  ),
  raw_socket_port: ownPort('WAMP RawSocket'),
  stomp: onOff(
    false,
    'Take STOMP connections at `listen.port`, too: the first octet of their CONNECT tells them from HTTP.',
  ),
  stomp_port: ownPort('STOMP; HTTP and WebSocket are answered there, too'),
  xmlsocket: onOff(
    false,
    'Take XMLSocket connections at `listen.port`, too: the `<` of their first message tells them from HTTP.',
  ),
  xmlsocket_port: ownPort('XMLSocket; HTTP and WebSocket are answered there, too'),
  policy_port: ownPort('socket policy requests of Flash Player, which asks at 843 first'),
  long_poll: optionalText(
    'text',
    'Path below which WAMP v2 is spoken by HTTP long-poll, such as `/lp`. Nowhere unless given.',
    /^(?:\/[^\s?#/]+)+$/,
  ),
  compression: onOff(false, 'Offer permessage-deflate; it costs processor time and memory.'),
  missing_origin: choice(
    ['allow', 'refuse'],
    'What becomes of WebSocket peers that name no `Origin`, as programs other than browsers do.',
  ),
  trusted_proxies: list('list', [], {
    help: 'Addresses and ranges of proxies whose `X-Forwarded-For` says who the peer is.',
    ...RANGES,
  }),
  blocked: list('list', [], { help: 'Addresses and ranges of peers that are refused.', ...RANGES }),
  tls: z
    .strictObject({
      cert: path('PEM file of the certificate and its chain; with it the server speaks TLS.'),
      key: path('PEM file of the key of the certificate.'),
      min_version: choice(['TLSv1.2', 'TLSv1.3'], 'Oldest version of TLS that is spoken.'),
    })
    .optional(),
});

/** Where the server listens, and whom it listens to. */
export const listenSettings = settings.superRefine((value, context) => {
  const takesPrograms = value.raw_socket || value.raw_socket_port !== undefined;
  if (!takesPrograms || value.missing_origin === 'allow') return;
  const message = 'refuse would let nobody in by RawSocket, which only programs speak, and without an Origin';
  context.addIssue({ code: 'custom', path: ['missing_origin'], message });
});
