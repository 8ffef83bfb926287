import type { PublicationOptions } from './codec.js';
import type { Letter } from './outbox.js';
import { SyncError } from './sync-error.js';

/** How long a server knows a key, in milliseconds, less what a message may be under way. */
const KEY_LIFETIME = 4 * 60_000;

/**
 * A message to publish. One with `retry` is sent again if it was not answered, under its key, and only where the server
 * sees that it is the same: for the same user, and while it knows the key.
 */
export function publicationLetter(
  channel: string,
  payload: unknown,
  { retry = false, ...details }: PublicationOptions,
): Omit<Letter, 'refuse'> {
  const said = retry ? { key: newKey(), ...details } : details;
  let first: { readonly author: string; readonly time: number } | undefined;
  return {
    channel,
    retry,
    send: (conversation, settled) => {
      const { author } = conversation;
      const time = Date.now();
      first ??= { author, time };
      if (author !== first.author || time - first.time > KEY_LIFETIME) throw notAnswered();
      conversation.publish(channel, payload, said, settled);
    },
  };
}

/** Nobody knows. */
export function notAnswered(): SyncError {
  return new SyncError('connection_lost', 'not answered: it may have been published');
}

/** Not `randomUUID`, which pages without TLS do not have. */
function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
