import fc from 'fast-check';
import { octetEdits } from '../../support/octet-edits.js';

/** What peers send, and what once did harm somewhere: what is mutated begins close to what is read. */
const CONVERSATIONS = [
  '<login u="ann" p="x"/>\0<room id="1" uid="6">\0<msg from_id="6" room_id="1">Hello everyone</msg>\0',
  '<login username="ann" password="x"/>\0<room id="1"/>\0<room id="2"/>\0<msg room_id="2">two</msg>\0<leave id="1"/>\0',
  '<login u="ann" p="x"/>\0<room id="1"/>\0<msg from_id="0"><![CDATA[*Bob has left]]></msg>\0<msg to_id="bob">psst</msg>\0',
  '<login u="ann" p="wrong"/>\0<login u="" p=""/>\0<rooms/>\0<ping/>\0<room id="9"/>\0<room id="x"/>\0',
  '<policy-file-request/>\0<cross-domain-request/>\0',
  '\0\0Hello!\0<item />\0<login u="ann" p="x"/>\0<room id="1"/>\0<msg>AT&amp;T &#x41;&lt;/msg&gt;</msg>\0',
  '<login u="ann" p="x"/>\0<room id="1"/>\0<msg>AT&T</msg>\0<msg>&undefined;</msg>\0<msg room_id="__proto__">x</msg>\0',
  '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><msg>&c;</msg>\0<login u="ann" p="x"/>\0',
  '<?xml version="1.0"?><login u="ann" p="x"/>\0<?php echo 1 ?>\0',
  `<login u="ann" p="x"/>\0${'<a>'.repeat(12)}\0<room id="1"/>\0`,
  `<login u="ann" p="x" ${Array.from({ length: 20 }, (_, i) => `a${i}="b"`).join(' ')}/>\0`,
  `<login u="ann" p="x"/>\0<room id="1"/>\0<msg>${'x'.repeat(600)}</msg>\0`,
  '<login u="ann" p="x"/>\0<room id="1"/>\0<msg>Gr\u00fc\u00dfe \ud83d\ude00 \u0001\u202e</msg>\0<msg/>\0<msg> </msg>\0',
];

/** What the reader stumbles over, if over anything. */
const TOKENS = [
  '\0',
  '<',
  '>',
  '/>',
  '"',
  "'",
  '&',
  '&amp;',
  '&#0;',
  '&#xD800;',
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '<!DOCTYPE',
  '<?',
  '</msg>',
  '<msg from_id="0">',
  '<room id="1"/>\0',
  '<leave id="1"/>\0',
  ' room_id="1"',
  ' to_id="ann"',
  ' xmlns:a="b"',
  '\ufeff',
  '\ufffd',
];

const edits = octetEdits(TOKENS, CONVERSATIONS);

const mutated = fc
  .tuple(fc.constantFrom(...CONVERSATIONS), fc.array(edits, { maxLength: 5 }))
  .map(([seed, changes]) => changes.reduce<Buffer>((octets, change) => change(octets), Buffer.from(seed)));

const pieces = fc
  .array(fc.oneof(fc.constantFrom(...TOKENS), fc.string({ maxLength: 6 })), { maxLength: 30 })
  .map((parts) => Buffer.from(`<login u="ann" p="x"/>\0${parts.join('')}`));

const garbage = fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets));

/** The octets that a peer sends: mutated conversations most of all, their pieces, and anything. */
export const xmlStreams: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: mutated },
  { weight: 2, arbitrary: pieces },
  garbage,
);
