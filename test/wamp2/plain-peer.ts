import { announcedRoles } from './vectors/features.js';
import type { Message } from './vectors/format.js';
import { VectorPeer } from './vectors/peer.js';
import { WIRES, type Wire } from './vectors/wire.js';

export interface JoinOptions {
  readonly realm?: string;
  /** A login of the application, proven by its ticket. */
  readonly login?: string;
  /** Features that are not announced, by role. */
  readonly without?: Readonly<Record<string, readonly string[]>>;
}

const PATIENCE_MS = 5000;

/** A session that says and hears messages by the names of their attributes. */
export class PlainPeer {
  readonly id: number;
  readonly #peer: VectorPeer;
  #requests = 0;

  private constructor(id: number, peer: VectorPeer) {
    this.id = id;
    this.#peer = peer;
  }

  static async join(url: string, { realm = 'realm1', login, without }: JoinOptions = {}): Promise<PlainPeer> {
    const peer = await VectorPeer.open(url, WIRES['json'] as Wire);
    const identity = login === undefined ? {} : { authid: login, authmethods: ['ticket'] };
    peer.send({ type: 'HELLO', realm, details: { roles: announcedRoles({ without }), ...identity } });
    if (login !== undefined) {
      await heard(peer, ({ type }) => type === 'CHALLENGE');
      peer.send({ type: 'AUTHENTICATE', signature: `ticket of ${login}, for tests`, extra: {} });
    }
    const { session_id } = await heard(peer, ({ type }) => type === 'WELCOME');
    return new PlainPeer(Number(session_id), peer);
  }

  /** The answer to a request. */
  ask(type: string, attributes: Readonly<Record<string, unknown>>): Promise<Message> {
    const request_id = ++this.#requests;
    this.#peer.send({ options: {}, ...attributes, type, request_id });
    return heard(
      this.#peer,
      (message) => message['request_id'] === request_id && message.type !== 'INVOCATION',
    );
  }

  subscribe(topic: string, options = {}): Promise<Message> {
    return this.ask('SUBSCRIBE', { topic, options });
  }

  register(procedure: string, options = {}): Promise<Message> {
    return this.ask('REGISTER', { procedure, options });
  }

  publish(topic: string, value: unknown, options = {}): Promise<Message> {
    return this.ask('PUBLISH', { topic, options: { acknowledge: true, ...options }, args: [value] });
  }

  call(procedure: string, ...args: readonly unknown[]): Promise<Message> {
    return this.ask('CALL', { procedure, args });
  }

  /** Answers the next invocation with its own arguments. */
  async echo(): Promise<void> {
    const { request_id, args } = await heard(this.#peer, ({ type }) => type === 'INVOCATION');
    this.#peer.send({ type: 'YIELD', request_id, args });
  }

  /** What has come unasked since the last time, when all that happened before has been told. */
  async news(): Promise<readonly Message[]> {
    await this.call('signalbox.identity');
    const rest = this.#peer.received.filter(({ taken }) => !taken);
    for (const each of rest) each.taken = true;
    return rest.map(({ message }) => message);
  }

  vanish(): void {
    this.#peer.vanish();
  }
}

async function heard(peer: VectorPeer, wanted: (message: Message) => boolean): Promise<Message> {
  const found = await peer.next(wanted, PATIENCE_MS);
  if (found === undefined) throw new Error('no answer came');
  return found.message;
}
