import { describe, expect, it } from 'vitest';
import { FrameReader, type StompFault, type StompFrame } from '../../../src/protocols/stomp/frame-reader.js';
import type { StompVersion } from '../../../src/protocols/stomp/version.js';
import { LIMITS, octetByOctet, plainFrame, type ReadFrame, readFrames } from './read-frames.js';

function frame(command: string, headers: Readonly<Record<string, string>> = {}, body = ''): ReadFrame {
  return { command, headers: Object.entries(headers), body };
}

/** What real clients and the specifications write. */
const VECTORS: readonly (readonly [string, StompVersion | undefined, string, readonly ReadFrame[]])[] = [
  ['the least CONNECT', undefined, 'CONNECT\n\n\0', [frame('CONNECT')]],
  [
    'Zend_Queue, which pads its values',
    undefined,
    'CONNECT\nlogin: guest\npasscode: a b\ncontent-length: 0\n\n\0\n',
    [frame('CONNECT', { login: 'guest', passcode: 'a b', 'content-length': '0' })],
  ],
  [
    'a padded passcode of 1.2, which is what it is',
    undefined,
    'CONNECT\npasscode: x\naccept-version:1.2\n\n\0',
    [frame('CONNECT', { passcode: ' x', 'accept-version': '1.2' })],
  ],
  [
    'a passcode with a backslash',
    undefined,
    'STOMP\naccept-version:1.1,1.2\npasscode:a\\nb\\\n\n\0',
    [frame('STOMP', { 'accept-version': '1.1,1.2', passcode: 'a\\nb\\' })],
  ],
  [
    'a person at telnet',
    undefined,
    'CONNECT\r\nlogin:me\r\n\r\n\0\r\nSEND\r\ndestination:test\r\n\r\nhello\r\n\0\r\n',
    [frame('CONNECT', { login: 'me' }), frame('SEND', { destination: 'test' }, 'hello\r\n')],
  ],
  [
    'padding and backslashes in 1.0',
    '1.0',
    'SEND\ndestination:  /queue/sales\npath:C:\\new\n\nx\0',
    [frame('SEND', { destination: '/queue/sales', path: 'C:\\new' }, 'x')],
  ],
  [
    'escapes in 1.1',
    '1.1',
    'SEND\na\\cb:c\\nd\\\\e\nraw:a:b \n\n\0',
    [frame('SEND', { 'a:b': 'c\nd\\e', raw: 'a:b ' })],
  ],
  [
    'escapes in 1.2, and CR LF',
    '1.2',
    'SEND\r\na\\cb:\\r\\n\\c\\\\\r\n\r\n\0\r\n\n',
    [frame('SEND', { 'a:b': '\r\n:\\' })],
  ],
  ['repeated headers', '1.2', 'SEND\nfoo:World\nfoo:Hello\n\n\0', [frame('SEND', { foo: 'World' })]],
  ['names by their case', '1.2', 'SEND\nFoo:1\nfoo:2\n\n\0', [frame('SEND', { Foo: '1', foo: '2' })]],
  [
    'a CONNECT too many, and CONNECTED, as they are',
    '1.2',
    'CONNECT\npasscode:a\\x\n\n\0CONNECTED\nsession:\\c\n\n\0',
    [frame('CONNECT', { passcode: 'a\\x' }), frame('CONNECTED', { session: '\\c' })],
  ],
  [
    'a padded length',
    '1.2',
    'SEND\ncontent-length: 3\n\na\0b\0',
    [frame('SEND', { 'content-length': ' 3' }, 'a\0b')],
  ],
  [
    'NUL in a body of known length',
    '1.2',
    'SEND\ncontent-length:3\n\na\0b\0SEND\n\n\0',
    [frame('SEND', { 'content-length': '3' }, 'a\0b'), frame('SEND')],
  ],
  [
    'the first of two lengths',
    '1.2',
    'SEND\ncontent-length:1\ncontent-length:3\n\na\0SEND\n\n\0',
    [frame('SEND', { 'content-length': '1' }, 'a'), frame('SEND')],
  ],
  [
    'line ends and NULs between frames',
    '1.2',
    '\0\n\r\n\0\r\0SEND\n\n\0\n\n\0\nBEGIN\ntransaction:1\n\n\0\n',
    [frame('SEND'), frame('BEGIN', { transaction: '1' })],
  ],
  [
    'bodies where none belongs',
    '1.2',
    'BEGIN\ntransaction:1\n\nbody\0',
    [frame('BEGIN', { transaction: '1' }, 'body')],
  ],
  ['commands that there are not', '1.2', 'send \n\n\0', [frame('send ')]],
  ['headers in UTF-8', '1.2', 'SEND\nnäme:Grüße 🚂\n\n\0', [frame('SEND', { näme: 'Grüße 🚂' })]],
  ['a replacement character', '1.1', 'SEND\na:\uFFFD\n\n\0', [frame('SEND', { a: '\uFFFD' })]],
  [
    'values that look like properties',
    '1.2',
    'SEND\n__proto__:1\n\n\0',
    [{ ...frame('SEND'), headers: [['__proto__', '1']] }],
  ],
];

const FAULTS: readonly (readonly [string, StompVersion | undefined, Buffer | string, RegExp])[] = [
  ['an escape of none', '1.2', 'SEND\na:\\t\n\n\0', /"\\\\t" is no escape of STOMP 1\.2/],
  ['an escape of 1.2 in 1.1', '1.1', 'SEND\na:\\r\n\n\0', /no escape of STOMP 1\.1/],
  ['a backslash at the end', '1.2', 'SEND\na:b\\\n\n\0', /no escape/],
  ['an escape in a name', '1.1', 'SEND\na\\x:b\n\n\0', /no escape/],
  ['a carriage return in 1.2', '1.2', 'SEND\na:b\rc\n\n\0', /carriage return/],
  ['a header without a colon', '1.0', 'SEND\ndestination\n\n\0', /without a colon/],
  ['a header without a name', '1.0', 'SEND\n:x\n\n\0', /without a name/],
  ['NUL in a header', '1.2', 'SEND\na:b\0\n\n\0', /before its headers/],
  ['NUL in a command', '1.2', 'SEND\0\n\n\0', /before its headers/],
  ['a header that is not UTF-8', '1.0', Buffer.from('SEND\na:\xff\n\n\0', 'latin1'), /not UTF-8/],
  ['a length in letters', '1.2', 'SEND\ncontent-length:abc\n\n\0', /content-length/],
  ['a length below zero', '1.2', 'SEND\ncontent-length:-1\n\n\0', /content-length/],
  ['a length of nothing', '1.2', 'SEND\ncontent-length:\n\n\0', /content-length/],
  ['a length in hexadecimal', '1.2', 'SEND\ncontent-length:0x10\n\n\0', /content-length/],
  [
    'a length that is no exact number',
    '1.2',
    'SEND\ncontent-length:9999999999999999\n\n\0',
    /content-length/,
  ],
  ['a length that is too short', '1.2', 'SEND\ncontent-length:2\n\nabc\0', /no NUL after the 2 octets/],
  ['TLS', undefined, Buffer.from(`\x16\x03\x01${'x'.repeat(200)}`, 'latin1'), /command of more than 32/],
  ['a command without end', '1.2', 'x'.repeat(40), /command of more than 32/],
  [
    'a header line over the limit',
    '1.2',
    `SEND\na:${'x'.repeat(1000)}\n\n\0`,
    /stomp\.header allows \(1000\)/,
  ],
  ['headers over the limit', '1.2', `SEND\n${'a:b\n'.repeat(21)}\n\0`, /stomp\.headers allows \(20\)/],
  [
    'a head over the limit',
    '1.2',
    `SEND\n${`a:${'x'.repeat(900)}\n`.repeat(5)}\n\0`,
    /stomp\.header_section allows \(4000\)/,
  ],
  [
    'an announced body over the limit',
    '1.2',
    'SEND\ncontent-length:50001\n\n',
    /50001 octets .* limits\.message allows \(50000\)/,
  ],
  ['a body over the limit', '1.2', `SEND\n\n${'x'.repeat(50_001)}`, /limits\.message allows/],
  ['much before login', undefined, `CONNECT\ncontent-length:5000\n\n`, /stomp\.before_login allows \(5000\)/],
  ['many frames before login', undefined, 'SEND\n\n\0'.repeat(2000), /stomp\.before_login allows/],
];

describe('the reader of STOMP frames', () => {
  it.each(VECTORS)('takes %s', (_text, version, octets, frames) => {
    expect(readFrames([octets], version)).toEqual({ frames, faults: [] });
    expect(readFrames(octetByOctet(octets), version)).toEqual({ frames, faults: [] });
  });

  it.each(FAULTS)('ends at %s, and says why', (_text, version, octets, reason) => {
    const before = version === undefined ? '' : 'BEGIN\ntransaction:1\n\n\0';
    const pieces = [Buffer.from(octets), Buffer.from('SEND\n\nafter\0')];
    for (const chunks of [pieces, octetByOctet(Buffer.concat(pieces))]) {
      const { frames, faults } = readFrames([before, ...chunks], version);
      expect(faults).toEqual([expect.stringMatching(reason)]);
      expect(frames.filter(({ body }) => body !== '')).toEqual([]);
      if (version !== undefined) expect(frames).toHaveLength(1);
    }
  });

  it('takes exactly what each limit allows', () => {
    const line = `a:${'x'.repeat(LIMITS.header - 2)}`;
    const many = 'a:b\n'.repeat(LIMITS.headers);
    const body = 'x'.repeat(LIMITS.message);
    for (const text of [`SEND\n${line}\r\n\n\0`, `SEND\n${many}\n\0`, `SEND\n\n${body}\0`]) {
      expect(readFrames([text], '1.2').faults).toEqual([]);
      expect(readFrames([text], '1.2').frames).toHaveLength(1);
    }
  });

  it('counts for each frame anew', () => {
    const text = `SEND\n${'a:b\n'.repeat(LIMITS.headers)}\n\0`;
    expect(readFrames([text.repeat(100)], '1.2')).toMatchObject({ frames: { length: 100 }, faults: [] });
  });

  it('takes no long headers of a peer that has not logged in', () => {
    const line = `x:${'x'.repeat(300)}\n`;
    const { faults } = readFrames([`CONNECT\n${line}${line}`], undefined, { ...LIMITS, beforeLogin: 500 });
    expect(faults).toEqual([expect.stringMatching(/stomp\.before_login allows \(500\)/)]);
  });
});

/** A reader with a sink that may steer it. */
function steered(onFrame: (reader: FrameReader, frame: StompFrame) => void) {
  const frames: ReadFrame[] = [];
  const faults: StompFault[] = [];
  const reader: FrameReader = new FrameReader(
    {
      frame: (frame) => {
        frames.push(plainFrame(frame));
        onFrame(reader, frame);
      },
      fault: (fault) => faults.push(fault),
    },
    LIMITS,
  );
  return { reader, frames, faults };
}

describe('a session that reads frames', () => {
  it('sets the version for the rest of the same chunk', () => {
    const { reader, frames } = steered((reader) => {
      reader.version = '1.2';
    });
    reader.read(Buffer.from('CONNECT\naccept-version:1.2\nx:\\c\n\n\0SEND\nx:\\c\n\n\0'));
    expect(frames.map(({ headers }) => headers.at(-1))).toEqual([
      ['x', '\\c'],
      ['x', ':'],
    ]);
  });

  it('may stop in the middle of a chunk, and go on later', () => {
    const { reader, frames } = steered((reader) => reader.pause());
    reader.read(Buffer.from('A\n\n\0B\n\n\0C'));
    reader.read(Buffer.from('\n\n\0'));
    const commands = () => frames.map(({ command }) => command).join('');
    expect(commands()).toBe('A');
    reader.resume();
    expect(commands()).toBe('AB');
    reader.resume();
    expect(commands()).toBe('ABC');
  });

  it('may go on at once', () => {
    const { reader, frames } = steered((reader) => {
      reader.pause();
      reader.resume();
    });
    reader.pause();
    reader.read(Buffer.from('A\n\n\0B\n\n\0'));
    reader.read(Buffer.from('C\n\n\0'));
    reader.resume();
    expect(frames.map(({ command }) => command).join('')).toBe('ABC');
  });

  it('may end it all at a frame', () => {
    const { reader, frames, faults } = steered((reader) => reader.stop());
    reader.read(Buffer.from('DISCONNECT\n\n\0SEND\n\n\0broken\0'));
    reader.read(Buffer.from('SEND\n\n\0'));
    expect(frames).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  it('lets a peer send without end once it has logged in', () => {
    const { reader, frames, faults } = steered((reader) => reader.admit());
    reader.read(Buffer.from('CONNECT\n\n\0'));
    for (let i = 0; i < 10; i++) reader.read(Buffer.from(`SEND\n\n${'x'.repeat(1000)}\0`));
    expect(frames).toHaveLength(11);
    expect(faults).toEqual([]);
  });

  it('hears of the receipt that the frame at fault wanted, and of the limit', () => {
    const { reader, faults } = steered((reader) => reader.admit());
    reader.read(Buffer.from('CONNECT\n\n\0SEND\nreceipt:r-1\ncontent-length:60000\n\n'));
    expect(faults).toEqual([
      {
        receipt: 'r-1',
        error: expect.objectContaining({ code: 'payload_too_large', limit: 'limits.message' }),
      },
    ]);
  });

  it('holds little for a peer that announces much and sends nothing', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 200 }, () => {
      const { reader } = steered(() => undefined);
      reader.admit();
      reader.read(Buffer.from('SEND\ncontent-length:50000\n\nx'));
      return reader;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1024);
    expect(readers).toHaveLength(200);
  });
});
