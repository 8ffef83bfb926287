import { RouterError } from '../../../core/errors.js';
import type { Match } from '../../../core/match.js';
import type { CallEvent } from '../../../core/rpc.js';

/** Reads the arguments of meta procedures. Each function throws `bad_request` for what is of the wrong kind. */
export class MetaArguments {
  readonly #call: CallEvent;

  constructor(call: CallEvent) {
    this.#call = call;
  }

  /** An id of any scope. */
  id(index: number): number {
    const value = this.#call.args[index];
    if (Number.isInteger(value)) return value as number;
    throw wrong(`argument ${index + 1} must be an id`);
  }

  text(index: number): string {
    const value = this.#call.args[index];
    if (typeof value === 'string') return value;
    throw wrong(`argument ${index + 1} must be a text`);
  }

  /** The list at a position; undefined where there is none. */
  texts(index: number): readonly string[] | undefined {
    const value = this.#call.args[index];
    if (value == null) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw wrong(`argument ${index + 1} must be a list of texts`);
  }

  /** The way of matching that options at a position name. */
  match(index: number): Match {
    const { match = 'exact' } = (this.#call.args[index] ?? {}) as { readonly match?: unknown };
    if (match === 'exact' || match === 'prefix' || match === 'wildcard') return match;
    throw wrong('match must be exact, prefix or wildcard');
  }

  /** Undefined where it is not given. */
  named(name: string): string | undefined {
    const value = this.#call.kwargs[name];
    if (value == null || typeof value === 'string') return value ?? undefined;
    throw wrong(`${name} must be a text`);
  }

  /** Octets of them all. */
  get size(): number {
    return this.#call.payload.size;
  }

  get kwargs(): CallEvent['kwargs'] {
    return this.#call.kwargs;
  }

  get args(): CallEvent['args'] {
    return this.#call.args;
  }
}

export function wrong(message: string): RouterError {
  return new RouterError('bad_request', message);
}
