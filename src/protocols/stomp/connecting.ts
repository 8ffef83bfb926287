import type { AuthAttempt, Authenticator, Credential } from '../../core/authenticator.js';
import { ERROR_CODES, RouterError } from '../../core/errors.js';
import { after, type MaybePromise } from '../../core/maybe-promise.js';
import { MAX_CREDENTIAL } from '../../core/read-attempt.js';
import type { Principal } from '../../core/session.js';
import type { StompFrame } from './frame-reader.js';
import type { StompHeaders } from './headers.js';
import { type HeartBeatOffer, heartBeatHeader, readHeartBeat } from './heart-beat.js';
import { StompError } from './stomp-error.js';
import { negotiateVersion, type StompVersion, SUPPORTED_VERSIONS } from './version.js';
import type { HeaderPair } from './write-frame.js';

/** What a CONNECT agrees on. */
export interface Agreement {
  readonly version: StompVersion;
  readonly heartBeat: HeartBeatOffer;
}

/** Who is welcomed, and what for. */
export interface Welcome {
  readonly session: string;
  /** Names the server. */
  readonly ident: string;
  readonly principal: Principal;
  readonly offer: HeartBeatOffer;
  /** Milliseconds. */
  readonly shortest: number;
}

/** The peer speaks no version that is spoken here. */
export class VersionError extends StompError {
  constructor(offered: string) {
    super(
      new RouterError('bad_request', `no version of ${offered.slice(0, 64)} is spoken here`, {
        hint: `offer one of ${SUPPORTED_VERSIONS} in accept-version`,
      }),
    );
  }
}

/** Both spellings, in every version. [STOMP 1.2 §CONNECT or STOMP Frame] */
export function isConnect({ command }: StompFrame): boolean {
  return command === 'CONNECT' || command === 'STOMP';
}

/** Throws `StompError`. */
export function readConnect(frame: StompFrame): Agreement {
  if (!isConnect(frame)) {
    throw new StompError(
      new RouterError('bad_request', 'the first frame is not CONNECT', {
        hint: 'send CONNECT, wait for CONNECTED, and then go on',
      }),
    );
  }
  const offered = frame.headers.get('accept-version');
  const version = negotiateVersion(offered);
  if (version === undefined) throw new VersionError(offered ?? '');
  return { version, heartBeat: readHeartBeat(frame.headers.get('heart-beat')) };
}

/** A connection has one session. */
export function secondConnect(): StompError {
  return new StompError(
    new RouterError('bad_request', 'a second CONNECT', {
      hint: 'to be somebody else, connect once more',
    }),
  );
}

/** Who a peer is by its CONNECT; one without a login is nobody in particular. Throws `unauthorized`. */
export function identify(
  { headers }: StompFrame,
  { remoteAddress, authenticator }: { readonly remoteAddress: string; readonly authenticator: Authenticator },
): MaybePromise<Principal> {
  const credential = credentialOf(headers);
  const attempt: AuthAttempt = { remoteAddress, headers: {}, ...(credential && { credential }) };
  return after(authenticator.authenticate(attempt), (principal) => {
    if (principal !== undefined) return principal;
    const what = credential === undefined ? 'are missing' : 'are not known';
    throw new RouterError('unauthorized', `login and passcode ${what}`);
  });
}

/** What a peer is told of its session: always all of it, as clients count on each. [STOMP 1.2 §CONNECTED Frame] */
export function connectedHeaders(
  version: StompVersion,
  { session, ident, principal: { id }, offer, shortest }: Welcome,
): readonly HeaderPair[] {
  const named: HeaderPair[] = id === undefined ? [] : [['user-name', id]];
  return [
    ['version', version],
    ['session', session],
    ['server', ident],
    ['heart-beat', heartBeatHeader(offer, shortest)],
    ...named,
  ];
}

/** Why a CONNECT is refused, in the words of CONNECT. */
export function connectRefusal(error: unknown): unknown {
  const refusal = RouterError.from(error);
  if (refusal.code !== 'unauthorized') return error;
  const isPlain = refusal.hint === ERROR_CODES.unauthorized.hint;
  return refusal.with({ hint: isPlain ? HINT : `${HINT}\n${refusal.hint}` });
}

const HINT = 'send a login and its passcode with CONNECT; a ticket or token is a passcode without a login';

/** A secret without a name is a token: one that is presented is never passed over. */
function credentialOf(headers: StompHeaders): Credential | undefined {
  const identity = headers.get('login') ?? '';
  const secret = headers.get('passcode') ?? '';
  if (Math.max(identity.length, secret.length) > MAX_CREDENTIAL)
    throw new RouterError('unauthorized', `login or passcode is over ${MAX_CREDENTIAL} characters`);
  if (identity !== '') return { source: 'login', identity, secret };
  return secret === '' ? undefined : { source: 'token', secret };
}
