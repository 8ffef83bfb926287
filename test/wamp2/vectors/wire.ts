import { Encoder as CborEncoder } from 'cbor-x';
import { Packr } from 'msgpackr';

/** Bytes of one serializer: whole messages. */
export interface Wire {
  readonly subprotocol: string;
  /** Its number in the handshake of RawSocket. [WAMP2 §RawSocket Transport] */
  readonly rawSocket: number;
  encode(list: readonly unknown[]): string | Uint8Array;
  decode(data: Buffer): unknown[];
}

const packr = new Packr({ useRecords: false, int64AsType: 'number' });
const cbor = new CborEncoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false });

/** The serializers a vector can be played over. Octets are written as NUL and base64 in a vector, as JSON has them. */
export const WIRES: Readonly<Record<string, Wire>> = {
  json: {
    subprotocol: 'wamp.2.json',
    rawSocket: 1,
    encode: (list) => JSON.stringify(list),
    decode: (data) => JSON.parse(data.toString()),
  },
  msgpack: {
    subprotocol: 'wamp.2.msgpack',
    rawSocket: 2,
    encode: (list) => packr.pack(withOctets(list)),
    decode: (data) => withText(packr.unpack(data)) as unknown[],
  },
  cbor: {
    subprotocol: 'wamp.2.cbor',
    rawSocket: 3,
    encode: (list) => cbor.encode(withOctets(list)),
    decode: (data) => withText(cbor.decode(data)) as unknown[],
  },
};

function withOctets(value: unknown): unknown {
  if (typeof value === 'string')
    return value.startsWith('\0') ? Buffer.from(value.slice(1), 'base64') : value;
  return mapValues(value, withOctets);
}

function withText(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    return `\0${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`;
  }
  return mapValues(typeof value === 'bigint' ? Number(value) : value, withText);
}

function mapValues(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}
