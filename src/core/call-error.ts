import { Payload } from './payload.js';
import type { CallFailure } from './rpc.js';

const BRAND = Symbol.for('signalbox.CallError');

/** What an error of a procedure carries. */
export interface CallErrorDetails {
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * An error that a procedure has a name of its own for, such as `com.example.error.out_of_stock`. A procedure throws it,
 * and the caller gets name and arguments untouched.
 */
export class CallError extends Error {
  readonly [BRAND] = true;
  override readonly name = 'CallError';
  readonly uri: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>> | undefined;

  /** The message is the first argument, where it is a text. */
  constructor(uri: string, { args = [], kwargs }: CallErrorDetails = {}) {
    super(typeof args[0] === 'string' ? args[0] : uri);
    this.uri = uri;
    this.args = args;
    this.kwargs = kwargs;
  }

  /** The error that arrived as this. */
  static of({ uri, payload }: CallFailure): CallError {
    const { list, map } = payload.arguments;
    return new CallError(uri, { args: list, kwargs: map });
  }
}

/** As the caller is told it. */
export function failureOf({ uri, args, kwargs }: CallError): CallFailure {
  return { uri, payload: Payload.ofArguments({ list: args, map: kwargs }) };
}

/** True for errors of any copy of this package, which `instanceof` would not be. */
export function isCallError(value: unknown): value is CallError {
  return typeof value === 'object' && value !== null && BRAND in value;
}
