import { describe, expect, it } from 'vitest';
import { expectHealth, type Health, takeHealth } from '../support/health.js';
import { frameOf, OPCODE, type RawHandshake, RawWebSocket } from '../support/raw-websocket.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer();

/** What a session does about a message: it says the connection is over, says an error, or nothing. */
type Reaction = 'closed' | 'error' | 'nothing';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const text = (payload: string | Buffer) => frameOf(OPCODE.text, Buffer.from(payload));
const many = (count: number) => JSON.stringify(Array.from({ length: count }, (_, i) => String(i)));

/** Messages of the references, each after a welcome on a connection of its own. */
const MESSAGES: readonly (readonly [name: string, messages: readonly string[], reaction: Reaction])[] = [
  ['plain text', ['hello'], 'closed'],
  ['nothing', [''], 'closed'],
  ['an object', ['{"type":5}'], 'closed'],
  ['a number', ['5'], 'closed'],
  ['null', ['null'], 'closed'],
  ['an empty list', ['[]'], 'closed'],
  ['a byte order mark', ['\uFEFF[5,"demo/a"]'], 'closed'],
  ['NaN', ['[7,"demo/a",NaN]'], 'closed'],
  ['text after the message', ['[5,"demo/a"]x'], 'closed'],
  ['two messages in one', ['[5,"demo/a"][5,"demo/b"]'], 'closed'],
  ['a type that is text', ['["5","demo/a"]'], 'closed'],
  ['a type that is no whole number', ['[5.5,"demo/a"]'], 'closed'],
  ['an unknown type', ['[99,"demo/a"]'], 'closed'],
  ['a negative type', ['[-5,"demo/a"]'], 'closed'],
  ['a welcome', ['[0,"id",1,"me"]'], 'closed'],
  ['a result', ['[3,"id",1]'], 'closed'],
  ['an error', ['[4,"id","uri","text"]'], 'closed'],
  ['an event', ['[8,"demo/a",1]'], 'closed'],
  ['SUBSCRIBE without channel', ['[5]'], 'closed'],
  ['SUBSCRIBE to a number', ['[5,1]'], 'closed'],
  ['SUBSCRIBE to nothing', ['[5,null]'], 'closed'],
  ['SUBSCRIBE to a list', ['[5,["demo/a"]]'], 'closed'],
  ['PUBLISH without payload', ['[7,"demo/a"]'], 'closed'],
  ['PUBLISH without anything', ['[7]'], 'closed'],
  ['PUBLISH to a number', ['[7,1,1]'], 'closed'],
  ['eligible that is text', ['[7,"demo/a","x",[],"oops"]'], 'closed'],
  ['eligible that is null', ['[7,"demo/a","x",[],null]'], 'closed'],
  ['exclude that is an object', ['[7,"demo/a","x",{}]'], 'closed'],
  ['exclude with a number in it', ['[7,"demo/a","x",[1]]'], 'closed'],
  ['six elements', ['[7,"demo/a","x",[],[],[]]'], 'closed'],
  ['too many receivers', [`[7,"demo/a","x",${many(1001)}]`], 'closed'],
  ['PREFIX of numbers', ['[1,1,2]'], 'closed'],
  ['too many prefixes', Array.from({ length: 65 }, (_, i) => `[1,"p${i}","demo/"]`), 'closed'],
  ['nesting over the limit', [`[7,"demo/a",${nested(65)}]`], 'closed'],
  ['nesting far over the limit', [`[7,"demo/a",${nested(30_000)}]`], 'closed'],
  ['unclosed lists', ['['.repeat(60_000)], 'closed'],
  ['deep SUBSCRIBE', [`[5,${nested(30_000)}]`], 'closed'],
  ['a control character in text', ['[7,"demo/a","\u0001"]'], 'closed'],
  ['a half escape', ['[7,"demo/a","\\u12"]'], 'closed'],
  ['a call without procedure', ['[2,"id1"]'], 'closed'],

  ['SUBSCRIBE to an unknown channel', ['[5,"nope/1"]'], 'error'],
  ['SUBSCRIBE with colons', ['[5,"a:b:c"]'], 'error'],
  ['SUBSCRIBE by a prefix', ['[1,"o","http://x/y"]', '[5,"o:ping"]'], 'error'],
  ['a prefix of itself', ['[1,"a","a:a"]', '[5,"a:a"]'], 'error'],
  ['a channel named __proto__', ['[5,"__proto__"]'], 'error'],
  ['a channel named constructor', ['[7,"constructor",1]'], 'error'],
  ['an empty channel', ['[5,""]'], 'error'],
  ['a channel over the limit', [`[5,"demo/${'a'.repeat(300)}"]`], 'error'],
  ['a channel with a line break', ['[5,"demo/a\\n"]'], 'error'],
  ['a channel with NUL', ['[5,"demo/\\u0000"]'], 'error'],
  ['a channel with half a surrogate pair', ['[5,"demo/\\ud800"]'], 'error'],
  ['a channel that turns its text around', ['[5,"demo/\\u202e"]'], 'error'],
  ['a channel with percent signs', ['[5,"oro/email_event/5%2F7/1"]'], 'error'],
  ['a channel that is no URL escape', ['[5,"oro/email_event/%E0%A4%A"]'], 'error'],
  ['a channel with a slash at the end', ['[5,"oro/maintenance/"]'], 'error'],
  ['a channel with a slash at the start', ['[5,"/oro/maintenance"]'], 'error'],
  ['a channel in capitals', ['[5,"ORO/MAINTENANCE"]'], 'error'],
  ['an identifier of 200 digits', [`[5,"oro/reminder_remind/${'9'.repeat(200)}"]`], 'error'],
  ['Arabic digits', ['[5,"oro/reminder_remind/\u0665"]'], 'error'],
  ['a call of a procedure that looks like a channel', ['[2,"id1","spy/1"]'], 'error'],
  ['a call named __proto__', ['[2,"__proto__","__proto__",{"__proto__":{"a":1}}]'], 'error'],
  ['a second SUBSCRIBE after a refusal', ['[5,"nope"]', '[5,"nope"]'], 'error'],

  ['UNSUBSCRIBE of what was never subscribed', ['[6,"demo/a"]'], 'nothing'],
  ['UNSUBSCRIBE of an unknown channel', ['[6,"__proto__"]'], 'nothing'],
  [
    'a payload with __proto__',
    ['[7,"demo/a",{"__proto__":{"code":1},"constructor":{"prototype":{}}}]'],
    'nothing',
  ],
  ['receivers named __proto__', ['[7,"demo/a",1,["__proto__"],["constructor"]]'], 'nothing'],
  ['a prefix named __proto__', ['[1,"__proto__","demo/"]', '[5,"__proto__:a"]'], 'nothing'],
  ['a long list', [`[7,"demo/a",[${'1,'.repeat(30_000)}1]]`], 'nothing'],
  ['a number without end', [`[7,"demo/a",${'9'.repeat(50_000)}]`], 'nothing'],
  ['space around everything', [' [ 7 , "demo/a" , 1 ] '], 'nothing'],
  ['a thousand receivers', [`[7,"demo/a","x",${many(1000)}]`], 'nothing'],
];

async function reactionTo(messages: readonly string[]): Promise<Reaction> {
  const client = await RawWebSocket.open(server().webSocketUrl());
  for (const message of messages) client.sendText(message);
  client.sendText('[2,"the end","of it"]');
  await until(
    () => client.ended || client.closeFrame || client.texts.some((one) => one.startsWith('[4,"the end"')),
  );
  const errors = client.texts.filter((one) => one.startsWith('[4,') && !one.startsWith('[4,"the end"'));
  const { closeFrame } = client;
  client.destroy();
  if (closeFrame === undefined) return errors.length > 0 ? 'error' : 'nothing';
  expect(closeFrame.code).toBe(4501);
  expect(closeFrame.reason).toMatch(/^malformed message: /);
  return 'closed';
}

/** Octets after the handshake, and the codes that may answer them; none where the connection may just end. */
const FRAMES: readonly (readonly [name: string, octets: readonly Buffer[], codes: readonly number[]])[] = [
  ['a binary message', [frameOf(OPCODE.binary, Buffer.from('[5,"demo/a"]'))], [1003]],
  ['a reserved bit', [frameOf(OPCODE.text, Buffer.from('x'), { rsv: 4 })], [1002]],
  ['a reserved data frame', [frameOf(3, Buffer.from('x'))], [1002]],
  ['a reserved control frame', [frameOf(11, Buffer.from('x'))], [1002]],
  ['a frame without mask', [Buffer.from([0x81, 1, 0x78])], [1002]],
  ['a long ping', [frameOf(OPCODE.ping, Buffer.alloc(126))], [1002]],
  ['a ping in pieces', [frameOf(OPCODE.ping, Buffer.alloc(1), { fin: false })], [1002]],
  ['a continuation of nothing', [frameOf(OPCODE.continuation, Buffer.from('x'))], [1002]],
  ['a message within a message', [frameOf(1, Buffer.from('x'), { fin: false }), text('y')], [1002]],
  ['text that is not UTF-8', [text(Buffer.from([0xc3, 0x28]))], [1007]],
  ['half a surrogate pair in octets', [text(Buffer.from([0xed, 0xa0, 0x80]))], [1007]],
  ['a message over the limit', [text('x'.repeat(70_000))], [1009]],
  [
    'a length of 2^63',
    [Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0])],
    [1009],
  ],
  [
    'a length of 2^64',
    [Buffer.from([0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0])],
    [1009, 1002],
  ],
  ['a closing code that may not be sent', [frameOf(OPCODE.close, Buffer.from([3, 238]))], [1002]],
  ['a closing code of one octet', [frameOf(OPCODE.close, Buffer.from([3]))], [1002]],
  ['a closing code out of range', [frameOf(OPCODE.close, Buffer.from([0xff, 0xff]))], [1002]],
  ['a reason that is not UTF-8', [frameOf(OPCODE.close, Buffer.from([3, 232, 0xc3, 0x28]))], [1007]],
  [
    'pieces without end',
    [
      frameOf(1, Buffer.alloc(0), { fin: false }),
      ...Array.from({ length: 20_000 }, () => frameOf(0, Buffer.alloc(1), { fin: false })),
    ],
    [1008, 1009],
  ],
  ['another request', [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')], [1002]],
];

const PLAIN = { Upgrade: undefined, Connection: undefined };

/** Requests that are no handshake, and the statuses that may answer them; 0 where the connection may just end. */
const HANDSHAKES: readonly (readonly [name: string, handshake: RawHandshake, statuses: readonly number[]])[] =
  [
    ['no key', { headers: { 'Sec-WebSocket-Key': undefined } }, [400]],
    ['a short key', { headers: { 'Sec-WebSocket-Key': 'AAAA' } }, [400]],
    ['an old version', { headers: { 'Sec-WebSocket-Version': '7' } }, [400, 426]],
    ['no version', { headers: { 'Sec-WebSocket-Version': undefined } }, [400, 426]],
    ['POST', { requestLine: 'POST /ws HTTP/1.1' }, [400, 405]],
    ['HTTP/1.0', { requestLine: 'GET /ws HTTP/1.0' }, [400, 404, 426]],
    ['a method in small letters', { requestLine: 'get /ws HTTP/1.1' }, [400]],
    ['no URL', { requestLine: 'GET http:// HTTP/1.1' }, [400]],
    ['two slashes', { requestLine: 'GET // HTTP/1.1' }, [400, 404]],
    ['a URL that cannot be', { requestLine: 'GET ws://[::bad HTTP/1.1' }, [400]],
    ['an asterisk', { requestLine: 'GET * HTTP/1.1' }, [400, 404]],
    ['two slashes without an upgrade', { requestLine: 'GET // HTTP/1.1', headers: PLAIN }, [400, 404]],
    [
      'a URL that cannot be without an upgrade',
      { requestLine: 'GET http://[ HTTP/1.1', headers: PLAIN },
      [400],
    ],
    ['an asterisk without an upgrade', { requestLine: 'OPTIONS * HTTP/1.1', headers: PLAIN }, [400, 404]],
    ['no request', { requestLine: 'hello' }, [400]],
    ['a header without colon', { headers: { 'X Y': 'z' } }, [400]],
    ['headers over 16 KiB', { headers: { 'X-Long': 'x'.repeat(20_000) } }, [400, 431]],
    [
      '2,100 headers',
      { headers: Object.fromEntries(Array.from({ length: 2100 }, (_, i) => [`h${i}`, 'x'])) },
      [101, 400, 431],
    ],
    ['commas for sub-protocols', { headers: { 'Sec-WebSocket-Protocol': ','.repeat(5000) } }, [400]],
    ['commas for extensions', { headers: { 'Sec-WebSocket-Extensions': ','.repeat(5000) } }, [101, 400]],
    ['an origin of spaces', { headers: { Origin: ' '.repeat(5000) } }, [101, 403]],
    ['two lengths', { headers: { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' } }, [400]],
    ['a ticket that is none', { requestLine: 'GET /ws?ticket=%E0%A4%A HTTP/1.1' }, [101, 400, 401]],
    ['a ticket of 12 KB', { requestLine: `GET /ws?ticket=${'a'.repeat(12_000)} HTTP/1.1` }, [101, 400, 401]],
  ];

async function guarded(action: () => Promise<void>): Promise<void> {
  const before: Health = await takeHealth(server());
  try {
    await action();
    await expectHealth(server(), before);
  } finally {
    before.witness.socket.destroy();
    await until(async () => (await server().metric('signalbox_sessions')) === 0);
  }
}

describe('malformed input of the references', () => {
  it('as messages is answered as each deserves, and harms nobody', async () => {
    await guarded(async () => {
      const reactions: Record<string, Reaction> = {};
      for (const [name, messages] of MESSAGES) reactions[name] = await reactionTo(messages);
      expect(reactions).toEqual(Object.fromEntries(MESSAGES.map(([name, , reaction]) => [name, reaction])));
    });
  });

  it('as frames ends the connection with the code for it, and harms nobody', async () => {
    await guarded(async () => {
      const wrong: unknown[] = [];
      for (const [name, octets, codes] of FRAMES) {
        const client = await RawWebSocket.open(server().webSocketUrl());
        for (const some of octets) client.socket.write(some);
        await until(() => client.closeFrame ?? client.ended);
        const code = client.closeFrame?.code;
        if (code === undefined || !codes.includes(code)) wrong.push([name, code]);
        client.destroy();
      }
      expect(wrong).toEqual([]);
    });
  });

  it('as handshakes is refused, and harms nobody', async () => {
    await guarded(async () => {
      const wrong: unknown[] = [];
      for (const [name, handshake, statuses] of HANDSHAKES) {
        const client = await RawWebSocket.open(server().webSocketUrl(), handshake);
        if (!statuses.includes(client.status)) wrong.push([name, client.status, client.head]);
        client.destroy();
      }
      expect(wrong).toEqual([]);
    });
  });

  it('reads a message that came with the handshake, however it is cut', async () => {
    await guarded(async () => {
      const message = text('[2,"early","bird"]');
      for (let cut = 0; cut <= message.length; cut++) {
        const client = await RawWebSocket.open(server().webSocketUrl(), { after: message.subarray(0, cut) });
        client.socket.write(message.subarray(cut));
        await until(() => client.texts.length === 2);
        client.destroy();
      }
    });
  });

  it('is counted', async () => {
    expect(await server().metric('signalbox_malformed_messages_total')).toBeGreaterThan(30);
  });
});
