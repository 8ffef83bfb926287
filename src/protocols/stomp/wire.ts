import type { Connection } from '../../core/connection.js';
import { Frame } from '../../core/frame.js';
import type { Guest } from '../../core/protocol.js';
import type { StompVersion } from './version.js';
import { type FrameForm, type HeaderPair, writeFrame } from './write-frame.js';

/** An end of line between frames says that its sender is there. [STOMP 1.2 §Heart-beating] */
const BEAT = new Frame(Buffer.from('\n'));
const BINARY_BEAT = new Frame(Buffer.from('\n'), true);

/** What goes out to one peer, in its version and its kind of message. */
export class Wire {
  readonly connection: Connection;
  readonly #trailingLf: boolean;
  #form: FrameForm;
  #met = false;
  #binary = false;
  #closed = false;

  constructor(connection: Connection, { trailingLf }: { readonly trailingLf: boolean }) {
    this.connection = connection;
    this.#trailingLf = trailingLf;
    this.#form = { version: undefined, trailingLf };
  }

  /** Undefined until it is agreed on. */
  get version(): StompVersion | undefined {
    return this.#form.version;
  }

  /** How frames are written. */
  get form(): FrameForm {
    return this.#form;
  }

  /** Whether all that goes out is binary messages. */
  get binary(): boolean {
    return this.#binary;
  }

  /** Whether nothing reaches the peer any more. */
  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
  }

  agree(version: StompVersion): void {
    this.#form = { version, trailingLf: this.#trailingLf };
  }

  /** Something came. Who names no sub-protocol and begins in binary may know no text, as a player of Flash. */
  meet(binary: boolean, { subprotocol }: Pick<Guest, 'subprotocol'>): void {
    if (this.#met) return;
    this.#met = true;
    this.#binary = binary && subprotocol === undefined && this.connection.transport === 'websocket';
  }

  send(command: string, headers: readonly HeaderPair[], body?: Buffer): void {
    this.connection.send(this.fit(writeFrame(command, headers, body, this.#form)));
  }

  /** [STOMP 1.2 §RECEIPT] */
  acknowledge(receipt: string, more: readonly HeaderPair[] = []): void {
    this.send('RECEIPT', [['receipt-id', receipt], ...more]);
  }

  beat(): void {
    this.connection.send(this.#binary ? BINARY_BEAT : BEAT);
  }

  /** The frame as this peer can read it. */
  fit(frame: Frame): Frame {
    return this.#binary && !frame.binary ? new Frame(frame.bytes, true) : frame;
  }
}
