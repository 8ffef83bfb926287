/** A publication that the server refused, or that did not reach it. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  /** One of the server's error codes, or `unreachable` or `bad_response`. */
  readonly code: string;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** The HTTP status; undefined if there was no response, or for one message of a batch. */
  readonly status: number | undefined;

  constructor(
    code: string,
    message: string,
    details: { hint?: string | undefined; status?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.status = details.status;
  }
}
