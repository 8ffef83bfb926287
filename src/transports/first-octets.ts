/** What the connections of a protocol can begin with. */
export const FIRST_OCTETS = {
  /** CONNECT and STOMP, the other commands of that letter, and what may stand between frames. [STOMP 1.2 §Augmented BNF] */
  stomp: octetsOf('CS\n\r\0'),
  xmlsocket: octetsOf('<'),
  /** GET, HEAD, OPTIONS, PATCH, POST and PUT: the methods that no STOMP command shares a letter with. */
  http: octetsOf('GHOP'),
  /** A record of the TLS handshake. [RFC 8446 §5.1] */
  tls: [0x16],
} as const satisfies Record<string, readonly number[]>;

function octetsOf(text: string): readonly number[] {
  return [...Buffer.from(text, 'latin1')];
}
