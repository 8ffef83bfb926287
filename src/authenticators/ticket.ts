/**
 * The form of our own ticket: `KIND.PAYLOAD.SIGNATURE`, URL-safe. The payload is base64url of a JSON object (see
 * `ticket-claims.ts`), the signature is base64url, over everything before the last dot. The kind alone says how it is
 * signed: `v1` by HMAC-SHA-256, keyed with the secret's UTF-8 bytes, `e1` by Ed25519 [RFC 8032 §5.1].
 */
import { createHmac, createSecretKey, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';

/** Characters of the longest ticket. */
export const LONGEST_TICKET = 4096;

export type TicketKind = 'v1' | 'e1';

const FORMS: Readonly<Record<TicketKind, RegExp>> = {
  v1: /^v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/,
  e1: /^e1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/,
};

/** A ticket taken apart. */
export interface TicketParts {
  readonly kind: TicketKind;
  /** Everything that is signed. */
  readonly signed: string;
  readonly payload: string;
  readonly signature: string;
}

/** What tickets are checked with: either, or both. */
export interface TicketKeys {
  readonly secret: KeyObject | undefined;
  readonly publicKey: KeyObject | undefined;
}

/** Whether a text is meant as a ticket, sound or not. */
export function hasTicketForm(text: string): boolean {
  return text.startsWith('v1.') || text.startsWith('e1.');
}

/** The parts of a ticket; undefined for a text that cannot be one. */
export function splitTicket(text: string): TicketParts | undefined {
  const kind = text.startsWith('e1.') ? 'e1' : 'v1';
  if (text.length > LONGEST_TICKET || !FORMS[kind].test(text)) return undefined;
  const dot = text.lastIndexOf('.');
  return { kind, signed: text.slice(0, dot), payload: text.slice(3, dot), signature: text.slice(dot + 1) };
}

/** Whether a ticket is signed as its kind demands; undefined where there is no key of that kind. */
export function isSigned({ kind, signed, signature }: TicketParts, keys: TicketKeys): boolean | undefined {
  if (kind === 'v1') return keys.secret && isSealed(signed, signature, keys.secret);
  if (keys.publicKey === undefined) return undefined;
  const octets = Buffer.from(signature, 'base64url');
  // the last character has bits to spare, and a signature shall have one spelling only
  return (
    octets.toString('base64url') === signature && verify(null, Buffer.from(signed), keys.publicKey, octets)
  );
}

/** Compares texts, not octets, so that a signature has one spelling only. */
function isSealed(signed: string, signature: string, secret: KeyObject): boolean {
  return timingSafeEqual(Buffer.from(signature), Buffer.from(seal(signed, secret)));
}

/** The ticket of a payload, of the kind that its key makes: a secret or a private Ed25519 key. */
export function signTicket(payload: string, key: KeyObject): string {
  const kind: TicketKind = key.type === 'secret' ? 'v1' : 'e1';
  const signed = `${kind}.${Buffer.from(payload).toString('base64url')}`;
  const signature =
    kind === 'v1' ? seal(signed, key) : sign(null, Buffer.from(signed), key).toString('base64url');
  return `${signed}.${signature}`;
}

function seal(signed: string, secret: KeyObject): string {
  return createHmac('sha256', secret).update(signed).digest('base64url');
}

/** The signing key made from a secret. Throws `RangeError` for an empty secret. */
export function ticketKey(secret: string): KeyObject {
  if (secret === '') throw new RangeError('the ticket secret is empty: set SIGNALBOX_SECRET');
  return createSecretKey(secret, 'utf8');
}
