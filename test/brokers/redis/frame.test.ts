import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEntry, readPush } from '../../../src/brokers/redis/entry.js';
import { readFrame, writeFrame } from '../../../src/brokers/redis/frame.js';
import { Payload } from '../../../src/core/payload.js';
import type { Publication } from '../../../src/core/publication.js';

const WHOLE = '1{"id":"5","time":1}\n{"a":1}';
const read = (text: string) => readFrame(Buffer.from(text), 'a');

describe('a frame', () => {
  const texts = fc.array(fc.string(), { minLength: 1, maxLength: 3 });
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const audiences = fc.record(
    { exclude: texts, excludeUsers: texts, excludeRoles: texts, eligible: texts, users: texts, roles: texts },
    { requiredKeys: ['exclude'] },
  );
  const payloads = fc.oneof(
    fc.jsonValue().map((value) => Payload.of(value)),
    fc.string({ unit: 'grapheme' }).map((text) => Payload.fromText(Buffer.from(text))),
    fc.uint8Array().map((octets) => Payload.fromBytes(Buffer.from(octets), 'image/png')),
    fc
      .tuple(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()))
      .map(([list, map]) => Payload.ofArguments({ list, map })),
  );
  const publications: fc.Arbitrary<Publication> = fc.record({
    id: fc.integer({ min: 1, max: 2 ** 53 - 1 }).map(String),
    channel: fc.constant('a'),
    payload: payloads,
    time: fc.nat(),
    audience: optional(audiences),
    publisher: optional(fc.record({ session: fc.string(), user: optional(fc.string()), role: fc.string() })),
    headers: optional(fc.dictionary(fc.string(), fc.string())),
    trace: optional(fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')),
    expires: optional(fc.nat()),
  });

  it('is read as it was written, whatever the publication', () => {
    fc.assert(
      fc.property(publications, (publication) => {
        const again = readFrame(writeFrame(publication), 'a');
        const { payload, ...rest } = publication;
        expect(again).toMatchObject(JSON.parse(JSON.stringify(rest)));
        expect(again?.payload.kept).toEqual(payload.kept);
      }),
    );
  });

  it('says of the publish event what the audience is, and nothing else', () => {
    const event = { exclude: [], eligible: ['1'], key: 'secret', payload: Payload.of(1) };
    const frame = writeFrame({ id: '5', channel: 'a', payload: Payload.of(1), time: 1, audience: event });
    expect(frame.toString()).toBe('1{"id":"5","time":1,"audience":{"eligible":["1"]}}\n1');
  });

  it.each([
    ['the shortest', WHOLE],
    ['a head with a key of later', '1{"id":"5","time":1,"later":{}}\n[]'],
    ['octets', '1{"id":"5","time":1,"type":"image/png"}\n\u0000'],
    ['arguments', '1{"id":"5","time":1,"form":"arguments"}\n[1],{"a":2}'],
    ['a text that is empty', '1{"id":"5","time":1,"form":"text","type":"text/plain"}\n'],
  ])('may be %s', (_, text) => {
    expect(read(text)).toMatchObject({ id: '5', channel: 'a' });
  });

  it.each([
    ['nothing', ''],
    ['another version', WHOLE.replace('1', '2')],
    ['a head without an end', '1{"id":"5","time":1}'],
    ['a head that is no map', '1[]\n{}'],
    ['no id', '1{"time":1}\n{}'],
    ['an id that is no number', WHOLE.replace('"5"', '"x"')],
    ['an id that is too large', WHOLE.replace('"5"', '"9007199254740993"')],
    ['an id that is 0', WHOLE.replace('"5"', '"0"')],
    ['a time that is no number', WHOLE.replace(':1}', ':"1"}')],
    ['a type that breaks lines', '1{"id":"5","time":1,"type":"a\\nb"}\n'],
    ['an unknown form', '1{"id":"5","time":1,"form":"xml"}\n{}'],
    ['an audience with an unknown list', '1{"id":"5","time":1,"audience":{"only":["1"]}}\n{}'],
    ['an audience that is no list', '1{"id":"5","time":1,"audience":{"users":"1"}}\n{}'],
    ['a publisher without a session', '1{"id":"5","time":1,"publisher":{"role":"r"}}\n{}'],
    ['a trace that is none', '1{"id":"5","time":1,"trace":"00-1"}\n{}'],
    ['headers that are no texts', '1{"id":"5","time":1,"headers":{"a":1}}\n{}'],
    ['a payload that is no JSON', '1{"id":"5","time":1}\n{"a":}'],
    ['a payload of two values', '1{"id":"5","time":1}\n1 2'],
    ['arguments that are no list', '1{"id":"5","time":1,"form":"arguments"}\n{}'],
    ['a payload that is nested deeply', `1{"id":"5","time":1}\n${'['.repeat(100)}${']'.repeat(100)}`],
  ])('is not %s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it('is not JSON that is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('1{"id":"5","time":1}\n"'), Buffer.from([0xff, 0x22])]);
    expect(readFrame(bytes, 'a')).toBeUndefined();
  });

  it('is never thought to be in octets that are something else, and nothing is thrown', () => {
    const pieces = fc.oneof(fc.constantFrom('1', '-', ' ', '\n', '{', '}', WHOLE, 'e', '"id"'), fc.string());
    const octets = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.array(pieces).map((all) => Buffer.from(all.join(''))),
    );
    fc.assert(
      fc.property(octets, (bytes) => {
        const push = readPush(bytes, 'a');
        if (push === undefined) return;
        const { id } = isEntry(push) ? push.publication : push;
        expect(Number(id)).toBeGreaterThan(0);
      }),
    );
  });
});

describe('what is published on a channel of Redis', () => {
  const push = (text: string) => readPush(Buffer.from(text), 'a');

  it('is a frame, or an entry of a history in its place', () => {
    expect(push(`- ${WHOLE}`)).toMatchObject({ id: '5', position: undefined });
    expect(push(`e 7 t b 1000 0 ${WHOLE}`)).toMatchObject({
      publication: { id: '5', position: { epoch: 'e', offset: 7, token: 't' } },
      before: 'b',
      at: 1000,
      until: 0,
    });
  });

  it.each([
    WHOLE,
    `-${WHOLE}`,
    `e 7 t b 1000 ${WHOLE}`,
    `e x t b 1000 0 ${WHOLE}`,
    `e 7 t! b 1000 0 ${WHOLE}`,
    `e 7 t b x 0 ${WHOLE}`,
    `e  7 t b 1000 0 ${WHOLE}`,
    `${'e'.repeat(50)} 7 t b 1000 0 ${WHOLE}`,
  ])('is not %j', (text) => {
    expect(push(text)).toBeUndefined();
  });
});
