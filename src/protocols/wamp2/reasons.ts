import { DISCONNECT, type Disconnect, RouterError } from '../../core/errors.js';
import { NoMatchingMethod } from './joining.js';
import { ERROR_URIS, REASON } from './uris.js';

/** The URI of a GOODBYE of the router. [WAMP2 §Session Close] */
export function goodbyeUri({ code, uri }: Disconnect): string {
  return uri ?? (code === DISCONNECT.draining.code ? REASON.systemShutdown : REASON.killed);
}

/** Without a message where nobody gave one. [WAMP2 §Session Meta API] */
export function goodbyeDetails({ reason, retryAfter }: Disconnect): Readonly<Record<string, unknown>> {
  const message = reason === DISCONNECT.withdrawn.reason ? {} : { message: reason };
  return retryAfter === undefined ? message : { ...message, retry_after_ms: retryAfter };
}

/** The URI of an ABORT for what went wrong while somebody joined. [WAMP2 §ABORT] */
export function abortUri(error: unknown, { wasAsked }: { readonly wasAsked: boolean }): string {
  if (error instanceof NoMatchingMethod) return REASON.noMatchingAuthMethod;
  const { code } = RouterError.from(error);
  if (code !== 'unauthorized') return code === 'internal' ? REASON.authenticationFailed : ERROR_URIS[code];
  return wasAsked ? REASON.authenticationDenied : REASON.authenticationRequired;
}

/** The end of the connection of somebody who could not join. */
export function turnedAway({ code, message: reason }: RouterError): Disconnect {
  if (code === 'unauthorized') return { ...DISCONNECT.badCredentials, reason };
  return code === 'limit_exceeded' ? { ...DISCONNECT.tooMany, reason } : DISCONNECT.closed;
}
