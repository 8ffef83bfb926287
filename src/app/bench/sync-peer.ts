import { createSync, type ProtocolName, type Sync } from '../../client/node.js';
import type { Peer, PeerListener, PeerOptions } from './peer.js';

/** A subscriber that is the client of this package. */
export class SyncPeer implements Peer {
  readonly #url: string;
  readonly #sync: Sync;
  readonly #subscribe: () => void;
  #refusal: string | undefined;

  constructor(protocol: ProtocolName | undefined, options: PeerOptions, listener: PeerListener) {
    const { url, channel, ticket, WebSocket } = options;
    const sync = createSync({ url: url.replace(/^http/, 'ws'), protocol, ticket, WebSocket });
    this.#url = url;
    this.#sync = sync;
    this.#subscribe = () => void sync.subscribe(channel, (payload) => listener.received(payload));
    sync.on('error', ({ code, message }) => {
      this.#refusal ??= `${code}: ${message}`;
    });
    sync.on('connection_lost', () => listener.lost());
    sync.on('recovered', () => listener.resumed(true));
    sync.on('gap', () => listener.resumed(false));
  }

  async open(): Promise<void> {
    const unreachable = this.#unreachable();
    this.#subscribe();
    await Promise.race([this.#subscribed(), unreachable]);
  }

  async comeBack(): Promise<void> {
    this.#sync.reconnect();
    await this.#subscribed();
  }

  close(): void {
    this.#sync.close();
  }

  /** Requests of a peer are answered in order: after an answer the subscription is there, or was refused. */
  async #subscribed(): Promise<void> {
    await this.#sync.identity().catch((error: Error) => {
      this.#refusal ??= error.message;
    });
    if (this.#refusal !== undefined) throw new Error(this.#refusal);
  }

  /** Never resolves. Rejects where the first attempt to connect fails: others would, too. */
  #unreachable(): Promise<never> {
    return new Promise((_resolve, reject) => {
      this.#sync.on('connection_lost', ({ reason, delay }) => {
        if (delay !== undefined) reject(new Error(`no connection to ${this.#url}${reason && `: ${reason}`}`));
      });
    });
  }
}
