import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';

const PUBLISHERS = 2;
const CONSUMERS = 2;
/** Messages of one publisher that no receipt has come for yet. */
const WINDOW = 100;
const PATIENCE_MS = 30_000;
const BODY = 'x'.repeat(100);
const ACK_HEADER = /\nack:([^\n]*)\n/;
const BODY_NUMBER = /\n\n(\d+) /;

/** Publishers that want a receipt for each message, and consumers that acknowledge each message, at one queue. */
export class QueueLoad {
  #publishers = [];
  #consumers = [];
  #unconfirmed = [];
  #sent = 0;
  #confirmed = 0;
  /** For each message how often it came. */
  #seen = new Uint8Array(1 << 20);
  #consumed = 0;
  #destination;
  #headers;

  static async start({ destination, persistent, ...how }) {
    const load = new QueueLoad();
    load.#destination = destination;
    load.#headers = persistent ? { persistent: 'true' } : {};
    for (let n = 0; n < CONSUMERS; n++) load.#consumers.push(await load.#consumer(how));
    for (let n = 0; n < PUBLISHERS; n++) load.#publishers.push(await load.#publisher(n, how));
    return load;
  }

  /** Goes on until it is over and all is consumed; answers how many messages that were. */
  async run(isOver) {
    const before = this.#sent;
    while (!isOver()) {
      for (const [n, publisher] of this.#publishers.entries()) {
        while (this.#unconfirmed[n] < WINDOW) this.#send(n, publisher);
      }
      await sleep(0);
    }
    await this.#settled();
    return this.#sent - before;
  }

  async #consumer(how) {
    const client = await Client.connect(how);
    const joined = new Promise((resolve) => (client.onFrame = resolve));
    const headers = { id: 's', destination: this.#destination, ack: 'client-individual', receipt: 'r' };
    client.send('SUBSCRIBE', { ...headers, 'prefetch-count': '100' });
    const answer = await joined;
    if (!answer.startsWith('RECEIPT\n')) throw new Error(answer);
    client.onFrame = (frame) => this.#message(client, frame);
    return client;
  }

  async #publisher(n, how) {
    const client = await Client.connect(how);
    this.#unconfirmed[n] = 0;
    client.onFrame = (frame) => {
      if (!frame.startsWith('RECEIPT\n')) throw new Error(frame);
      this.#confirmed++;
      this.#unconfirmed[n]--;
    };
    return client;
  }

  #send(n, publisher) {
    const number = ++this.#sent;
    this.#unconfirmed[n]++;
    const headers = { destination: this.#destination, receipt: number, ...this.#headers };
    publisher.send('SEND', headers, `${number} ${BODY}`);
  }

  #message(client, frame) {
    const [, id] = ACK_HEADER.exec(frame) ?? [];
    if (id === undefined) throw new Error(frame);
    client.send('ACK', { id });
    const [, number] = BODY_NUMBER.exec(frame);
    if (++this.#seen[number % this.#seen.length] > 1 + Math.floor(this.#sent / this.#seen.length))
      throw new Error(`message ${number} came twice`);
    this.#consumed++;
  }

  async #settled() {
    const end = Date.now() + PATIENCE_MS;
    while (this.#confirmed < this.#sent || this.#consumed < this.#sent) {
      if (Date.now() > end) throw new Error('messages were lost');
      await sleep(1);
    }
  }
}
