import type { Arguments } from './arguments.js';
import { Payload } from './payload.js';

const BRAND = Symbol.for('signalbox.Results');

/**
 * Several values as the result of a procedure: some by position, some by name. Callers whose protocol has no such thing
 * get the one value, or `{args, kwargs}`.
 */
export class Results implements Arguments {
  readonly [BRAND] = true;
  readonly list: Arguments['list'];
  readonly map: Arguments['map'];

  constructor(list: readonly unknown[], map?: Readonly<Record<string, unknown>>) {
    this.list = list;
    this.map = map;
  }
}

/** What a procedure returned, as the payload of its result: a payload as it is, nothing for `undefined`. */
export function resultOf(value: unknown): Payload {
  if (value instanceof Payload) return value;
  if (isResults(value)) return Payload.ofArguments(value);
  return Payload.ofArguments({ list: value === undefined ? [] : [value] });
}

/** True for results of any copy of this package. */
function isResults(value: unknown): value is Results {
  return typeof value === 'object' && value !== null && BRAND in value;
}
