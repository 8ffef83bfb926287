/** A call with more than a name and arguments. */
export interface CallRequest {
  readonly procedure: string;
  /** Arguments by position. */
  readonly args?: readonly unknown[];
  /** Arguments by name. */
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds to the answer, or from one part of it to the next; without it `callTimeout`; 0 for no end. */
  readonly timeout?: number | undefined;
  /** Cancels the call when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Receives the parts of the result that come before its end, where the procedure sends such. */
  readonly onProgress?: ((part: unknown) => void) | undefined;
}
