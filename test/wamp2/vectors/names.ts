import { isDeepStrictEqual } from 'node:util';
import type { Message } from './format.js';

const NAME = /^<(.+)>$/s;
/** What is always dictionaries that a router may add to. */
const OPEN = new Set(['details', 'options', 'extra']);
const KINDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  any: () => true,
  integer: Number.isSafeInteger,
  string: (value) => typeof value === 'string',
  time: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};

/** The values that names of a vector stand for, most of them chosen by the router while it is played. */
export class Names {
  readonly #values = new Map<string, unknown>();

  set(name: string, value: unknown): void {
    this.#values.set(name, value);
  }

  get(name: string): unknown {
    if (!this.#values.has(name)) throw new Error(`nothing has been received for <${name}> yet`);
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** A value with its names replaced. */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value === 'string') {
      const name = NAME.exec(value)?.[1];
      return name === undefined ? value.replaceAll('{run}', String(this.get('run'))) : this.get(name);
    }
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolve(item)]));
  }

  /** Why a message is not the expected one; undefined if it is, and then its names are bound. */
  match(expected: Message, actual: Message): string | undefined {
    const bound = new Map<string, unknown>();
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    for (const key of keys) {
      const isLenient = expected[key] === undefined && (OPEN.has(key) || expected['lenient'] === true);
      if (isLenient || key === 'lenient') continue;
      const fault = this.#compare(expected[key], actual[key], { path: key, open: OPEN.has(key), bound });
      if (fault !== undefined) return fault;
    }
    for (const [name, value] of bound) this.#values.set(name, value);
    return undefined;
  }

  #compare(expected: unknown, actual: unknown, at: Place): string | undefined {
    const name = typeof expected === 'string' ? NAME.exec(expected)?.[1] : undefined;
    if (name !== undefined) return this.#compareName(name, actual, at);
    if (isMap(expected)) return this.#compareMap(expected, actual, at);
    if (Array.isArray(expected) && Array.isArray(actual)) return this.#compareList(expected, actual, at);
    const wanted = this.resolve(expected);
    return isDeepStrictEqual(wanted, actual) || isBlank(wanted, actual)
      ? undefined
      : `${at.path} is ${show(actual)} where ${show(wanted)} is expected`;
  }

  #compareName(name: string, actual: unknown, at: Place): string | undefined {
    if (name === 'absent') return actual === undefined ? undefined : `${at.path} is ${show(actual)}`;
    const kind = KINDS[name];
    if (kind !== undefined) return kind(actual) ? undefined : `${at.path} is ${show(actual)}, not <${name}>`;
    const known = at.bound.get(name) ?? this.#values.get(name);
    if (known === undefined && actual !== undefined) at.bound.set(name, actual);
    else if (!isDeepStrictEqual(known, actual))
      return `${at.path} is ${show(actual)}, <${name}> is ${show(known)}`;
    return undefined;
  }

  #compareMap(expected: Readonly<Record<string, unknown>>, actual: unknown, at: Place): string | undefined {
    if (expected['$includes'] !== undefined)
      return this.#compareSet(expected['$includes'], actual, at, false);
    if (expected['$set'] !== undefined) return this.#compareSet(expected['$set'], actual, at, true);
    if (expected['$oneof'] !== undefined) return this.#compareChoice(expected['$oneof'], actual, at);
    if (!isMap(actual)) return `${at.path} is ${show(actual)} where a dictionary is expected`;
    const open = at.open || expected['$more'] === true;
    const keys = open
      ? Object.keys(expected)
      : [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    for (const key of keys.filter((key) => key !== '$more')) {
      const fault = this.#compare(expected[key], actual[key], { ...at, path: `${at.path}.${key}` });
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #compareList(expected: readonly unknown[], actual: readonly unknown[], at: Place): string | undefined {
    if (expected.length !== actual.length)
      return `${at.path} is ${show(actual)} where ${expected.length} are expected`;
    for (const [i, item] of expected.entries()) {
      const fault = this.#compare(item, actual[i], { ...at, path: `${at.path}[${i}]` });
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** Without regard to the order. */
  #compareSet(expected: unknown, actual: unknown, at: Place, whole: boolean): string | undefined {
    if (!Array.isArray(actual)) return `${at.path} is ${show(actual)} where a list is expected`;
    const wanted = this.resolve(expected) as readonly unknown[];
    const missing = wanted.filter((item) => !actual.some((other) => isDeepStrictEqual(item, other)));
    if (missing.length > 0) return `${at.path} lacks ${show(missing)}: ${show(actual)}`;
    return whole && actual.length !== wanted.length ? `${at.path} has more: ${show(actual)}` : undefined;
  }

  #compareChoice(choices: unknown, actual: unknown, at: Place): string | undefined {
    const faults = (choices as readonly unknown[]).map((choice) => this.#compare(choice, actual, at));
    return faults.includes(undefined) ? undefined : faults.join('; ');
  }
}

interface Place {
  readonly path: string;
  readonly open: boolean;
  readonly bound: Map<string, unknown>;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Arguments that are empty may as well be left out. [WAMP2 §Empty arguments] */
function isBlank(expected: unknown, actual: unknown): boolean {
  const empty = (value: unknown) =>
    value === undefined ||
    (Array.isArray(value) && value.length === 0) ||
    (isMap(value) && Object.keys(value).length === 0);
  return empty(expected) && empty(actual);
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
