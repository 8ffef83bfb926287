import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { fromWire, type Message, toWire } from './format.js';
import type { Wire } from './wire.js';

const POLL_MS = 2;
const ENDS = new Set(['GOODBYE', 'ABORT', 'CLOSED']);

/** What was received, where in the order, and whether a step has taken it. */
export interface Received {
  readonly at: number;
  readonly message: Message;
  taken: boolean;
}

/** One transport to the router under test. Says and hears messages, and knows nothing of what they mean. */
export class VectorPeer {
  readonly received: Received[] = [];
  readonly #socket: WebSocket;
  readonly #wire: Wire;
  #saidGoodbye = false;

  private constructor(socket: WebSocket, wire: Wire) {
    this.#socket = socket;
    this.#wire = wire;
    socket.on('message', (data: Buffer) => this.#take(read(data, wire)));
    socket.on('close', (code) => this.#take({ type: 'CLOSED', code }));
    socket.on('error', () => undefined);
  }

  static async open(url: string, wire: Wire): Promise<VectorPeer> {
    const socket = new WebSocket(url, wire.subprotocol);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new VectorPeer(socket, wire);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Whether either side has ended the session. */
  get hasEnded(): boolean {
    return this.#saidGoodbye || this.received.some(({ message }) => ENDS.has(message.type));
  }

  send(message: Message): void {
    if (message.type === 'GOODBYE') this.#saidGoodbye = true;
    this.#socket.send(this.#wire.encode(toWire(message)));
  }

  /** Ends without a word. */
  vanish(): void {
    this.#socket.terminate();
  }

  /** The first message that has not been taken and is wanted; waits for it. Undefined when none comes in time. */
  async next(wanted: (message: Message) => boolean, patience: number): Promise<Received | undefined> {
    const end = Date.now() + patience;
    for (;;) {
      const found = this.received.find(({ message, taken }) => !taken && wanted(message));
      if (found !== undefined) found.taken = true;
      if (found !== undefined || Date.now() > end) return found;
      await sleep(POLL_MS);
    }
  }

  #take(message: Message): void {
    this.received.push({ at: this.received.length, message, taken: false });
  }
}

/** What cannot be read is a message, too: one that no step expects. */
function read(data: Buffer, wire: Wire): Message {
  try {
    return fromWire(wire.decode(data));
  } catch (error) {
    return { type: 'UNREADABLE', octets: data.toString('hex'), fault: String(error) };
  }
}
