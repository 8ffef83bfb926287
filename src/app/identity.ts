import type { KeyObject } from 'node:crypto';
import type { Container } from 'inversify';
import {
  AnonymousAuthenticator,
  authenticationGuard,
  authenticatorChain,
  type Decoys,
  HttpAuthenticator,
  issueTicket,
  JwtAuthenticator,
  KeyAuthenticator,
  OriginPolicy,
  PasswordAuthenticator,
  Revocations,
  revocable,
  sessionTtl,
  TicketAuthenticator,
} from '../authenticators/index.js';
import { AUTH_METHODS, type AuthMethod, type Settings } from '../config/index.js';
import type { Authenticator, ReplayCache } from '../core/authenticator.js';
import type { Logger } from '../core/logger.js';
import type { Logins } from '../core/logins.js';
import type { Meter } from '../core/meter.js';
import type { IssuedTicket, TicketGrant } from '../core/ticket-grant.js';
import { bindChallengers, bindLogins, decoysOf } from './challengers.js';
import { bindOro } from './oro.js';
import type { OroSupport } from './oro-support.js';
import { PARTS, TOKENS } from './tokens.js';

type AuthSettings = Settings['auth'];

/** What the ways to say who a peer is are built with. */
interface Ingredients {
  readonly auth: AuthSettings;
  readonly replays: ReplayCache;
  readonly oro: OroSupport;
  /** Undefined where there are none. */
  readonly logins: Logins | undefined;
  readonly decoys: Decoys;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** Builds one way, or nothing where it is not configured. */
type Factory = (ingredients: Ingredients) => Authenticator | undefined;

const FACTORIES: Readonly<Partial<Record<AuthMethod, Factory>>> = {
  oro: ({ oro }) => oro.authenticator,
  ticket: ({ auth: { secret, publicKey, ticketOnce }, replays }) =>
    secret === undefined && publicKey === undefined
      ? undefined
      : new TicketAuthenticator({ secret, publicKey, replays: ticketOnce ? replays : undefined }),
  jwt: ({ auth: { jwt }, ...context }) => jwt && new JwtAuthenticator(jwt, context),
  keys: ({ auth: { keys, http } }) => {
    const leaveUnknown = http?.headers.includes('authorization') ?? false;
    return keys.size === 0 ? undefined : new KeyAuthenticator(keys, { leaveUnknown });
  },
  passwords: ({ logins, decoys }) => logins && new PasswordAuthenticator({ logins, decoys }),
  http: ({ auth: { http }, ...context }) => http && new HttpAuthenticator(http, context),
  anonymous: ({ auth: { anonymous } }) => (anonymous ? new AnonymousAuthenticator() : undefined),
};

/** Says which authenticators are asked, in which order, and which pages may connect. */
export function bindIdentity(container: Container, settings: Settings): void {
  const { auth, listen, origins, limits } = settings;
  const revocations = new Revocations(limits.revocations);
  const guard = authenticationGuard(limits);
  container.bind(PARTS.guard).toConstantValue(guard);
  const chain = (list: readonly Authenticator[]) =>
    guard.authenticator(revocable(bounded(authenticatorChain(list), auth), revocations));
  bindOro(container, auth);
  const decoys = decoysOf(auth);
  bindLogins(container, auth, decoys);
  bindChallengers(container, { auth, guard, revocations, decoys });
  container.bind(PARTS.revocations).toConstantValue(revocations);
  container.bind(PARTS.methods).toResolvedValue(
    (replays, oro, found, logger, meter) => {
      const logins = hasLogins(found) ? found : undefined;
      return buildMethods({ auth, replays, oro, logins, decoys, logger, meter });
    },
    [PARTS.replays, PARTS.oro, PARTS.logins, TOKENS.logger, TOKENS.meter],
  );
  container.bind(TOKENS.authenticator).toResolvedValue((methods) => chain(methods), [PARTS.methods]);
  container
    .bind(PARTS.knownOnly)
    .toResolvedValue((methods) => chain(methods.filter(isForRequests)), [PARTS.methods]);
  container
    .bind(PARTS.readers)
    .toResolvedValue(
      (methods) => chain(methods.filter((one) => one.method === 'anonymous' || isForRequests(one))),
      [PARTS.methods],
    );
  container.bind(PARTS.origins).toConstantValue(
    new OriginPolicy({
      origins,
      listen: { ...listen, secure: listen.tls !== undefined },
      required: listen.missingOrigin === 'refuse',
    }),
  );
}

/** Requests and renewals need somebody; and cookies count only beside an origin that was checked, as in a handshake. */
function isForRequests({ method }: Authenticator): boolean {
  return method !== 'anonymous' && method !== 'http';
}

/** Logins that show no examples may have anything. */
function hasLogins({ examples }: Logins): boolean {
  return examples === undefined || examples.length > 0;
}

function buildMethods(ingredients: Ingredients): readonly Authenticator[] {
  const methods = ingredients.auth.methods ?? AUTH_METHODS;
  return methods.flatMap((method) => FACTORIES[method]?.(ingredients) ?? []);
}

function bounded(chain: Authenticator, { sessionTtl: ttl }: AuthSettings): Authenticator {
  return ttl === undefined ? chain : sessionTtl(chain, { ttl });
}

/** Makes tickets that this server takes; undefined where there is nothing to sign them with, or they are not taken. */
export function ticketMint(auth: AuthSettings): ((grant: TicketGrant) => IssuedTicket) | undefined {
  const key = signingKey(auth);
  if (key === undefined || auth.methods?.includes('ticket') === false) return undefined;
  return (grant) => issueTicket(grant, key);
}

/** What tickets are signed with: the private key where there is one, or the secret. */
export function signingKey({ privateKey, secret }: AuthSettings): KeyObject | string | undefined {
  return privateKey ?? secret;
}
