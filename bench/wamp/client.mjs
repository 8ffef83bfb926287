import { Encoder as CborEncoder } from 'cbor-x';
import { Packr } from 'msgpackr';
import { WebSocket } from 'ws';

const packr = new Packr({ useRecords: false });
const cbor = new CborEncoder({ useRecords: false });
const SERIALIZERS = {
  json: { encode: (message) => JSON.stringify(message), decode: (data) => JSON.parse(data) },
  msgpack: { encode: (message) => packr.pack(message), decode: (data) => packr.unpack(data) },
  cbor: { encode: (message) => cbor.encode(message), decode: (data) => cbor.decode(data) },
};
const ROLES = { publisher: {}, subscriber: {}, caller: {}, callee: {} };
const [HELLO, WELCOME, ERROR, EVENT, INVOCATION, YIELD] = [1, 2, 8, 36, 68, 70];

/** One WAMP v2 session that makes load. What it costs does not count: it is another process than the server's. */
export class Client {
  /** Events so far; they are counted and not read. */
  events = 0;
  #socket;
  #serializer;
  #waiting = new Map();
  #request = 0;
  #isCorked = false;
  #welcomed;

  /** Resolves when it is welcome. It answers every invocation with the sum of two arguments. */
  static async connect(port, serializer) {
    const client = new Client();
    client.#serializer = SERIALIZERS[serializer];
    client.#socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, `wamp.2.${serializer}`, {
      perMessageDeflate: false,
    });
    client.#socket.on('message', (data) => client.#message(data));
    await new Promise((resolve, reject) => {
      client.#welcomed = resolve;
      client.#socket.on('open', () => client.send([HELLO, 'realm1', { roles: ROLES }]));
      client.#socket.on('error', reject);
    });
    return client;
  }

  /** What is sent in one turn goes out in one write, so that the load is not the slower side. */
  send(message) {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket._socket.cork();
      setImmediate(() => {
        this.#isCorked = false;
        this.#socket._socket?.uncork();
      });
    }
    this.#socket.send(this.#serializer.encode(message));
  }

  nextRequest() {
    return ++this.#request;
  }

  /** Resolves to the reply; throws for an error. */
  async ask(type, ...rest) {
    const id = this.nextRequest();
    const reply = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.send([type, id, ...rest]);
    const message = await reply;
    if (message[0] === ERROR) throw new Error(`${message[4]}: ${JSON.stringify(message[3])}`);
    return message;
  }

  /** After this everything that comes counts as an event, and is not read. */
  becomeDeaf() {
    this.#socket.removeAllListeners('message');
    this.#socket.on('message', () => this.events++);
  }

  #message(data) {
    const message = this.#serializer.decode(data);
    const [type, first] = message;
    if (type === EVENT) this.events++;
    else if (type === INVOCATION) this.send([YIELD, first, {}, [message[4][0] + message[4][1]]]);
    else if (type === WELCOME) this.#welcomed();
    else this.#settle(type === ERROR ? message[2] : first, message);
  }

  #settle(id, message) {
    const resolve = this.#waiting.get(id);
    if (resolve === undefined) throw new Error(`unexpected message ${JSON.stringify(message)}`);
    this.#waiting.delete(id);
    resolve(message);
  }
}
