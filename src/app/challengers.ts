import type { Container } from 'inversify';
import {
  type AuthenticationGuard,
  admittingChallenger,
  authenticatorChain,
  bySessionTtl,
  ConfiguredLogins,
  CryptosignChallenger,
  Decoys,
  LoginAuthenticator,
  OfferedLogins,
  type Revocations,
  ScramChallenger,
  TicketChallenger,
  WampCraChallenger,
} from '../authenticators/index.js';
import type { Settings } from '../config/index.js';
import type { Authenticator, Challenger } from '../core/authenticator.js';
import type { Logger } from '../core/logger.js';
import type { Login, Logins } from '../core/logins.js';
import type { Principal } from '../core/session.js';
import { DiscoveryError } from './discover.js';
import type { Offers } from './handler-class.js';
import { PARTS, TOKENS } from './tokens.js';

type AuthSettings = Settings['auth'];

/** What decides on those who have proven who they are, as on everybody. */
interface Conditions {
  readonly auth: AuthSettings;
  readonly guard: AuthenticationGuard;
  readonly revocations: Revocations;
}

/** What challengers are built with. */
interface Parts {
  readonly logins: Logins;
  readonly decoys: Decoys;
  readonly authenticator: Authenticator;
}

/** Builds a method, and says for which logins there has to be one. */
interface Offered {
  readonly build: (parts: Parts) => Challenger;
  readonly isFor: (login: Login) => boolean;
}

/** From the one that tells an eavesdropper least. */
const METHODS: readonly Offered[] = [
  {
    build: (parts) => new CryptosignChallenger(parts),
    isFor: ({ keys = [] }) => keys.length > 0,
  },
  {
    build: (parts) => new ScramChallenger({ ...parts, method: 'wamp-scram' }),
    isFor: ({ scram }) => scram !== undefined,
  },
  {
    build: (parts) => new ScramChallenger({ ...parts, method: 'scram' }),
    isFor: ({ scram }) => scram !== undefined,
  },
  {
    build: (parts) => new WampCraChallenger(parts),
    isFor: ({ secret, salted }) => (secret ?? salted) !== undefined,
  },
];

/** Throws `DiscoveryError` where logins are configured and a class of the application offers them, too. */
export function checkLogins({ services }: Offers, { auth }: Settings): void {
  const offer = services.get(TOKENS.logins as symbol);
  if (offer === undefined || auth.logins.size === 0) return;
  throw new DiscoveryError(
    `auth.logins has logins, and ${offer.file} offers TOKENS.logins: let the class find all of them, or remove it`,
  );
}

/** Binds `PARTS.challengers`. */
export function bindChallengers(container: Container, { auth, guard, revocations }: Conditions): void {
  const decoys = new Decoys(decoySecret(auth));
  const bounded = auth.sessionTtl === undefined ? undefined : bySessionTtl({ ttl: auth.sessionTtl });
  const admit = (principal: Principal) => revocations.check(bounded?.(principal) ?? principal);
  container
    .bind(PARTS.logins)
    .toResolvedValue((logger) => loginsOf(container, { auth, decoys, logger }), [TOKENS.logger]);
  container.bind(PARTS.challengers).toResolvedValue(
    (methods, logins, meter) => {
      const authenticator = authenticatorChain(methods);
      return buildChallengers({ logins, decoys, authenticator }, takesCredentials(methods)).map(
        (challenger) => guard.challenger(admittingChallenger(challenger, { admit, meter })),
      );
    },
    [PARTS.methods, PARTS.logins, TOKENS.meter],
  );
}

/** Makes those who know logins by name and ticket, where there may be any. */
export function loginAuthenticator(container: Container, auth: AuthSettings): LoginAuthenticator | undefined {
  const known = [...auth.logins.values()];
  const isThere = known.some(({ secret, ticket }) => (secret ?? ticket) !== undefined);
  if (!isThere && !container.isBound(TOKENS.logins)) return undefined;
  const decoys = new Decoys(decoySecret(auth));
  return new LoginAuthenticator({ logins: () => container.get(PARTS.logins), decoys });
}

function loginsOf(
  container: Container,
  { auth, decoys, logger }: { auth: AuthSettings; decoys: Decoys; logger: Logger },
): Logins {
  if (container.isBound(TOKENS.logins)) return new OfferedLogins(container.get(TOKENS.logins), logger);
  return new ConfiguredLogins(auth.logins, { decoys, issued: Date.now() });
}

/** Logins that show no examples may have anything. */
function buildChallengers(parts: Parts, takesTickets: boolean): readonly Challenger[] {
  const { examples } = parts.logins;
  const offered = METHODS.filter(({ isFor }) => examples?.some(isFor) ?? true).map(({ build }) =>
    build(parts),
  );
  const hasTickets = examples?.some(({ ticket }) => ticket !== undefined) ?? true;
  return takesTickets || hasTickets ? [...offered, new TicketChallenger(parts)] : offered;
}

/** The others look at the handshake, which has been done by then, or at logins, which are asked already. */
function takesCredentials(methods: readonly Authenticator[]): boolean {
  return methods.some(({ method }) => !['anonymous', 'http', 'logins'].includes(method));
}

/** The secret that all nodes of an installation have; without one, questions for nobody change with each start. */
function decoySecret({ secret, privateKey }: AuthSettings): string | Buffer | undefined {
  return secret ?? privateKey?.export({ type: 'pkcs8', format: 'der' });
}
