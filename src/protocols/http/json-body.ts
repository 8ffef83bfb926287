import { RouterError } from '../../core/errors.js';
import type { HttpRequest } from '../../core/http.js';
import { checkContentType } from './headers.js';
import { quoted } from './json-members.js';

/** Names and texts in small requests. */
const LONGEST_TEXT = 255;
const MOST_TEXTS = 1000;

/** The members of a small JSON body. Every method throws `bad_request` for what is not of its kind. */
export class JsonBody {
  readonly #members: Readonly<Record<string, unknown>>;

  /** Throws `bad_request` for what is no JSON object, or has members that nobody reads. */
  constructor(request: HttpRequest, known: readonly string[]) {
    checkContentType(request);
    this.#members = parse(request.body);
    for (const name of Object.keys(this.#members)) {
      if (!known.includes(name))
        throw wrong(`unknown key ${quoted(name)}`, `it can have ${known.join(', ')}`);
    }
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#members, name);
  }

  /** A text, or a whole number as text. */
  text(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#members[name];
    const text = Number.isSafeInteger(value) ? String(value) : value;
    if (typeof text === 'string' && text !== '' && text.length <= LONGEST_TEXT) return text;
    throw wrong(`${name} is not a text of 1 to ${LONGEST_TEXT} characters`);
  }

  texts(name: string): readonly string[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#members[name];
    const isText = (item: unknown) => typeof item === 'string' && item !== '' && item.length <= LONGEST_TEXT;
    if (Array.isArray(value) && value.length <= MOST_TEXTS && value.every(isText)) return value;
    throw wrong(`${name} is not a list of at most ${MOST_TEXTS} texts`);
  }

  flag(name: string, preset: boolean): boolean {
    const value = this.has(name) ? this.#members[name] : preset;
    if (typeof value === 'boolean') return value;
    throw wrong(`${name} is neither true nor false`);
  }
}

function parse(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch {
    // The same remedy.
  }
  throw wrong('the body is not a JSON object');
}

function wrong(message: string, hint = 'compare the request with the documentation'): RouterError {
  return new RouterError('bad_request', message, { hint });
}
