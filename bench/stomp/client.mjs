import { connect } from 'node:net';
import { WebSocket } from 'ws';

const NUL = 0;

/** A frame as a client writes it. */
function frameOf(command, headers, body) {
  let head = `${command}\n`;
  for (const name in headers) head += `${name}:${headers[name]}\n`;
  return `${head}\n${body}\0`;
}

/** One STOMP 1.2 session that makes load. What it costs does not count: it is another process than the server's. */
export class Client {
  /** Frames that came since `becomeDeaf`; they are counted by their NULs and not read. */
  heard = 0;
  /** The octets that came last. */
  last = Buffer.alloc(0);
  /** Told of each frame as text. */
  onFrame = () => undefined;
  #write;
  #socket;
  #waiting = [];
  #isCorked = false;
  #receive = (octets) => this.#split(octets);

  /** Resolves when it is connected, over TCP or WebSocket. */
  static async connect({ tcp, webSocket, over }) {
    const client = new Client();
    await (over === 'tcp' ? client.#openTcp(tcp) : client.#openWebSocket(webSocket));
    const connected = new Promise((resolve) => (client.onFrame = resolve));
    client.send('CONNECT', { 'accept-version': '1.2', host: '/' });
    const answer = await connected;
    if (!answer.startsWith('CONNECTED\n')) throw new Error(`not connected: ${answer}`);
    return client;
  }

  /** What is sent in one turn goes out in one write, so that the load is not the slower side. */
  send(command, headers, body = '') {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#write(frameOf(command, headers, body));
  }

  /** After this everything that comes counts as a message, and is not read. */
  becomeDeaf() {
    this.#receive = (octets) => {
      for (let at = octets.indexOf(NUL); at !== -1; at = octets.indexOf(NUL, at + 1)) this.heard++;
      this.last = octets;
    };
  }

  async #openTcp(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#write = (frame) => this.#socket.write(frame);
    this.#socket.on('data', (octets) => this.#receive(octets));
    await new Promise((resolve, reject) => this.#socket.once('connect', resolve).once('error', reject));
  }

  async #openWebSocket(url) {
    const socket = new WebSocket(url, 'v12.stomp', { perMessageDeflate: false });
    this.#write = (frame) => socket.send(frame);
    socket.on('message', (octets) => this.#receive(octets));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    this.#socket = socket._socket;
  }

  #split(octets) {
    let start = 0;
    for (let end = octets.indexOf(NUL); end !== -1; end = octets.indexOf(NUL, start)) {
      this.#waiting.push(octets.subarray(start, end));
      const frame = Buffer.concat(this.#waiting.splice(0)).toString('latin1').trimStart();
      start = end + 1;
      this.onFrame(frame);
    }
    if (start < octets.length) this.#waiting.push(octets.subarray(start));
  }
}
