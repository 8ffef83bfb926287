import type { Admission, ConnectionListener } from '../core/connection.js';
import { DISCONNECT, type Disconnect } from '../core/errors.js';
import type { Frame } from '../core/frame.js';
import { FakeConnection } from './fake-connection.js';
import { Inbox, type Patience } from './inbox.js';
import { type Matcher, matches } from './matching.js';
import type { TestClock } from './test-clock.js';

/** A peer that speaks a wire protocol of its own writing, without a socket. */
export class WirePeer {
  /** The sub-protocol that was agreed on. */
  readonly subprotocol: string | undefined;
  readonly #connection: WireConnection;
  readonly #listener: ConnectionListener;
  readonly #inbox: Inbox<Frame>;

  constructor({ subprotocol, accept }: Admission, clock: TestClock) {
    const inbox = new Inbox<Frame>({ what: 'message', clock, view: textOf });
    this.subprotocol = subprotocol;
    this.#inbox = inbox;
    this.#connection = new WireConnection((frame) => inbox.push(frame));
    this.#listener = accept(this.#connection);
    this.#connection.listener = this.#listener;
  }

  /** Everything that it was sent, as texts. */
  get texts(): readonly string[] {
    return this.#connection.texts;
  }

  /** How the server has ended the connection; undefined while it lives. */
  get ended(): Disconnect | undefined {
    return this.#connection.ended;
  }

  /** Says something: a text, octets, or, for protocols of JSON, a list. */
  send(message: string | Buffer | readonly unknown[]): void {
    const isOctets = Buffer.isBuffer(message);
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    this.#listener.received(isOctets ? message : Buffer.from(text), isOctets);
  }

  /** The oldest message that was not read yet, or the next to come, as text. Throws `AssertionError`. */
  async next(patience?: Patience): Promise<string> {
    return textOf(await this.#inbox.expect(undefined, patience));
  }

  /**
   * The oldest unread message that matches, or the next to come that does: a text as it is, anything else as the JSON of the
   * message. Throws `AssertionError`.
   */
  async expectMessage(matcher: Matcher, patience?: Patience): Promise<string> {
    const isOfText =
      typeof matcher === 'string' || matcher instanceof RegExp || typeof matcher === 'function';
    const suits = (text: unknown) => matches(isOfText ? text : jsonOf(String(text)), matcher);
    return textOf(await this.#inbox.expect(suits, patience));
  }

  /** All has been read, and nothing more is on its way. Throws `AssertionError`. */
  expectNothing(): Promise<void> {
    return this.#inbox.expectNothing();
  }

  /** Ends the connection without a word, as a lost network does. */
  leave(): void {
    if (this.ended === undefined) this.#connection.drop(DISCONNECT.lost);
  }
}

/** Tells what it is sent. */
class WireConnection extends FakeConnection {
  readonly #sent: (frame: Frame) => void;

  constructor(sent: (frame: Frame) => void) {
    super();
    this.#sent = sent;
  }

  override send(frame: Frame): void {
    if (this.ended === undefined) this.#sent(frame);
    super.send(frame);
  }
}

function textOf({ bytes }: Frame): string {
  return bytes.toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
