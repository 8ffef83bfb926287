import { type Principal, roleOf } from '../../core/session.js';
import { MESSAGE } from './codec.js';
import { ROUTER_ROLES } from './features.js';

/** What a peer is told when it has joined. */
export interface WelcomeParts {
  readonly id: string;
  readonly realm: string;
  /** Names the server. */
  readonly agent: string;
  readonly principal: Principal;
  /** How it is known who the peer is, and from where. */
  readonly method: string;
  readonly provider: string;
  /** What proves the server to the peer. */
  readonly extra: Readonly<Record<string, unknown>> | undefined;
}

/** `[2, session, details]`. [WAMP2 §WELCOME] */
export function welcome({ id, principal, method, provider, extra, ...rest }: WelcomeParts): unknown[] {
  const details = {
    ...rest,
    authid: principal.id ?? id,
    authrole: roleOf(principal),
    authmethod: method,
    authprovider: provider,
    roles: ROUTER_ROLES,
    ...(extra && { authextra: extra }),
  };
  return [MESSAGE.WELCOME, Number(id), details];
}
