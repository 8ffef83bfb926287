import type { Connection } from '../../core/connection.js';
import { RouterError } from '../../core/errors.js';
import { Payload } from '../../core/payload.js';
import { MESSAGE } from './codec.js';
import type { Serializer } from './serializer.js';
import { ERROR_URIS } from './uris.js';

/** What goes out to one peer: outside of sessions, or from one session and no longer than that lasts. */
export class Wire {
  readonly connection: Connection;
  readonly serializer: Serializer;
  #closed = false;

  constructor(connection: Connection, serializer: Serializer) {
    this.connection = connection;
    this.serializer = serializer;
  }

  /** A message: its list up to the arguments, and these. */
  send(head: readonly unknown[], payload?: Payload): void {
    if (!this.#closed) this.connection.send(this.serializer.encode(head, payload));
  }

  /** Sends nothing more: what was under way when a session ended is of no interest to the one after it. */
  close(): void {
    this.#closed = true;
  }

  /** An ERROR that says in its details what other protocols say, too. [WAMP2 §ERROR] */
  refuse(type: number, request: number, cause: unknown): void {
    const error = RouterError.from(cause);
    const head = [MESSAGE.ERROR, type, request, errorDetails(error), ERROR_URIS[error.code]];
    this.send(head, Payload.ofArguments({ list: [error.message] }));
  }
}

/** A refusal in the details of a message, in the words of all protocols. */
export function errorDetails({ code, status, message, hint, request }: RouterError): Record<string, unknown> {
  return { code, status, message, hint, ...(request !== undefined && { request }) };
}
