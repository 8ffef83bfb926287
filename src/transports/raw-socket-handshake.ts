/** The first octet of every connection; no HTTP request can begin with it. */
export const MAGIC = 0x7f;

/** Octets of a handshake, either way. */
export const HANDSHAKE = 4;

/** Why a handshake is refused. [WAMP2 §RawSocket Transport] */
export const HANDSHAKE_ERROR = { serializer: 1, length: 2, reserved: 3, count: 4 } as const;

export type HandshakeError = (typeof HANDSHAKE_ERROR)[keyof typeof HANDSHAKE_ERROR];

const SUBPROTOCOLS: readonly (string | undefined)[] = [
  undefined,
  'wamp.2.json',
  'wamp.2.msgpack',
  'wamp.2.cbor',
];
const JSON_SERIALIZER = 1;
/** Lengths are powers of two from 2^9 to 2^24. */
const LEAST_EXPONENT = 9;
const MOST_EXPONENT = 24;

/** What a peer asks for. */
export interface RawSocketRequest {
  readonly serializer: number;
  readonly subprotocol: string;
  readonly binary: boolean;
  /** Octets of the longest message that it takes. */
  readonly takes: number;
}

/** What is wrong with a handshake; without an error to answer it is not one. */
export interface RawSocketFault {
  readonly reason: string;
  readonly error: HandshakeError | undefined;
}

/** Reads the four octets that a peer begins with. */
export function readHandshake(octets: Buffer): RawSocketRequest | RawSocketFault {
  const [magic, second = 0, third, fourth] = octets;
  if (magic !== MAGIC)
    return { reason: 'the connection begins with no RawSocket handshake', error: undefined };
  if (third !== 0 || fourth !== 0) {
    return { reason: 'the handshake uses reserved bits', error: HANDSHAKE_ERROR.reserved };
  }
  const serializer = second & 0x0f;
  const subprotocol = SUBPROTOCOLS[serializer];
  if (subprotocol === undefined) {
    return { reason: `serializer ${serializer} is not spoken here`, error: HANDSHAKE_ERROR.serializer };
  }
  const takes = 2 ** ((second >> 4) + LEAST_EXPONENT);
  return { serializer, subprotocol, binary: serializer !== JSON_SERIALIZER, takes };
}

/** Octets of the longest message that can be announced within a limit; undefined where that is less than any. */
export function announcedLength(limit: number): number | undefined {
  const exponent = Math.min(MOST_EXPONENT, Math.floor(Math.log2(limit)));
  return exponent < LEAST_EXPONENT ? undefined : 2 ** exponent;
}

/** The answer to a peer that is let in; `length` is a power of two. */
export function acceptance(serializer: number, length: number): Buffer {
  return Buffer.from([MAGIC, ((Math.log2(length) - LEAST_EXPONENT) << 4) | serializer, 0, 0]);
}

/** The answer to a peer that is not. */
export function refusal(error: HandshakeError): Buffer {
  return Buffer.from([MAGIC, error << 4, 0, 0]);
}
