import type { Message } from './format.js';

/** Messages that end a session: whatever is awaited, they are the news. */
export const ALONE: ReadonlySet<string> = new Set([
  'ABORT',
  'GOODBYE',
  'CLOSED',
  'WELCOME',
  'CHALLENGE',
  'UNREADABLE',
]);

const REPLIES = new Set([
  ...['ERROR', 'PUBLISHED', 'SUBSCRIBED', 'UNSUBSCRIBED', 'RESULT', 'REGISTERED', 'UNREGISTERED'],
]);
/** Attributes whose numbers are the router's to choose, and what a number of a vector is called. */
const CHOSEN: Readonly<Record<string, string>> = {
  subscription_id: 'subscription',
  publication_id: 'publication',
  registration_id: 'registration',
};

export function isReply(message: Message): boolean {
  return REPLIES.has(message.type);
}

/** The message with names in place of the numbers that are not the vector's to choose. A 0 stays what it is. */
export function identified(message: Message, session: string, direction: 'sent' | 'received'): Message {
  const entries = Object.entries(message).map(([attribute, value]) => {
    if (typeof value !== 'number' || value === 0) return [attribute, value];
    if (attribute === 'request_id')
      return [attribute, `<${requestKind(message, direction)} ${session} ${value}>`];
    const kind = CHOSEN[attribute];
    return [attribute, kind === undefined ? value : `<${kind} ${value}>`];
  });
  return Object.fromEntries(entries) as Message;
}

/** Both sides number requests; those of the router are its invocations. */
function requestKind(message: Message, direction: 'sent' | 'received'): string {
  const answersInvocation = message.type === 'YIELD' || message.type === 'ERROR';
  const isInvocation = message.type === 'INVOCATION' || message.type === 'INTERRUPT';
  return (direction === 'sent' ? answersInvocation : isInvocation) ? 'invocation' : 'request';
}
