import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageSplitter } from '../../../src/protocols/xmlsocket/message-splitter.js';
import { escapeXml, writeElement } from '../../../src/protocols/xmlsocket/write-xml.js';
import { readXml, XmlFault } from '../../../src/protocols/xmlsocket/xml-element.js';

function split(chunks: readonly Buffer[], limit = 1000): readonly string[] {
  const messages: string[] = [];
  const splitter = new MessageSplitter(
    { message: (text) => void messages.push(text), tooLong: () => void messages.push('too long') },
    limit,
  );
  for (const chunk of chunks) splitter.read(chunk);
  return messages;
}

/** The octets in pieces that end where the numbers say. */
function cut(octets: Buffer, at: readonly number[]): Buffer[] {
  const ends = [...new Set([...at.map((n) => n % (octets.length + 1)), octets.length])].sort((a, b) => a - b);
  return ends.map((end, i) => octets.subarray(ends[i - 1] ?? 0, end));
}

describe('a stream of messages', () => {
  it('is the same however it is cut', () => {
    const message = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', ''));
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.array(fc.nat(200), { maxLength: 30 }),
        (all, at) => {
          const octets = Buffer.from(all.map((text) => `${text}\0`).join(''), 'utf8');
          const whole = split([octets]);
          expect(whole).toEqual(all);
          expect(split(cut(octets, at))).toEqual(whole);
          expect(split([...octets].map((octet) => Buffer.from([octet])))).toEqual(whole);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('ends where a message is longer than it may be, whether its end has come or not', () => {
    expect(split([Buffer.from('abc\0'.repeat(2)), Buffer.from('abcdef')], 5)).toEqual([
      'abc',
      'abc',
      'too long',
    ]);
    expect(split([Buffer.from('abcdef\0abc\0')], 5)).toEqual(['too long']);
    expect(split([Buffer.from('abcde\0')], 5)).toEqual(['abcde']);
    expect(split([Buffer.from('abc'), Buffer.from('def'), Buffer.from('\0x\0')], 5)).toEqual(['too long']);
  });

  it('takes no more room than a little over what has arrived, in pieces of one octet', () => {
    const splitter = new MessageSplitter({ message: () => undefined, tooLong: () => undefined }, 100_000);
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 90_000; n++) splitter.read(Buffer.from('x'));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 ** 2);
  });
});

describe('a message', () => {
  it.each([
    ['<login u="a" p="b"/>', 'login', { u: 'a', p: 'b' }, ''],
    [' <msg room_id="1">Hello</msg>\n', 'msg', { room_id: '1' }, 'Hello'],
    ['<msg>a <b>bold</b> word</msg>', 'msg', {}, 'a bold word'],
    ['<msg><![CDATA[1 < 2 & 3]]></msg>', 'msg', {}, '1 < 2 & 3'],
    ['<msg>&lt;&amp;&#65;&#x20AC;</msg>', 'msg', {}, '<&A€'],
    ['<?xml version="1.0"?><msg>x</msg>', 'msg', {}, 'x'],
    ['<room id="1" uid="6">', 'room', { id: '1', uid: '6' }, ''],
    ["<room id='1' />", 'room', { id: '1' }, ''],
  ])('%s is read', (message, name, attributes, text) => {
    expect(readXml(message)).toEqual({ name, attributes, text });
  });

  it.each(['', '   ', 'Hello!', 'a <b/>', '{"a":1}'])('%j is no XML, and passed over', (message) => {
    expect(readXml(message)).toBeUndefined();
  });

  it.each([
    '<msg>a & b</msg>',
    '<msg>&unknown;</msg>',
    '<msg',
    '<msg></other>',
    '<a/><b/>',
    '<msg a=1/>',
    '<msg><b></msg>',
  ])('%s is refused, and the peer may go on', (message) => {
    expect(() => readXml(message)).toThrow('not well-formed');
    expect(() => readXml(message)).not.toThrow(XmlFault);
  });

  it.each([
    '<!DOCTYPE x><x/>',
    '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
    '<?php echo 1 ?><x/>',
    '<a>'.repeat(9),
    `<x ${Array.from({ length: 17 }, (_, i) => `a${i}="1"`).join(' ')}/>`,
  ])('%s ends the connection', (message) => {
    expect(() => readXml(message)).toThrow(XmlFault);
  });

  it('gives back every text that XML can hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (value, text) => {
        const said = (given: string) =>
          given.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
        const read = readXml(writeElement('msg', { to_id: value }, escapeXml(text)));
        const inAttribute = said(value).replace(/\r\n?|[\t\n]/g, ' ');
        expect(read?.attributes['to_id']).toBe(inAttribute);
        expect(read?.text).toBe(said(text).replace(/\r\n?/g, '\n'));
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws anything but a refusal, whatever it is', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '"',
      '&',
      ';',
      '!',
      '?',
      '[',
      ']',
      '-',
      'msg',
      ' a=',
      'DOCTYPE',
      'CDATA',
      'x',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          readXml(`<${pieces.join('')}`);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_request' });
        }
      }),
      { numRuns: Number(process.env['FUZZ_INPUTS'] ?? 5000) },
    );
  });
});
