import { isUtf8 } from 'node:buffer';
import { malformed } from './frame-limits.js';
import { type StompHeaders, trimPadding } from './headers.js';
import type { StompVersion } from './version.js';

const NUL = '\0';
const CR = '\r';
/** What no ordinary line has. A replacement character may stand for octets that are not UTF-8. */
const UNUSUAL = /[\0\r\\\uFFFD]/;
const ESCAPE = /\\([\s\S]?)/g;
const ESCAPES_1_1: Readonly<Record<string, string>> = { n: '\n', c: ':', '\\': '\\' };
const ESCAPES: Readonly<Record<StompVersion, Readonly<Record<string, string>> | undefined>> = {
  '1.0': undefined,
  '1.1': ESCAPES_1_1,
  '1.2': { ...ESCAPES_1_1, r: CR },
};

/** Commands whose headers are as they are in every version. [STOMP 1.2 §Value Encoding] */
export function isUnescaped(command: string): boolean {
  return command === 'CONNECT' || command === 'CONNECTED' || command === 'STOMP';
}

/** The text of a line without its end. Throws `bad_request` for one that cannot be part of a frame. */
export function readLine(octets: Buffer, from: number, to: number): string {
  const line = octets.toString('utf8', from, to);
  const text = line.endsWith(CR) ? line.slice(0, -1) : line;
  if (!UNUSUAL.test(text)) return text;
  if (text.includes(NUL)) throw malformed('a frame ends before its headers do', AFTER_HEADERS);
  if (text.includes('\uFFFD') && !isUtf8(octets.subarray(from, to)))
    throw malformed('a line of the headers is not UTF-8');
  return text;
}

const AFTER_HEADERS = 'end the headers with an empty line, and the frame with NUL after it';

/** Adds the header of a line. A `:` in the value need not be escaped. Throws `bad_request`. */
export function readHeader(line: string, headers: StompHeaders, version: StompVersion | undefined): void {
  const colon = line.indexOf(':');
  if (colon === -1) throw malformed('a header without a colon', 'write each header as name:value');
  if (colon === 0) throw malformed('a header without a name', 'write each header as name:value');
  const name = line.slice(0, colon);
  const value = line.slice(colon + 1);
  if (version === '1.0') headers.add(name, trimPadding(value));
  else if (version === undefined || !UNUSUAL.test(line)) headers.add(name, value);
  else headers.add(readEscapes(name, version), readEscapes(value, version));
}

function readEscapes(text: string, version: StompVersion): string {
  if (version === '1.2' && text.includes(CR))
    throw malformed('a carriage return in a header', 'write it as \\r');
  const escapes = ESCAPES[version];
  if (escapes === undefined || !text.includes('\\')) return text;
  return text.replace(ESCAPE, (written, letter: string) => {
    const meant = escapes[letter];
    if (meant !== undefined) return meant;
    throw malformed(`${JSON.stringify(written)} is no escape of STOMP ${version}`, escapesOf(escapes));
  });
}

function escapesOf(escapes: Readonly<Record<string, string>>): string {
  return `escapes are ${Object.keys(escapes)
    .map((letter) => `\\${letter}`)
    .join(' ')}`;
}
