/**
 * The form of the tickets that OroSyncBundle makes: base64 of `digest;username;nonce;created`, where the digest is
 * base64 of 64 octets, the nonce 16 hexadecimal digits, and `created` what `date('c')` gives in PHP.
 */

/** The parts of a ticket that has the form. Nothing is known of their truth. */
export interface OroTicket {
  readonly digest: string;
  /** Empty for an anonymous ticket. May contain `;`. */
  readonly username: string;
  readonly nonce: string;
  /** As it was written: the digest is made of the text. */
  readonly created: string;
  /** The same in milliseconds since 1970. */
  readonly time: number;
}

/** Code units of the longest user name, as long as the column of OroPlatform. */
const LONGEST_NAME = 255;

const PARTS = /^([A-Za-z0-9+/]{86}==);(.*);([0-9a-f]{16});(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d)$/;
const CONTROL = /\p{Cc}/u;
const LEAST_SEPARATORS = 3;

/**
 * The text in a credential that is meant as such a ticket, sound or not: base64 of a line with three `;` or more.
 * Empty for a ticket in which that was encoded twice, as OroPlatform does when it authenticates a session again.
 * Undefined for everything else, so that keys and other tickets are left to others.
 */
export function oroTicketText(credential: string): string | undefined {
  const text = decodeLine(credential);
  if (text === undefined) return undefined;
  if (hasSeparators(text)) return text;
  return hasSeparators(decodeLine(text) ?? '') ? '' : undefined;
}

/** Reads digest from the left, time and nonce from the right: what is between them is the name, `;` included. */
export function readOroTicket(text: string): OroTicket | undefined {
  const [, digest, username, nonce, created] = PARTS.exec(text) ?? [];
  if (digest === undefined || username === undefined || nonce === undefined || created === undefined) {
    return undefined;
  }
  const time = Date.parse(created);
  if (username.length > LONGEST_NAME || Number.isNaN(time)) return undefined;
  return { digest, username, nonce, created, time };
}

/** Undefined unless it is base64, in its one spelling, of UTF-8 without control characters. */
function decodeLine(credential: string): string | undefined {
  const octets = Buffer.from(credential, 'base64');
  if (octets.length === 0 || octets.toString('base64') !== credential) return undefined;
  try {
    const text = UTF8.decode(octets);
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function hasSeparators(text: string): boolean {
  return text.split(';').length > LEAST_SEPARATORS;
}
