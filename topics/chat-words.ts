import { type Payload, type Principal, RouterError, type Session } from 'signalbox';

/** Somebody in the chat, as the others see them. */
export interface ChatMember {
  readonly id: string;
  readonly name: string;
}

/** Who makes announcements. No session is it, since back ends alone have no identity of their own here. */
export const SYSTEM: ChatMember = { id: '0', name: 'system' };

const LONGEST_TEXT = 4000;
const LONGEST_NAME = 80;
/** Control characters but tab and line feed, and what turns the direction of the text that follows. */
const UNWANTED = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;
const HALF_A_CHARACTER = /\p{Cs}/gu;

/** Who a session is. Whatever a peer says about itself counts for nothing. */
export function memberOf({ id: session, principal }: Session): ChatMember {
  const { id, claims } = principal;
  return id === undefined ? guestOf(session) : { id, name: nameOf(claims, id) };
}

/** Nobody in particular, by the id of its session. */
export function guestOf(session: string): ChatMember {
  return { id: session, name: `guest-${session.slice(-4)}` };
}

/** Whether somebody would be taken for the system. */
export function isSystem({ kind, id }: Principal): boolean {
  return kind === 'user' && id === SYSTEM.id;
}

/** What somebody says, from a text or from `{text}`. Throws `bad_request` for what is none, and what is too long. */
export function textOf({ value }: Payload): string {
  const said = typeof value === 'object' && value !== null ? (value as { text?: unknown }).text : value;
  const text = typeof said === 'string' ? clean(said) : '';
  if (text === '') {
    throw new RouterError('bad_request', 'a chat message needs a text', {
      hint: 'send a text, or {"text": "hello"}',
    });
  }
  if (text.length <= LONGEST_TEXT) return text;
  throw new RouterError('payload_too_large', `a chat message has at most ${LONGEST_TEXT} characters`, {
    hint: 'send it in parts',
  });
}

function nameOf({ name }: Principal['claims'], id: string): string {
  const cleaned = typeof name === 'string' ? clean(name).replace(/\s+/g, ' ').slice(0, LONGEST_NAME) : '';
  return cleaned === '' ? id : cleaned.replace(HALF_A_CHARACTER, '');
}

function clean(text: string): string {
  return text.replace(UNWANTED, '').replace(HALF_A_CHARACTER, '\ufffd').trim();
}
