import fc from 'fast-check';
import { octetEdits } from '../../support/octet-edits.js';

/** What peers send, and what once did harm somewhere: what is mutated begins close to what is read. */
const STREAMS = [
  'CONNECT\naccept-version:1.0,1.1,1.2\nhost:a\nlogin:guest\npasscode:g\\u\nheart-beat:0,0\n\n\0\n',
  'STOMP\r\naccept-version:1.2\r\n\r\n\0\r\nSUBSCRIBE\r\nid:0\r\ndestination:/queue/a\r\nack:client\r\n\r\n\0',
  'CONNECT\nlogin: guest\npasscode: guest\ncontent-length: 0\n\n\0\n',
  'SEND\ndestination:/topic/a.b\ncontent-type:application/json\ncontent-length:7\n\n{"a":1}\0\n',
  'SEND\ndestination:/queue/a\nreceipt:1\n\nGrüße\0\n\n\nSEND\ndestination:a\\cb\\n\\r\\\\\n\nx\0',
  'SEND\ncontent-length:5\nfoo:a\nfoo:b\n\na\0b\0c\0BEGIN\ntransaction:1\n\n\0COMMIT\ntransaction:1\n\n\0',
  'ACK\nid:1@@a@@2\n\n\0NACK\nsubscription:1\nmessage-id:2\nrequeue:False\n\n\0DISCONNECT\nreceipt:9\n\n\0',
  'SEND\n__proto__:a\nconstructor:b\nfoo:a\\nmessage-id\\cevil\n\n\0',
  `SEND\n${'a:b\n'.repeat(25)}\n\0`,
  `SEND\na:${'x'.repeat(300)}\n\n${'y'.repeat(300)}\0`,
];

/** What the reader stumbles over, if over anything. */
const TOKENS = [
  '\0',
  '\n',
  '\r\n',
  '\r',
  '\n\n',
  ':',
  '\\',
  '\\n',
  '\\t',
  '\\c',
  ' ',
  '\ufeff',
  '\ufffd',
  'content-length:',
  'content-length:-1\n',
  'content-length:1e3\n',
  'content-length:99999999999\n',
  'CONNECT\n',
  'SEND\n',
  '\n\n\0',
];

const edits = octetEdits(TOKENS, STREAMS);

const mutated = fc
  .tuple(fc.constantFrom(...STREAMS), fc.array(edits, { minLength: 1, maxLength: 6 }))
  .map(([seed, changes]) => changes.reduce<Buffer>((octets, change) => change(octets), Buffer.from(seed)));

const pieces = fc
  .array(fc.oneof(fc.constantFrom(...TOKENS), fc.string({ maxLength: 6 })), { maxLength: 30 })
  .map((parts) => Buffer.from(parts.join('')));

const garbage = fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets));

/** The octets that a peer sends: mutated frames most of all, their pieces, and anything. */
export const streams: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: mutated },
  { weight: 3, arbitrary: pieces },
  garbage,
);
