import { describe, expect, it } from 'vitest';
import { readJson } from '../../../src/core/json-values.js';
import { CBOR } from '../../../src/protocols/wamp2/cbor.js';
import { MESSAGE, Wamp2Error } from '../../../src/protocols/wamp2/codec.js';
import type { ClientMessage } from '../../../src/protocols/wamp2/messages.js';
import { MSGPACK } from '../../../src/protocols/wamp2/msgpack.js';
import type { Serializer } from '../../../src/protocols/wamp2/serializer.js';
import { createSerializers } from '../../../src/protocols/wamp2/serializers.js';
import { readEvent } from './read-event.js';
import { type Attributes, readSamples, type Sample, VECTORS } from './vector-files.js';
import { argumentsOf, headOf, payloadOf } from './vector-messages.js';

const DEPTH = 64;
const serializers = createSerializers({ depth: DEPTH });
const samples = readSamples();
const written = samples.filter(({ serializers }) => serializers !== undefined);
const checked = samples.filter(({ wmsg }) => wmsg !== undefined);

const FROM_ROUTERS: readonly number[] = [
  MESSAGE.WELCOME,
  MESSAGE.CHALLENGE,
  MESSAGE.PUBLISHED,
  MESSAGE.SUBSCRIBED,
  MESSAGE.UNSUBSCRIBED,
  MESSAGE.EVENT,
  MESSAGE.RESULT,
  MESSAGE.REGISTERED,
  MESSAGE.UNREGISTERED,
  MESSAGE.INVOCATION,
  MESSAGE.INTERRUPT,
];

const READERS: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  json: (bytes) => readJson(bytes.toString('utf8')),
  msgpack: (bytes) => MSGPACK.read(bytes, DEPTH),
  cbor: (bytes) => CBOR.read(bytes, DEPTH),
};

function serializer(name: string): Serializer {
  const found = serializers.get(`wamp.2.${name}`);
  if (found === undefined) throw new Error(`no serializer ${name}`);
  return found;
}

function variants(sample: Sample, name: string): readonly Buffer[] {
  return (sample.serializers?.[name] ?? []).map(({ bytes_hex }) => Buffer.from(bytes_hex, 'hex'));
}

function attributesOf(sample: Sample): Attributes {
  if (sample.expected_attributes === undefined) throw new Error('a sample without attributes');
  return sample.expected_attributes;
}

/** The message in the words of the vectors, with the options that stand in them. */
function inTheirWords(message: ClientMessage): Record<string, unknown> {
  switch (message.type) {
    case 'hello':
      return {
        realm: message.realm,
        roles: Object.fromEntries(Object.keys(message.details.roles).map((role) => [role, {}])),
      };
    case 'abort':
    case 'goodbye':
      return { reason: message.reason };
    case 'authenticate':
      return { signature: message.signature, extra: message.extra };
    case 'error':
      return { request_type: message.requestType, request_id: message.request, error: message.error };
    case 'publish':
      return { request_id: message.request, topic: message.topic };
    case 'subscribe':
      return { request_id: message.request, topic: message.topic };
    case 'unsubscribe':
      return { request_id: message.request, subscription_id: message.subscription };
    case 'call':
    case 'register':
      return { request_id: message.request, procedure: message.procedure };
    case 'cancel':
    case 'yield':
      return { request_id: message.request };
    case 'unregister':
      return { request_id: message.request, registration_id: message.registration };
    case 'event_received':
      return { publication_id: message.publication };
  }
}

function expectOptions(message: ClientMessage, options: Record<string, unknown>): void {
  if (message.type !== 'publish') return;
  expect(message.options.acknowledge).toBe(options['acknowledge'] ?? false);
  expect(message.options.excludeMe).toBe(options['exclude_me'] ?? true);
  expect(message.options.passthru?.['enc_algo']).toBe(options['enc_algo']);
  expect(message.options.passthru?.['enc_serializer']).toBe(options['enc_serializer']);
}

function expectClientMessage(message: ClientMessage, attributes: Attributes): void {
  expect(attributes).toMatchObject(inTheirWords(message));
  expectOptions(message, (attributes['options'] ?? {}) as Record<string, unknown>);
  if ('payload' in message) expect(message.payload.arguments).toEqual(argumentsOf(attributes));
}

/** What the writer of a message that only a router sends must have put into it, element by element. */
function expectRouterMessage(bytes: Buffer, name: string, attributes: Attributes): void {
  const given = argumentsOf(attributes);
  const tail =
    typeof attributes['payload'] === 'string' ? given.list : given.list.length > 0 ? [given.list] : [];
  expect(READERS[name]?.(bytes)).toEqual([...headOf(attributes), ...tail]);
}

describe.skipIf(VECTORS === undefined)('a message of the vectors', () => {
  it('is one of 35 that are written, or one of 67 that are checked', () => {
    expect([written.length, checked.length]).toEqual([35, 67]);
    expect(checked.filter(({ expected_error }) => expected_error !== undefined)).toHaveLength(28);
  });

  describe.each(['json', 'msgpack', 'cbor'])('in %s', (name) => {
    it.each(written.map((sample) => [sample.description, sample] as const))('is read: %s', (_, sample) => {
      const attributes = attributesOf(sample);
      const all = variants(sample, name);
      expect(all.length).toBeGreaterThan(0);
      for (const bytes of all) {
        if (FROM_ROUTERS.includes(attributes.message_type)) {
          expectRouterMessage(bytes, name, attributes);
          expect(() => serializer(name).decode(bytes, name !== 'json')).toThrow(/is for routers to send/);
        } else {
          const [message] = serializer(name).decode(bytes, name !== 'json');
          expectClientMessage(message as ClientMessage, attributes);
        }
      }
    });

    it.each(written.map((sample) => [sample.description, sample] as const))('is written: %s', (_, sample) => {
      const attributes = attributesOf(sample);
      const frame = serializer(name).encode(headOf(attributes), payloadOf(attributes));
      expect(frame.binary).toBe(name !== 'json');
      expect(variants(sample, name).map((bytes) => bytes.toString('latin1'))).toContain(
        frame.bytes.toString('latin1'),
      );
    });
  });

  it.each(checked.map((sample) => [sample.description, sample] as const))(
    'is accepted or refused: %s',
    (_, sample) => {
      const { wmsg = [], expected_error: error } = sample;
      const read = () =>
        wmsg[0] === MESSAGE.EVENT
          ? readEvent(wmsg)
          : [...serializers.values()]
              .filter(({ subprotocol }) => !subprotocol.endsWith('.batched'))
              .map((each) => each.decode(each.encode(wmsg).bytes, each.binary));
      if (error === undefined) {
        expect(read()).toBeDefined();
      } else {
        expect(read).toThrow(Wamp2Error);
        expect(read).toThrow(error.contains);
      }
    },
  );
});
