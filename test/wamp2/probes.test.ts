import { describe, expect, it, onTestFinished } from 'vitest';
import { frameOf, OPCODE, RawWebSocket } from '../support/raw-websocket.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';
import { APPLICATION } from './application.js';

const HELLO = [1, 'realm1', { roles: { publisher: {}, subscriber: {}, caller: {}, callee: {} } }];
const VIOLATION = 'wamp.error.protocol_violation';
const TOPIC = 'com.probe.topic';

describe('a peer that says what nobody should', () => {
  const server = useServer(APPLICATION);

  const open = async (subprotocol: string | undefined = 'wamp.2.json') => {
    const headers = { 'Sec-WebSocket-Protocol': subprotocol };
    const peer = new Probe(await RawWebSocket.open(server().webSocketUrl(), { headers }));
    onTestFinished(() => peer.socket.destroy());
    return peer;
  };
  const established = async () => {
    const peer = await open();
    peer.say(HELLO);
    await peer.expects([2]);
    return peer;
  };

  it('is aborted for a realm that does not exist', async () => {
    const peer = await open();
    peer.say([1, 'no.such.realm', HELLO[2]]);
    await peer.expects([3, {}, 'wamp.error.no_such_realm']);
    await peer.closed();
  });

  it('is aborted for a HELLO without roles', async () => {
    const peer = await open();
    peer.say([1, 'realm1', {}]);
    const [type, , reason] = await peer.next();
    expect([type, [VIOLATION, 'wamp.error.no_such_role'].includes(String(reason))]).toEqual([3, true]);
    await peer.closed();
  });

  it.each([
    ['SUBSCRIBE before HELLO', [32, 1, {}, TOPIC]],
    ['GOODBYE before HELLO', [6, {}, 'wamp.close.normal']],
    ['ERROR before HELLO', [8, 68, 1, {}, 'com.probe.error']],
    ['AUTHENTICATE before HELLO', [5, 'signature', {}]],
  ])('is aborted for %s', async (_, message) => {
    const peer = await open();
    peer.say(message);
    await peer.expects([3, {}, VIOLATION]);
    await peer.closed();
  });

  it.each([
    ['a second HELLO', HELLO],
    ['WELCOME', [2, 1, {}]],
    ['CHALLENGE', [4, 'ticket', {}]],
    ['AUTHENTICATE', [5, 'signature', {}]],
    ['an empty list', []],
    ['an unknown type', [99, 1, {}]],
    ['an object', { type: 32 }],
    ['EVENT, which only a router may send', [36, 1, 1, {}]],
    ['a match that there is not', [32, 1, { match: 'regex' }, TOPIC]],
    ['exclude_me that is no boolean', [16, 1, { exclude_me: 'x' }, TOPIC]],
    ['YIELD for an unknown invocation', [70, 4711, {}]],
    ['ERROR with a wrong type of request', [8, 48, 1, {}, 'com.probe.error']],
  ])('is aborted within a session for %s', async (_, message) => {
    const peer = await established();
    peer.say(message);
    await peer.expects([3, {}, VIOLATION]);
    await peer.closed();
  });

  it.each(['not JSON', '[32,1,{}', '\u0000', '{"a":1}'])('is aborted for the text %j', async (text) => {
    const peer = await established();
    peer.socket.sendText(text);
    await peer.expects([3, {}, VIOLATION]);
    await peer.closed();
  });

  it('is understood in a binary frame of wamp.2.json, as by other routers', async () => {
    const peer = await established();
    peer.socket.socket.write(frameOf(OPCODE.binary, Buffer.from(JSON.stringify([32, 1, {}, TOPIC]))));
    await peer.expects([33, 1]);
  });

  it('may leave out numbers of requests and use 0, as old clients do', async () => {
    const peer = await established();
    for (const request of [7, 0, 123456789]) {
      peer.say([32, request, {}, TOPIC]);
      await peer.expects([33, request]);
    }
  });

  it('is refused a name with an empty part', async () => {
    const peer = await established();
    peer.say([32, 1, {}, 'com..a']);
    await peer.expects([8, 32, 1, {}, 'wamp.error.invalid_uri']);
  });

  it('cannot publish a meta event', async () => {
    const [peer, listener] = [await established(), await established()];
    listener.say([32, 1, {}, 'wamp.session.on_join']);
    await listener.expects([33]);
    peer.say([16, 1, { acknowledge: true }, 'wamp.session.on_join', ['forged']]);
    await peer.expects([8, 16, 1]);
    listener.say([48, 2, {}, 'wamp.session.count']);
    await listener.expects([50, 2]);
  });

  it('cannot register a meta procedure', async () => {
    const peer = await established();
    peer.say([64, 1, {}, 'wamp.session.count']);
    await peer.expects([8, 64, 1]);
  });

  it('may begin another session on its connection after GOODBYE', async () => {
    const peer = await established();
    peer.say([6, {}, 'wamp.close.normal']);
    await peer.expects([6, {}, 'wamp.close.goodbye_and_out']);
    peer.say(HELLO);
    await peer.expects([2]);
  });

  it('sees its connection closed with 1000 after GOODBYE', async () => {
    const peer = await established();
    peer.say([6, {}, 'wamp.close.normal']);
    await peer.closed();
    expect(peer.socket.closeFrame?.code).toBe(1000);
  });

  it('speaks WAMP v1 if it names no sub-protocol', async () => {
    const headers = { 'Sec-WebSocket-Protocol': undefined };
    const peer = new Probe(await RawWebSocket.open(server().webSocketUrl(), { headers }));
    onTestFinished(() => peer.socket.destroy());
    await peer.expects([0]);
  });

  it('may write many messages into one, in wamp.2.json.batched', async () => {
    const peer = await open('wamp.2.json.batched');
    expect(peer.socket.subprotocol).toBe('wamp.2.json.batched');
    peer.socket.sendText(
      [HELLO, [32, 1, {}, TOPIC]].map((message) => `${JSON.stringify(message)}\u001e`).join(''),
    );
    await until(() => peer.socket.texts.join('').split('\u001e').length === 3);
    const [welcome, subscribed] = peer.socket.texts.join('').split('\u001e');
    expect([JSON.parse(welcome ?? '')[0], JSON.parse(subscribed ?? '')[0]]).toEqual([2, 33]);
  });
});

class Probe {
  readonly socket: RawWebSocket;
  #read = 0;

  constructor(socket: RawWebSocket) {
    this.socket = socket;
  }

  say(message: unknown): void {
    this.socket.sendText(JSON.stringify(message));
  }

  /** The message after those that were read. */
  async next(): Promise<unknown[]> {
    await until(() => this.socket.texts.length > this.#read);
    return JSON.parse(this.socket.texts[this.#read++] ?? '');
  }

  /** The next message begins so. */
  async expects(begin: readonly unknown[]): Promise<void> {
    expect((await this.next()).slice(0, begin.length)).toMatchObject(begin);
  }

  async closed(): Promise<void> {
    await until(() => this.socket.closeFrame !== undefined || this.socket.ended);
  }
}
