import type { Heard } from './codec.js';
import { readIdentity } from './identity.js';

/** What the server says by itself about the session, on the channel of the session. */
export function noticeOf(payload: unknown): Heard | undefined {
  const notice = payload as Record<string, unknown>;
  if (notice['type'] === 'identity') return { type: 'identity', identity: readIdentity(notice) };
  if (notice['type'] === 'expiring') return { type: 'expiring', in: Number(notice['in']) };
  return undefined;
}
