import type { Transport, TransportListener } from './transport.js';
import type { Wire } from './wire.js';

/** What was opened, and has ended once it says so. */
class LongPoll implements Transport {
  readonly #base: string;
  readonly #listener: TransportListener;
  /** Messages go one after another, as their order counts. */
  #sending: Promise<unknown> = Promise.resolve();
  isOpen = true;

  constructor(base: string, listener: TransportListener) {
    this.#base = base;
    this.#listener = listener;
    void this.#receive();
  }

  send(message: string | Uint8Array): void {
    this.#sending = this.#sending.then(() => this.#post('send', message)).catch(() => this.#end());
  }

  vanish(): void {
    if (this.isOpen) void this.#post('close').catch(() => this.#end());
  }

  /** Asks for the next message until there is an answer that says that none will come. */
  async #receive(): Promise<void> {
    for (;;) {
      const response = await this.#post('receive').catch(() => undefined);
      const octets = await response?.arrayBuffer().catch(() => undefined);
      if (response?.ok !== true || octets === undefined) return this.#end();
      if (octets.byteLength > 0) this.#listener.message(Buffer.from(octets));
    }
  }

  #end(): void {
    if (this.isOpen) this.#listener.closed();
    this.isOpen = false;
  }

  #post(action: string, body: string | Uint8Array = ''): Promise<Response> {
    return post(`${this.#base}/${action}`, body);
  }
}

export async function openLongPoll(
  { href }: URL,
  { subprotocol }: Wire,
  listener: TransportListener,
): Promise<Transport> {
  const response = await post(`${href}/open`, JSON.stringify({ protocols: [subprotocol] }));
  if (!response.ok) throw new Error(`opening is answered with ${response.status}: ${await response.text()}`);
  const { transport } = (await response.json()) as { transport: string };
  return new LongPoll(`${href}/${transport}`, listener);
}

function post(address: string, body: string | Uint8Array): Promise<Response> {
  return fetch(address, { method: 'POST', body: Buffer.from(body) });
}
