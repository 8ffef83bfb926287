import { RouterError } from './errors.js';

/**
 * A place in the history of a channel. Whoever names one was told it, so it had that publication: a store that has gone
 * back to an earlier state, or is another one, does not know it any more.
 */
export interface Position {
  /** 1 to 32 letters and digits at random; another one is another history. */
  readonly epoch: string;
  /** 0 before the first publication, and one more for each. */
  readonly offset: number;
  /** 1 to 32 letters and digits at random, of the publication there or of the beginning: nobody guesses it. */
  readonly token: string;
}

const WRITTEN = /^([0-9a-zA-Z]{1,32})\.(0|[1-9]\d{0,15})\.([0-9a-zA-Z]{1,32})$/;

/** The one text of a position in all protocols, such as `3f1c9a22.41.9be01c77d0f2`: of letters, digits and dots. */
export function writePosition({ epoch, offset, token }: Position): string {
  return `${epoch}.${offset}.${token}`;
}

/** Undefined for what is no position. */
export function readPosition(text: string): Position | undefined {
  const [, epoch, offset, token] = WRITTEN.exec(text) ?? [];
  if (epoch === undefined || token === undefined || !Number.isSafeInteger(Number(offset))) return undefined;
  return { epoch, offset: Number(offset), token };
}

/** The same of what a peer says. Throws `bad_request`. */
export function requirePosition(text: unknown): Position {
  const position = typeof text === 'string' ? readPosition(text) : undefined;
  if (position !== undefined) return position;
  throw new RouterError('bad_request', 'this is no position in a history', {
    hint: 'send a position as it was received, such as 3f1c9a22.41.9be01c77d0f2',
  });
}

export function samePosition(a: Position, b: Position): boolean {
  return a.offset === b.offset && a.token === b.token && a.epoch === b.epoch;
}

/** The beginning of a new history. */
export function newHistory(): Position {
  return { epoch: crypto.randomUUID().slice(0, 8), offset: 0, token: newToken() };
}

/** The next place. */
export function following({ epoch, offset }: Position): Position {
  return { epoch, offset: offset + 1, token: newToken() };
}

/** 48 bits. */
function newToken(): string {
  return crypto.randomUUID().slice(24);
}
