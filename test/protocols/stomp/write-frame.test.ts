import { describe, expect, it } from 'vitest';
import { joinFrame, writeFrame, writeHead, writeTail } from '../../../src/protocols/stomp/write-frame.js';
import { readFrames } from './read-frames.js';

const FORM = { version: '1.2', trailingLf: true } as const;
const VERSIONS = ['1.0', '1.1', '1.2'] as const;

function text(...[command, headers, body, form]: Parameters<typeof writeFrame>): string {
  return writeFrame(command, headers, body, form).bytes.toString('utf8');
}

describe('a frame on the wire', () => {
  it('says the length of its body, even of an empty one', () => {
    expect(text('MESSAGE', [['destination', '/queue/a']], Buffer.from('Grüße'), FORM)).toBe(
      'MESSAGE\ndestination:/queue/a\ncontent-length:7\n\nGrüße\0\n',
    );
    expect(text('ERROR', [], Buffer.alloc(0), FORM)).toBe('ERROR\ncontent-length:0\n\n\0\n');
  });

  it('says none without a body', () => {
    expect(text('RECEIPT', [['receipt-id', '1']], undefined, FORM)).toBe('RECEIPT\nreceipt-id:1\n\n\0\n');
  });

  it('has no LF after NUL where the setting says so', () => {
    expect(text('RECEIPT', [], undefined, { ...FORM, trailingLf: false })).toBe('RECEIPT\n\n\0');
  });

  it('takes its length from the body and not from a header', () => {
    const octets = text('MESSAGE', [['content-length', '1']], Buffer.from('abc'), FORM);
    expect(octets).toBe('MESSAGE\ncontent-length:3\n\nabc\0\n');
  });

  it('escapes as the version does', () => {
    const headers = [['a:b', 'c:\\\n']] as const;
    for (const version of ['1.1', '1.2'] as const) {
      expect(text('MESSAGE', headers, undefined, { ...FORM, version })).toBe(
        'MESSAGE\na\\cb:c\\c\\\\\\n\n\n\0\n',
      );
    }
    expect(text('MESSAGE', [['a', '\r']], undefined, FORM)).toBe('MESSAGE\na:\\r\n\n\0\n');
  });

  it('escapes nothing for peers of 1.0, and in CONNECTED', () => {
    const headers = [['path', 'C:\\new']] as const;
    expect(text('MESSAGE', headers, undefined, { ...FORM, version: '1.0' })).toContain('path:C:\\new\n');
    expect(text('CONNECTED', headers, undefined, FORM)).toContain('path:C:\\new\n');
  });

  it('is binary where its body is not UTF-8', () => {
    expect(writeFrame('MESSAGE', [], Buffer.from('Grüße\0'), FORM).binary).toBe(false);
    expect(writeFrame('MESSAGE', [], Buffer.from([0xff]), FORM).binary).toBe(true);
    expect(writeFrame('RECEIPT', [], undefined, FORM).binary).toBe(false);
  });

  it('is the same from a head of its own and a shared tail', () => {
    const own = [
      ['subscription', 'süb:0'],
      ['message-id', '7'],
    ] as const;
    const shared = [
      ['destination', '/topic/a'],
      ['x', 'a\nb'],
    ] as const;
    for (const body of [Buffer.from('{"a":1}'), Buffer.from([0xff, 0])]) {
      const tail = writeTail(shared, body, FORM);
      const joined = joinFrame(writeHead('MESSAGE', own, FORM), tail);
      expect(joined).toEqual(writeFrame('MESSAGE', [...own, ...shared], body, FORM));
    }
  });
});

/** What a publisher would need to say something in the name of the server. */
const INJECTIONS: readonly (readonly [name: string, value: string])[] = [
  ['foo', 'a\nmessage-id:evil\n\nbody'],
  ['foo\nmessage-id', 'evil'],
  ['foo', 'a\r\nmessage-id:evil'],
  ['foo', 'a\0\nMESSAGE\nmessage-id:evil\n\nbody\0'],
  ['foo\0', 'a'],
  ['message-id:evil\nfoo', 'a'],
  ['message-id:evil', 'a'],
  ['message-id:', 'evil'],
  ['', 'evil'],
];

describe.each(VERSIONS)('a publisher who writes line ends into headers for a subscriber of %s', (version) => {
  it.each(INJECTIONS)('forges nothing with %j and %j', (name, value) => {
    for (const command of ['MESSAGE', 'CONNECTED']) {
      const honest = [['message-id', '1']] as const;
      const { bytes } = writeFrame(command, [[name, value], ...honest], Buffer.from('true'), {
        ...FORM,
        version,
      });
      const { frames, faults } = readFrames([bytes], version);
      expect(faults).toEqual([]);
      expect(frames).toHaveLength(1);
      expect(frames[0]?.body).toBe('true');
      expect(frames[0]?.headers).toContainEqual(['message-id', '1']);
      const others = frames[0]?.headers.filter(([header]) => header !== 'content-length') ?? [];
      const given = [[name, value], ...honest];
      expect(given).toEqual(expect.arrayContaining([...others]));
    }
  });
});

describe('a header that a version cannot say', () => {
  it.each([
    ['1.0', ['\n', '\r', '\0']],
    ['1.1', ['\r', '\0']],
    ['1.2', ['\0']],
  ] as const)('is left out in %s, and reported', (version, characters) => {
    for (const character of characters) {
      const dropped: string[] = [];
      const form = { ...FORM, version, dropped: (name: string) => dropped.push(name) };
      const octets = text(
        'MESSAGE',
        [
          ['x', `a${character}b`],
          ['y', 'z'],
        ],
        undefined,
        form,
      );
      expect(octets).toBe('MESSAGE\ny:z\n\n\0\n');
      expect(dropped).toEqual(['x']);
    }
  });
});
