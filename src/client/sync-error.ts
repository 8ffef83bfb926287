import type { Refusal } from './codec.js';

/** What a `SyncError` may carry beside its code and message. */
export interface SyncErrorDetails {
  readonly channel?: string | undefined;
  readonly hint?: string | undefined;
  readonly event?: string | undefined;
  readonly status?: number | undefined;
  readonly request?: string | undefined;
  readonly payload?: unknown;
  readonly cause?: unknown;
}

/** Something that went wrong in the client, or that the server refused. */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  /** A stable word: one of the server's error codes, or one of the client's own that the docs list. */
  readonly code: string;
  readonly channel: string | undefined;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** The hook of the topic handler that refused, as `onSubscribe` or `onPublish`. */
  readonly event: string | undefined;
  /** The HTTP status that fits the code, or the close code of a connection. */
  readonly status: number | undefined;
  /** Names the refused request: the server's log explains it under the same id. */
  readonly request: string | undefined;
  /** What a procedure of another session adds to its error. */
  readonly payload: unknown;

  constructor(code: string, message: string, details: SyncErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.channel = details.channel;
    this.hint = details.hint;
    this.event = details.event;
    this.status = details.status;
    this.request = details.request;
    this.payload = details.payload;
  }
}

/** A refusal by the server as an error. */
export function errorOf({ code, message, ...details }: Refusal, channel?: string): SyncError {
  return new SyncError(code, message, { channel, ...details });
}
