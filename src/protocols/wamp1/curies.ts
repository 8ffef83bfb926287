import { Wamp1Error } from './codec.js';

const MAX_PREFIXES = 64;

/** The prefixes that one client declared: `prefix:rest` stands for the URI and the rest, one level deep. */
export class Curies {
  readonly #uris = new Map<string, string>();

  /** A later URI for the same prefix replaces the earlier one. Throws when there are too many. */
  declare(prefix: string, uri: string): void {
    if (this.#uris.size >= MAX_PREFIXES && !this.#uris.has(prefix)) {
      throw new Wamp1Error(`more than ${MAX_PREFIXES} prefixes`);
    }
    this.#uris.set(prefix, uri);
  }

  /** The full URI; what has no declared prefix is one already. [WAMP1 §PREFIX] */
  expand(text: string): string {
    const colon = text.indexOf(':');
    const uri = colon < 0 ? undefined : this.#uris.get(text.slice(0, colon));
    return uri === undefined ? text : uri + text.slice(colon + 1);
  }
}
