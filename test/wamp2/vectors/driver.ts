import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { announcedRoles } from './features.js';
import type { Message, Step, Vector, VectorSession } from './format.js';
import { ALONE, identified, isReply } from './identifiers.js';
import { Names } from './names.js';
import { type Received, VectorPeer } from './peer.js';
import { WIRES } from './wire.js';

export interface PlayOptions {
  /** `json`, `msgpack` or `cbor`. */
  readonly serializer?: string;
  /** In place of the realm of the vector. */
  readonly realm?: string | undefined;
  /** How long an expected message may take, in milliseconds, where its step does not say. */
  readonly patience?: number;
}

const PATIENCE_MS = 3000;
const QUIET_MS = 30;
const GOODBYE_MS = 1000;

/** Plays a vector against the router at an address. Throws at the first step that goes otherwise than it says. */
export async function playVector(url: string, vector: Vector, options: PlayOptions = {}): Promise<void> {
  const player = new Player(url, vector, options);
  try {
    await player.join();
    for (const step of vector.sequence) await player.play(step);
    await player.finish();
  } finally {
    await player.leave();
  }
}

class Player {
  readonly #url: string;
  readonly #vector: Vector;
  readonly #options: PlayOptions;
  readonly #names = new Names();
  readonly #peers = new Map<string, VectorPeer>();
  /** What each step of the router brought. */
  readonly #brought = new Map<number, Received>();
  readonly #requests = new Map<string, number>();

  constructor(url: string, vector: Vector, options: PlayOptions) {
    this.#url = url;
    this.#vector = vector;
    this.#options = options;
    this.#names.set('run', randomBytes(6).toString('hex'));
  }

  async join(): Promise<void> {
    for (const session of this.#vector.sessions) {
      if (session.join !== false) await this.#joinOne(session);
    }
  }

  async play(step: Step): Promise<void> {
    if (step.timing?.delay_ms !== undefined) await sleep(step.timing.delay_ms);
    try {
      await (step.from === 'router' ? this.#expect(step) : this.#act(step));
    } catch (error) {
      throw new Error(`step ${step.step} (${step.description}): ${(error as Error).message}`);
    }
  }

  /** Nothing may have come that no step speaks of. */
  async finish(): Promise<void> {
    await this.#settle();
    for (const id of this.#peers.keys()) {
      const rest = this.#unexpected(id);
      if (rest.length > 0) throw new Error(`${id} has also received ${JSON.stringify(rest)}`);
    }
  }

  async leave(): Promise<void> {
    const goodbye: Message = { type: 'GOODBYE', details: {}, reason: 'wamp.close.close_realm' };
    await Promise.all(
      [...this.#peers.values()].map(async (peer) => {
        if (peer.isOpen) {
          peer.send(goodbye);
          await peer.next(({ type }) => type === 'CLOSED' || type === 'GOODBYE', GOODBYE_MS);
        }
        peer.vanish();
      }),
    );
  }

  async #joinOne(session: VectorSession): Promise<void> {
    const peer = await this.#open(session.session_id);
    const { login } = session;
    const identity = login === undefined ? {} : { authid: login, authmethods: ['ticket'] };
    const details = { roles: announcedRoles(session), ...identity };
    peer.send({ type: 'HELLO', realm: this.#options.realm ?? session.realm ?? 'realm1', details });
    if (login !== undefined) {
      await this.#await(peer, 'CHALLENGE');
      peer.send({ type: 'AUTHENTICATE', signature: `ticket of ${login}, for tests`, extra: {} });
    }
    const { message } = await this.#await(peer, 'WELCOME');
    this.#names.set(session.session_id, message['session_id']);
  }

  async #open(id: string): Promise<VectorPeer> {
    const wire = WIRES[this.#options.serializer ?? 'json'];
    if (wire === undefined) throw new Error(`no serializer is named ${this.#options.serializer}`);
    const peer = await VectorPeer.open(this.#url, wire);
    this.#peers.set(id, peer);
    return peer;
  }

  async #await(peer: VectorPeer, type: string): Promise<Received> {
    const found = await peer.next(() => true, this.#patience);
    if (found?.message.type === type) return found;
    throw new Error(
      `${type} is expected, ${found === undefined ? 'nothing' : JSON.stringify(found.message)} came`,
    );
  }

  get #patience(): number {
    return this.#options.patience ?? PATIENCE_MS;
  }

  async #act({ from, message }: Step): Promise<void> {
    if (message.type === 'DISCONNECT') {
      this.#peers.get(from)?.vanish();
      await this.#peers.get(from)?.next(({ type }) => type === 'CLOSED', this.#patience);
      // What others send by their own connections must not overtake the end of this one.
      return this.#settle();
    }
    if (message.type === 'JOIN') {
      const session = this.#vector.sessions.find(({ session_id }) => session_id === from);
      if (session !== undefined) await this.#joinOne(session);
      return;
    }
    const peer = this.#peers.get(from) ?? (await this.#open(from));
    const named = identified(message, from, 'sent');
    this.#numberRequest(from, named['request_id']);
    peer.send(this.#names.resolve(named) as Message);
  }

  /** Requests of a session are numbered 1, 2, 3, whatever the vector calls them. [WAMP2 §IDs] */
  #numberRequest(from: string, id: unknown): void {
    if (typeof id !== 'string' || !id.startsWith('<request ') || this.#names.has(id.slice(1, -1))) return;
    this.#names.set(id.slice(1, -1), this.#nextRequest(from));
  }

  #nextRequest(from: string): number {
    const number = (this.#requests.get(from) ?? 0) + 1;
    this.#requests.set(from, number);
    return number;
  }

  async #expect(step: Step): Promise<void> {
    const { to, message, timing } = step;
    if (message.type === 'NOTHING') return this.#expectNothing(to);
    const peer = this.#peers.get(to);
    if (peer === undefined) throw new Error(`${to} has no connection`);
    const expected = identified(message, to, 'received');
    const found = await peer.next(this.#candidate(expected), timing?.timeout_ms ?? this.#patience);
    if (found === undefined) {
      throw new Error(`nothing came for ${message.type}; not taken: ${JSON.stringify(this.#unexpected(to))}`);
    }
    const fault = this.#names.match(expected, found.message);
    if (fault !== undefined) throw new Error(`${fault}, in ${JSON.stringify(found.message)}`);
    this.#brought.set(step.step, found);
    const before = this.#brought.get(step.after ?? 0);
    if (before !== undefined && before.at > found.at)
      throw new Error(`it came before the message of step ${step.after}`);
  }

  /** Whether a message is for this step to judge: of one subscription, registration or request they come in order. */
  #candidate(expected: Message): (message: Message) => boolean {
    const same = (message: Message, attribute: string) => {
      const name = String(expected[attribute]).slice(1, -1);
      return !this.#names.has(name) || this.#names.get(name) === message[attribute];
    };
    return (message) => {
      if (ALONE.has(message.type)) return true;
      if (isReply(expected)) return isReply(message) && same(message, 'request_id');
      const key = expected.type === 'EVENT' ? 'subscription_id' : 'registration_id';
      return message.type === expected.type && same(message, key);
    };
  }

  async #expectNothing(to: string): Promise<void> {
    await this.#settle();
    const rest = this.#unexpected(to);
    if (rest.length > 0) throw new Error(`nothing is expected, ${JSON.stringify(rest)} came`);
  }

  #unexpected(id: string): readonly Message[] {
    const received = this.#peers.get(id)?.received ?? [];
    const rest = received.filter(({ taken }) => !taken).map(({ message }) => message);
    return rest.filter(
      ({ type }) =>
        type !== 'CLOSED' ||
        !received.some(({ message }) => ALONE.has(message.type) && message.type !== 'CLOSED'),
    );
  }

  /** Makes sure that the router has handled what was sent: each session calls what nobody has registered. */
  async #settle(): Promise<void> {
    for (const [id, peer] of this.#peers) {
      if (!peer.isOpen || !this.#names.has(id) || peer.hasEnded) continue;
      const request_id = this.#nextRequest(id);
      peer.send({
        type: 'CALL',
        request_id,
        options: {},
        procedure: `vector.settle.${this.#names.get('run')}`,
      });
      const isAnswer = (message: Message) => message['request_id'] === request_id && isReply(message);
      await peer.next((message) => isAnswer(message) || message.type === 'CLOSED', this.#patience);
    }
    await sleep(QUIET_MS);
  }
}
