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
  declare readonly code: string;
  declare readonly channel: string | undefined;
  /** What to do about it. */
  declare readonly hint: string | undefined;
  /** The hook of the topic handler that refused, as `onSubscribe` or `onPublish`. */
  declare readonly event: string | undefined;
  /** The HTTP status that fits the code, or the close code of a connection. */
  declare readonly status: number | undefined;
  /** Names the refused request: the server's log explains it under the same id. */
  declare readonly request: string | undefined;
  /** What a procedure of another session adds to its error. */
  declare readonly payload: unknown;

  constructor(code: string, message: string, { cause, ...details }: SyncErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, details, { code });
  }
}

/** A refusal by the server as an error. */
export function errorOf({ code, message, ...details }: Refusal, channel?: string): SyncError {
  return new SyncError(code, message, { channel, ...details });
}
