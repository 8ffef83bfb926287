/**
 * The payload of every publication: an object of JSON with a few fields, as events have them, and a sequence
 * number of nine digits near its start. As it always has nine digits, its place in every frame is known and
 * nothing needs to be parsed.
 */
const HEAD = '{"seq":';
const TAIL = ',"type":"email","unread":12,"folder":"inbox","new":true,"id":4711,"text":"';

export const FIRST_SEQUENCE = 100_000_000;
/** Offset of the digits within the payload. */
export const DIGITS_AT = HEAD.length;
export const DIGITS = 9;

/** A payload of `size` octets. */
export function payloadText(size) {
  const padding = size - HEAD.length - DIGITS - TAIL.length - 2;
  if (padding < 0) throw new Error(`payload of ${size} octets: at least ${size - padding} are needed`);
  return `${HEAD}${FIRST_SEQUENCE}${TAIL}${'x'.repeat(padding)}"}`;
}

/** What follows the digits in a payload of `size` octets. */
export function payloadRest(size) {
  return payloadText(size).slice(DIGITS_AT + DIGITS);
}

/** The number whose nine digits start at `at`; some other number when they are not digits. */
export function sequenceAt(bytes, at) {
  let value = 0;
  for (let i = at; i < at + DIGITS; i++) value = value * 10 + bytes[i] - 0x30;
  return value;
}
