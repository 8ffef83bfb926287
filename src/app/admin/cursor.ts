import { RouterError } from '../../core/errors.js';

/** Characters of the longest cursor: with a channel of 255 octets in it. */
const LONGEST = 2048;

/** Where a page ends: what it is ordered by, and the name of its last item. */
export interface Cursor {
  readonly by: number;
  readonly name: string;
}

export function writeCursor({ by, name }: Cursor): string {
  return Buffer.from(JSON.stringify([by, name])).toString('base64url');
}

/** Throws `bad_request` for what is no cursor. */
export function readCursor(text: string): Cursor {
  const [by, name] = text.length > LONGEST ? [] : parsed(text);
  if (typeof by === 'number' && typeof name === 'string') return { by, name };
  throw new RouterError('bad_request', 'after is not the next of an answer', {
    hint: 'send it as it came, with the same order',
  });
}

function parsed(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
