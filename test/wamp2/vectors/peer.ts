import { setTimeout as sleep } from 'node:timers/promises';
import { fromWire, type Message, toWire } from './format.js';
import { openTransport, type Transport } from './transport.js';
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
  readonly #wire: Wire;
  #transport: Transport | undefined;
  #saidGoodbye = false;

  private constructor(wire: Wire) {
    this.#wire = wire;
  }

  static async open(url: string, wire: Wire): Promise<VectorPeer> {
    const peer = new VectorPeer(wire);
    peer.#transport = await openTransport(url, wire, {
      message: (octets) => peer.#take(read(octets, wire)),
      closed: (code) => peer.#take({ type: 'CLOSED', ...(code !== undefined && { code }) }),
    });
    return peer;
  }

  get isOpen(): boolean {
    return this.#transport?.isOpen === true;
  }

  /** Whether either side has ended the session. */
  get hasEnded(): boolean {
    return this.#saidGoodbye || this.received.some(({ message }) => ENDS.has(message.type));
  }

  send(message: Message): void {
    if (message.type === 'GOODBYE') this.#saidGoodbye = true;
    this.#transport?.send(this.#wire.encode(toWire(message)));
  }

  /** Ends without a word. */
  vanish(): void {
    this.#transport?.vanish();
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
