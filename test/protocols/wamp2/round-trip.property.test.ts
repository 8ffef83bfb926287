import { Decoder as CborDecoder, Encoder as CborEncoder } from 'cbor-x';
import fc from 'fast-check';
import { Packr, Unpackr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { Payload } from '../../../src/core/payload.js';
import { CBOR } from '../../../src/protocols/wamp2/cbor.js';
import { MSGPACK } from '../../../src/protocols/wamp2/msgpack.js';
import type { Serializer } from '../../../src/protocols/wamp2/serializer.js';
import { createSerializers } from '../../../src/protocols/wamp2/serializers.js';
import { givenArguments, value } from './values.js';

const DEPTH = 64;
const serializers = createSerializers({ depth: DEPTH });
const names = [...serializers.keys()];
const head = [16, 1, {}, 'a.topic'];

function find(subprotocol: string): Serializer {
  const found = serializers.get(subprotocol);
  if (found === undefined) throw new Error(subprotocol);
  return found;
}

/** A PUBLISH through a serializer: what its receiver has. */
function pass(payload: Payload, through: Serializer): Payload {
  const [message] = through.decode(through.encode(head, payload).bytes, through.binary);
  if (message?.type !== 'publish') throw new Error('not a PUBLISH');
  return message.payload;
}

/** Names that only the libraries treat in a way of their own. */
function hasOddNames(given: unknown): boolean {
  return JSON.stringify(given).includes('__proto__');
}

/** The same with numbers for bigints, which are what this library makes of 64 bits. */
function withNumbers(given: unknown): unknown {
  if (typeof given === 'bigint') return Number(given);
  if (given === null || typeof given !== 'object' || given instanceof Uint8Array) return given;
  if (Array.isArray(given)) return given.map(withNumbers);
  return Object.fromEntries(Object.entries(given).map(([name, each]) => [name, withNumbers(each)]));
}

describe('arguments', () => {
  const pairs = names.flatMap((from) => names.map((to) => [from, to] as const));

  it.each(pairs)('are the same after %s and %s', (from, to) => {
    fc.assert(
      fc.property(givenArguments, (given) => {
        const arrived = pass(pass(Payload.ofArguments(given), find(from)), find(to));
        expect(arrived.arguments).toEqual(given);
        expect(arrived.value).toEqual(Payload.ofArguments(given).value);
      }),
      { numRuns: 30 },
    );
  });

  it('go out in JSON as the bytes that they came in', () => {
    const spaces = fc.constantFrom('', ' ', '\n\t', ' \r\n ');
    const spelled = fc
      .tuple(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'))
      .map(([given, indent]) => JSON.stringify(given, null, indent));
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?$/);
    const item = fc.oneof(spelled, digits);
    const json = find('wamp.2.json');
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), fc.array(item), spaces, (list, named, space) => {
        const positional = `[${space}${list.join(`${space},`)}${space}]`;
        const map = named.map((each, at) => `"k${at}":${space}${each}`).join(',');
        const given = named.length === 0 ? positional : `${positional}${space},${space}{${space}${map}}`;
        const [message] = json.decode(Buffer.from(`[16,1,{},"a"${space},${given}${space}]`), false);
        if (message?.type !== 'publish') throw new Error('not a PUBLISH');
        const event = json.encode([36, 5, 7, {}], message.payload);
        expect(event.bytes.toString('utf8')).toBe(`[36,5,7,{},${given}]`);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a value in MessagePack', () => {
  const packr = new Packr({ useRecords: false, mapsAsObjects: true });
  const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

  it('is what another implementation reads, and reads what it writes', () => {
    fc.assert(
      fc.property(
        value.filter((each) => !hasOddNames(each)),
        (given) => {
          expect(unpackr.unpack(MSGPACK.write(given))).toEqual(given);
          expect(MSGPACK.read(packr.pack(given), DEPTH)).toEqual(given);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a value in CBOR', () => {
  const encoder = new CborEncoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: true });
  const decoder = new CborDecoder({ useRecords: false, mapsAsObjects: true });

  it('is what another implementation reads, and reads what it writes', () => {
    fc.assert(
      fc.property(
        value.filter((each) => !hasOddNames(each)),
        (given) => {
          expect(withNumbers(decoder.decode(CBOR.write(given)))).toEqual(given);
          expect(CBOR.read(encoder.encode(given), DEPTH)).toEqual(given);
        },
      ),
      { numRuns: 300 },
    );
  });
});
