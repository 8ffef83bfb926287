import type { Payload } from './payload.js';

/** What stands in place of a value that is not to be seen. */
export const REDACTED = '[redacted]';

/** Octets of a payload that is shown; of a larger one its size is. */
const LONGEST = 16_384;
/** Levels of lists and maps that are looked into. */
const DEPTH = 64;

export interface RedactionSettings {
  /** Whether payloads are shown at all. */
  readonly payloads: 'hidden' | 'shown';
  /** Names whose values are masked. */
  readonly redact: readonly string[];
}

/** What an operator is shown of a payload. */
export interface PayloadView {
  /** Octets. */
  readonly size: number;
  readonly contentType: string;
  /** The value with what is masked; left out where `omitted` says why. */
  readonly payload?: unknown;
  readonly omitted?: 'hidden' | 'too large' | 'binary' | 'unreadable';
}

/**
 * Masks values by the name under which they stand, at any depth. A name counts, however it is written, where it is one of those
 * named or ends with one: `userPassword` and `user-password` are passwords.
 */
export class Redaction {
  readonly #hides: boolean;
  readonly #names: readonly string[];
  /** Names come again and again. */
  readonly #known = new Map<string, boolean>();

  constructor({ payloads, redact }: RedactionSettings) {
    this.#hides = payloads === 'hidden';
    this.#names = redact.map(plain).filter((name) => name !== '');
  }

  /** The value with what is masked; never throws. */
  value(value: unknown, depth = DEPTH): unknown {
    if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
    if (value instanceof Uint8Array || depth === 0) return REDACTED;
    if (Array.isArray(value)) return value.map((item) => this.value(item, depth - 1));
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    // Not by assignment, which a member called __proto__ would turn into something else.
    return Object.fromEntries(
      entries.map(([key, item]) => [
        String(key),
        this.#isSecret(String(key)) ? REDACTED : this.value(item, depth - 1),
      ]),
    );
  }

  payload(payload: Payload): PayloadView {
    const { size, contentType } = payload;
    if (this.#hides) return { size, contentType, omitted: 'hidden' };
    if (size > LONGEST) return { size, contentType, omitted: 'too large' };
    if (!payload.isJson && !payload.isText) return { size, contentType, omitted: 'binary' };
    try {
      return { size, contentType, payload: this.value(payload.value) };
    } catch {
      return { size, contentType, omitted: 'unreadable' };
    }
  }

  #isSecret(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const bare = plain(name);
    const isSecret = this.#names.some((one) => bare.endsWith(one));
    if (this.#known.size >= 1000) this.#known.clear();
    if (name.length <= 100) this.#known.set(name, isSecret);
    return isSecret;
  }
}

/** `accessToken`, `access_token` and `Access-Token` alike. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}
