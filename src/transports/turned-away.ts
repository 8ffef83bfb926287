import { DISCONNECT, type Disconnect, RouterError } from '../core/errors.js';

/** What the close of a WebSocket would say before its first message, as a refusal. */
export function turnedAway({ code, reason }: Disconnect): RouterError {
  if (code === DISCONNECT.badCredentials.code) return new RouterError('unauthorized', reason);
  if (code === DISCONNECT.tooMany.code) return new RouterError('limit_exceeded', reason);
  return new RouterError('unavailable', reason);
}
