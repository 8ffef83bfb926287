import fc from 'fast-check';
import { frameOf, OPCODE } from '../support/raw-websocket.js';

/** Valid messages, and ones that once did harm somewhere: what is mutated begins close to what is read. */
const MESSAGES = [
  '[0,"id",1,"server"]',
  '[1,"room","demo/"]',
  '[2,"call","procedure",1,{"a":[true,null]}]',
  '[5,"demo/fuzz"]',
  '[5,"oro/email_event/5/7"]',
  '[6,"demo/fuzz"]',
  '[7,"demo/fuzz",{"text":"\\u00e9\\n","n":-1.5e10,"list":[[],{}]}]',
  '[7,"demo/fuzz","x",true]',
  '[7,"demo/fuzz","x",["id"]]',
  '[7,"demo/fuzz","x",[],[]]',
  '[7,"demo/fuzz","x",[],"oops"]',
  '[7,"demo/fuzz",{"__proto__":{"channel":"demo/fuzz"}}]',
  '[5,"__proto__"]',
  '[5,"demo/%E0%A4%A"]',
];

const REQUESTS = [
  '{"channel":"demo/fuzz","payload":{"a":1}}',
  '{"route":"demo.room","params":{"room":"fuzz"},"payload":null}',
  '{"messages":[{"channel":"demo/fuzz","payload":1},{"channel":"nope","payload":2}]}',
  '{"channel":"demo/fuzz","payload":1,"exclude":["a"],"eligible":[],"idempotency_key":"k"}',
  '{"__proto__":{"channel":"demo/fuzz"},"payload":1}',
];

const HEADS = [
  'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: wamp\r\n\r\n',
  'POST /api/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}',
  'POST /api/publish HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET http://x/ws?ticket=a.b HTTP/1.1\r\nHost: x\r\n\r\n',
];

/** Values that parsers stumble over. */
const TOKENS = [
  '[',
  ']',
  '{',
  '}',
  '"',
  '\\',
  '\\u',
  ',',
  ':',
  '\u0000',
  '\uFEFF',
  '-',
  '1e999',
  'NaN',
  '\r\n',
  '%',
  '[[[[[[[[',
];

type Edit = (octets: Buffer) => Buffer;

const position = fc.nat({ max: 10_000 });

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(position, fc.integer({ min: 0, max: 255 })).map(
    ([at, octet]): Edit =>
      (octets) => {
        const copy = Buffer.from(octets);
        if (copy.length > 0) copy[at % copy.length] = octet;
        return copy;
      },
  ),
  fc.tuple(position, fc.constantFrom(...TOKENS)).map(
    ([at, token]): Edit =>
      (octets) => {
        const place = at % (octets.length + 1);
        return Buffer.concat([octets.subarray(0, place), Buffer.from(token), octets.subarray(place)]);
      },
  ),
  fc.tuple(position, position).map(
    ([a, b]): Edit =>
      (octets) => {
        const [from, to] = [a % (octets.length + 1), b % (octets.length + 1)].sort((x, y) => x - y) as [
          number,
          number,
        ];
        return Buffer.concat([octets.subarray(0, from), octets.subarray(to)]);
      },
  ),
  fc.tuple(position, fc.integer({ min: 2, max: 200 })).map(
    ([at, times]): Edit =>
      (octets) => {
        const place = at % (octets.length + 1);
        const part = octets.subarray(place, place + 8);
        return Buffer.concat([
          octets.subarray(0, place),
          ...Array.from({ length: times }, () => part),
          octets.subarray(place),
        ]);
      },
  ),
);

function mutated(seeds: readonly string[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([seed, edits]) => edits.reduce<Buffer>((octets, change) => change(octets), Buffer.from(seed)));
}

const garbage = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((octets) => Buffer.from(octets));
const json = fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text));
const list = fc
  .array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 7 })
  .map((values) => Buffer.from(JSON.stringify(values)));
const typed = fc
  .tuple(fc.integer({ min: -1, max: 10 }), fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 5 }))
  .map(([type, rest]) => Buffer.from(JSON.stringify([type, ...rest])));

/** The octets of text messages. */
export const messages: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: mutated(MESSAGES) },
  { weight: 2, arbitrary: typed },
  list,
  json,
  garbage,
);

/** What follows a handshake on the socket: frames that are broken as frames, and no frames at all. */
export const wire: fc.Arbitrary<Buffer> = fc.oneof(
  garbage,
  fc
    .tuple(fc.nat({ max: 15 }), fc.nat({ max: 7 }), fc.boolean(), messages)
    .map(([opcode, rsv, fin, payload]) => frameOf(opcode, payload, { fin, rsv })),
  fc
    .tuple(messages, fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(
      ([payload, edits]): Buffer =>
        edits.reduce<Buffer>((octets, change) => change(octets), frameOf(OPCODE.text, payload)),
    ),
);

/** What comes in place of a request. */
export const requests: fc.Arbitrary<Buffer> = fc.oneof(garbage, { weight: 3, arbitrary: mutated(HEADS) });

/** Bodies of `POST /api/publish`. */
export const bodies: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 3, arbitrary: mutated(REQUESTS) },
  json,
  garbage,
);
