import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Payload } from '../../../src/core/payload.js';
import { Wamp2Error } from '../../../src/protocols/wamp2/codec.js';
import type { ClientMessage } from '../../../src/protocols/wamp2/messages.js';
import type { Serializer } from '../../../src/protocols/wamp2/serializer.js';
import { createSerializers } from '../../../src/protocols/wamp2/serializers.js';
import { givenArguments } from './values.js';

const DEPTH = 64;
const serializers = createSerializers({ depth: DEPTH });
const all = [...serializers.values()];

/** Inputs of the fuzzer for each of the six serializers. */
const INPUTS = 5000;
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

function find(subprotocol: string): Serializer {
  const found = serializers.get(subprotocol);
  if (found === undefined) throw new Error(subprotocol);
  return found;
}

/** Reads all that can be asked of the messages; a refusal is fine, anything else is thrown. */
function survives(serializer: Serializer, data: Buffer, binary: boolean): void {
  let messages: readonly ClientMessage[];
  try {
    messages = serializer.decode(data, binary);
  } catch (error) {
    expect(error).toBeInstanceOf(Wamp2Error);
    return;
  }
  for (const message of messages) {
    if (!('payload' in message)) continue;
    for (const each of all) each.encode([36, 1, 2, {}], message.payload);
    expect(message.payload.bytes.length).toBe(message.payload.size);
  }
}

const HEADS = [
  [
    1,
    'realm',
    { roles: { callee: { features: { call_canceling: true } } }, authmethods: ['ticket'], authextra: {} },
  ],
  [5, 'signature', {}],
  [8, 68, 1, {}, 'a.error'],
  [16, 1, { exclude: [1, 2], eligible_authid: ['a'], ppt_scheme: 'x_a', acknowledge: true }, 'a.topic'],
  [32, 1, { match: 'prefix' }, 'a.topic'],
  [48, 1, { timeout: 5, receive_progress: true }, 'a.procedure'],
  [64, 1, { invoke: 'first', match: 'wildcard' }, 'a..procedure'],
  [70, 1, { progress: true }],
];

type Mutation = (data: Buffer) => Buffer;

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(255)).map(
    ([at, octet]): Mutation =>
      (data) => {
        const changed = Buffer.from(data);
        if (changed.length > 0) changed[at % changed.length] = octet;
        return changed;
      },
  ),
  fc.nat().map(
    (at): Mutation =>
      (data) =>
        data.subarray(0, at % (data.length + 1)),
  ),
  fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 9 })).map(
    ([at, more]): Mutation =>
      (data) => {
        const cut = at % (data.length + 1);
        return Buffer.concat([data.subarray(0, cut), more, data.subarray(cut)]);
      },
  ),
);

describe.each(all.map((serializer) => [serializer.subprotocol, serializer] as const))(
  'a peer of %s',
  (_, serializer) => {
    it(`is understood or refused, whatever it sends (${INPUTS} inputs)`, () => {
      const input = fc
        .tuple(fc.constantFrom(...HEADS), givenArguments, fc.array(mutation, { minLength: 1, maxLength: 4 }))
        .map(([head, given, mutations]) => {
          const { bytes } = serializer.encode(head, Payload.ofArguments(given));
          return mutations.reduce((data, mutate) => mutate(data), bytes);
        });
      const junk = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
      fc.assert(
        fc.property(fc.oneof({ weight: 9, arbitrary: input }, junk), fc.boolean(), (data, binary) =>
          survives(serializer, data, serializer.binary || binary),
        ),
        { numRuns: INPUTS, seed },
      );
    }, 60_000);
  },
);

describe('a peer that sends JSON', () => {
  const json = find('wamp.2.json');
  const decode = (text: string | Buffer, binary = false) => json.decode(Buffer.from(text as string), binary);

  it.each([
    ['', /must be a list/],
    ['{}', /must be a list/],
    ['[]', /must not be empty/],
    ['[99]', /no message has this type/],
    ['["16",1,{},"a"]', /no message has this type/],
    ['[16,1,{}]', /PUBLISH needs 4 elements/],
    ['[16,1,{},"a",[],{},1]', /PUBLISH has too many elements/],
    ['[16,-1,{},"a"]', /PUBLISH.Request must be/],
    ['[16,9007199254740994,{},"a"]', /PUBLISH.Request must be/],
    ['[16,1,[],"a"]', /PUBLISH.Options must be a map/],
    ['[16,1,{},"a",7]', /PUBLISH.Arguments must be a list/],
    ['[16,1,{},"a",[],[]]', /PUBLISH.ArgumentsKw must be a map/],
    ['[16,1,{},"a","text"]', /PUBLISH.Arguments must be a list/],
    ['[16,1,{},"a"] x', /text after the message/],
    ['[5,null,{}]', /AUTHENTICATE.Signature must be a string/],
    ['[64,1,{"match":"regex"},"a"]', /REGISTER.Options.match must be exact, prefix or wildcard/],
  ])('is told what is wrong with %s', (text, reason) => {
    expect(() => decode(text)).toThrow(reason);
    expect(() => decode(text)).toThrow(Wamp2Error);
  });

  it('may list 1000 sessions, and no more', () => {
    const excluding = (count: number) => `[16,1,{"exclude":${JSON.stringify(Array(count).fill(1))}},"a"]`;
    expect(decode(excluding(1000))).toHaveLength(1);
    expect(() => decode(excluding(1001))).toThrow(/PUBLISH.Options.exclude .* at most 1000/);
  });

  it('may nest to the limit in each element, and no deeper', () => {
    const nested = (levels: number) => `[16,1,{},"a",${'['.repeat(levels)}${']'.repeat(levels)}]`;
    expect(decode(nested(DEPTH))).toHaveLength(1);
    expect(() => decode(nested(DEPTH + 1))).toThrow(/nested too deeply/);
    expect(() => decode(nested(100_000))).toThrow(/nested too deeply/);
  });

  it('may send it in binary frames, if it is UTF-8', () => {
    expect(decode('[16,1,{},"a"]', true)).toHaveLength(1);
    expect(() => decode(Buffer.from('5b31362c312c7b7d2c22ff225d', 'hex'), true)).toThrow('not UTF-8');
  });

  it('may write null for arguments that are not there', () => {
    const [message] = decode('[16,1,{"eligible":null},"a",null,{"b":1}]');
    expect(message).toMatchObject({ type: 'publish', options: { eligible: undefined } });
    if (message?.type === 'publish') expect(message.payload.arguments).toEqual({ list: [], map: { b: 1 } });
  });
});

describe('a peer that sends MessagePack or CBOR', () => {
  const msgpack = find('wamp.2.msgpack');
  const cbor = find('wamp.2.cbor');
  const publish = (serializer: Serializer, argument: string) => {
    const { bytes } = serializer.encode([16, 1, {}, 'a', [0]]);
    const data = Buffer.concat([bytes.subarray(0, -1), Buffer.from(argument, 'hex')]);
    const [message] = serializer.decode(data, true);
    if (message?.type !== 'publish') throw new Error('not a PUBLISH');
    return message.payload;
  };

  it('must send it in binary frames', () => {
    expect(() => msgpack.decode(Buffer.from('[16,1,{},"a"]'), false)).toThrow('msgpack needs binary frames');
  });

  it('may nest to the limit in each element, and no deeper', () => {
    for (const [serializer, open, nothing] of [
      [msgpack, '91', 'c0'],
      [cbor, '81', 'f6'],
      [cbor, 'd9d9f7', 'f6'],
    ] as const) {
      expect(publish(serializer, open.repeat(DEPTH - 1) + nothing)).toBeDefined();
      expect(() => publish(serializer, open.repeat(DEPTH) + nothing)).toThrow(/nested too deeply/);
      expect(() => publish(serializer, open.repeat(100_000))).toThrow(/nested too deeply/);
    }
  });

  it.each([
    [msgpack, 'ddffffffff'],
    [msgpack, 'dfffffffff'],
    [msgpack, 'c6ffffffff'],
    [msgpack, 'dbffffffff'],
    [cbor, '9bffffffffffffffff'],
    [cbor, 'bbffffffffffffffff'],
    [cbor, '5bffffffffffffffff'],
    [cbor, '7bffffffffffffffff'],
    [cbor, '9f'],
    [cbor, '5f41'],
  ])('is refused at once for a length that is not there: %#', (serializer, argument) => {
    expect(() => publish(serializer, argument)).toThrow('a message ends too early');
  });

  it.each([
    [msgpack, 'c1'],
    [msgpack, 'd40105'],
    [msgpack, 'c70501ffffffffff'],
    [msgpack, '8191c0c0'],
    [msgpack, 'c0c0'],
    [cbor, 'ff'],
    [cbor, 'f8ff'],
    [cbor, '1c'],
    [cbor, 'a180f6'],
    [cbor, `c25901f4${'ff'.repeat(500)}`],
    [cbor, 'f6f6'],
  ])('is refused for what no message has: %#', (serializer, argument) => {
    expect(() => publish(serializer, argument)).toThrow(Wamp2Error);
  });

  it('keeps integers of 64 bits, and their digits in JSON', () => {
    for (const [serializer, big] of [
      [msgpack, 'cfffffffffffffffff'],
      [cbor, '1bffffffffffffffff'],
      [cbor, 'c248ffffffffffffffff'],
    ] as const) {
      const payload = publish(serializer, big);
      expect(payload.arguments.list).toEqual([2n ** 64n - 1n]);
      expect(payload.bytes.toString()).toBe('18446744073709551615');
      expect(cbor.encode([36, 1, 2, {}], payload).bytes.toString('hex')).toMatch(/1bffffffffffffffff$/);
      expect(msgpack.encode([36, 1, 2, {}], payload).bytes.toString('hex')).toMatch(/cfffffffffffffffff$/);
    }
    expect(publish(cbor, '3bffffffffffffffff').bytes.toString()).toBe('-18446744073709551616');
    expect(publish(msgpack, 'd38000000000000000').bytes.toString()).toBe('-9223372036854775808');
  });

  it('sends dates, undefined and keys of other kinds as JSON has them', () => {
    expect(publish(msgpack, 'd6ff00000001').value).toBe('1970-01-01T00:00:01.000Z');
    expect(publish(cbor, 'c101').value).toBe('1970-01-01T00:00:01.000Z');
    expect(publish(msgpack, 'd40000').value).toBeNull();
    expect(publish(cbor, 'f7').value).toBeNull();
    expect(publish(cbor, 'a2010203f5').value).toEqual({ 1: 2, 3: true });
  });

  it('names nothing that has a meaning in JavaScript', () => {
    for (const [serializer, argument] of [
      [msgpack, '81a95f5f70726f746f5f5f81a16101'],
      [cbor, 'a1695f5f70726f746f5f5fa1616101'],
    ] as const) {
      const given = publish(serializer, argument).value as Record<string, unknown>;
      expect(Object.getPrototypeOf(given)).toBe(Object.prototype);
      expect(Object.keys(given)).toEqual(['__proto__']);
    }
  });
});

describe('a value of a handler', () => {
  it('goes out as JSON has it, in every serializer', () => {
    const given = {
      at: new Date(0),
      gone: undefined,
      list: [undefined],
      map: new Map([[1, 2]]),
      octets: Buffer.from('a'),
    };
    const payload = Payload.ofArguments({ list: [given] });
    for (const serializer of all) {
      const [message] = serializer.decode(
        serializer.encode([16, 1, {}, 'a'], payload).bytes,
        serializer.binary,
      );
      if (message?.type !== 'publish') throw new Error('not a PUBLISH');
      expect(message.payload.arguments.list).toEqual([
        { at: '1970-01-01T00:00:00.000Z', list: [null], map: { 1: 2 }, octets: Buffer.from('a') },
      ]);
    }
  });

  it('is refused if it has no end', () => {
    const endless: unknown[] = [];
    endless.push(endless);
    for (const each of all) {
      expect(() => each.encode([36, 1, 2, {}], Payload.ofArguments({ list: endless }))).toThrow(
        /cannot be written as/,
      );
    }
  });
});

describe('a batch', () => {
  const json = find('wamp.2.json.batched');
  const cbor = find('wamp.2.cbor.batched');

  it('has its messages in order', () => {
    for (const each of [json, cbor, find('wamp.2.msgpack.batched')]) {
      const frames = [1, 2, 3].map((request) => each.encode([34, request, 5]).bytes);
      expect(each.decode(Buffer.concat(frames), each.binary)).toMatchObject([
        { request: 1 },
        { request: 2 },
        { request: 3 },
      ]);
    }
  });

  it('is framed even with one message', () => {
    expect(json.encode([35, 1]).bytes.toString()).toBe('[35,1]\x1e');
    expect(cbor.encode([35, 1]).bytes.toString('hex')).toBe('00000004' + '82182301');
  });

  it('is neither empty nor cut short', () => {
    expect(() => json.decode(Buffer.alloc(0), false)).toThrow('must not be empty');
    expect(() => cbor.decode(Buffer.alloc(0), true)).toThrow('must not be empty');
    expect(() => json.decode(Buffer.from('[34,1,5]'), false)).toThrow(/in the midst/);
    expect(() => cbor.decode(Buffer.from('000000', 'hex'), true)).toThrow(/in the midst/);
    expect(() => cbor.decode(Buffer.from('ffffffff82', 'hex'), true)).toThrow(/in the midst/);
  });

  it('has at most 1000 messages', () => {
    expect(json.decode(Buffer.from('[34,1,5]\x1e'.repeat(1000)), false)).toHaveLength(1000);
    expect(() => json.decode(Buffer.from('[34,1,5]\x1e'.repeat(1001)), false)).toThrow(/at most 1000/);
  });
});
