import type { Match } from '../../core/match.js';
import { Wamp2Error } from './codec.js';
import type { Passthru } from './messages.js';

/** The most ids or texts in one list, and attributes of one passthru. */
const MAX_ITEMS = 1000;
const MAX_ID = 2 ** 53;

/** Ways of encryption known to the older form of passthru; others begin with `x_`. */
const ALGORITHMS = ['cryptobox', 'mqtt', 'xbr'];

/**
 * The options or details of one message. An attribute that is absent, or `null`, is undefined; one of the wrong kind
 * throws a `Wamp2Error` that names it; those nobody asks for are passed over. [WAMP2 §Extensibility]
 */
export class Attributes {
  readonly #owner: string;
  readonly #values: Readonly<Record<string, unknown>>;

  /** `owner` names them in errors, as in `PUBLISH.Options`. */
  constructor(owner: string, value: unknown) {
    this.#owner = owner;
    this.#values = asRecord(value, owner);
  }

  /** Whether there are none at all. */
  get isEmpty(): boolean {
    for (const _ in this.#values) return false;
    return true;
  }

  flag(name: string): boolean | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.#wrong(name, 'a boolean');
  }

  text(name: string): string | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'string') return value;
    throw this.#wrong(name, 'a string');
  }

  flagOrText(name: string): boolean | string | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'boolean' || typeof value === 'string') return value;
    throw this.#wrong(name, 'a boolean or a string');
  }

  /** A whole number from 0 to 2^53. */
  integer(name: string): number | undefined {
    const value = this.#get(name);
    if (value === undefined || isId(value)) return value;
    throw this.#wrong(name, 'a whole number from 0 to 2^53');
  }

  texts(name: string): readonly string[] | undefined {
    return this.#list(name, isText, 'a list of strings');
  }

  /** Session ids as texts. */
  ids(name: string): readonly string[] | undefined {
    return this.#list(name, isId, 'a list of session ids')?.map(String);
  }

  record(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.#get(name);
    return value === undefined ? undefined : asRecord(value, `${this.#owner}.${name}`);
  }

  match(): Match {
    const value = this.#get('match') ?? 'exact';
    if (value === 'exact' || value === 'prefix' || value === 'wildcard') return value;
    throw this.#wrong('match', 'exact, prefix or wildcard');
  }

  /** The attributes of payload passthru, in the form of today and in the older one. */
  passthru(): Passthru | undefined {
    this.#checkAlgorithm();
    const names = Object.keys(this.#values).filter(isPassthru);
    if (names.length === 0) return undefined;
    if (names.length > MAX_ITEMS) throw this.#wrong('ppt_*', `at most ${MAX_ITEMS} attributes`);
    const given = names.map((name) => [name, this.text(name)] as const);
    return Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  /** Checks the attributes of links between routers and of ledgers, which are of no use here. */
  checkForeign(): void {
    this.text('transaction_hash');
    const hops = this.#list('forward_for', isRecord, 'a list of sessions') ?? [];
    for (const hop of hops) {
      const attributes = new Attributes(`${this.#owner}.forward_for`, hop);
      attributes.integer('session');
      attributes.text('authid');
      attributes.text('authrole');
    }
  }

  #checkAlgorithm(): void {
    const algorithm = this.text('enc_algo');
    if (algorithm === undefined || algorithm.startsWith('x_') || ALGORITHMS.includes(algorithm)) return;
    throw this.#wrong('enc_algo', `${ALGORITHMS.join(', ')} or x_*`);
  }

  #list<Item>(
    name: string,
    isItem: (value: unknown) => value is Item,
    kind: string,
  ): readonly Item[] | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.#wrong(name, kind);
    if (value.length > MAX_ITEMS) throw this.#wrong(name, `${kind}, of at most ${MAX_ITEMS}`);
    if (!value.every(isItem)) throw this.#wrong(name, kind);
    return value;
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  #wrong(name: string, kind: string): Wamp2Error {
    return new Wamp2Error(`${this.#owner}.${name} must be ${kind}`);
  }
}

/** An id of any scope. Throws a `Wamp2Error` that calls it `name`. [WAMP2 §IDs] */
export function asId(value: unknown, name: string): number {
  if (isId(value)) return value;
  throw new Wamp2Error(`${name} must be a whole number from 0 to 2^53`);
}

/** Throws a `Wamp2Error` that calls it `name`. */
export function asText(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new Wamp2Error(`${name} must be a string`);
}

/** A map of names to anything. Throws a `Wamp2Error` that calls it `name`. */
export function asRecord(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw new Wamp2Error(`${name} must be a map`);
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_ID;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function isPassthru(name: string): boolean {
  return name.startsWith('ppt_') || name.startsWith('enc_');
}
