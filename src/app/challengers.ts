import type { Container } from 'inversify';
import {
  type AuthenticationGuard,
  admittingChallenger,
  authenticatorChain,
  bySessionTtl,
  ConfiguredLogins,
  CryptosignChallenger,
  Decoys,
  OfferedLogins,
  type Revocations,
  ScramChallenger,
  TicketChallenger,
  WampCraChallenger,
} from '../authenticators/index.js';
import type { Settings } from '../config/index.js';
import type { Authenticator, Challenger } from '../core/authenticator.js';
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
  readonly decoys: Decoys;
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
export function bindChallengers(
  container: Container,
  { auth, guard, revocations, decoys }: Conditions,
): void {
  const bounded = auth.sessionTtl === undefined ? undefined : bySessionTtl({ ttl: auth.sessionTtl });
  const admit = (principal: Principal) => revocations.check(bounded?.(principal) ?? principal);
  container.bind(PARTS.challengers).toResolvedValue(
    (all, logins, meter) => {
      // a secret that signs is not sent
      const methods = all.filter(({ method }) => method !== 'password');
      const authenticator = authenticatorChain(methods);
      return buildChallengers({ logins, decoys, authenticator }, takesCredentials(methods)).map(
        (challenger) => guard.challenger(admittingChallenger(challenger, { admit, meter })),
      );
    },
    [PARTS.methods, PARTS.logins, TOKENS.meter],
  );
}

/** Binds `PARTS.logins`: those of a class of the application, or those that are configured. */
export function bindLogins(container: Container, auth: AuthSettings, decoys: Decoys): void {
  container.bind(PARTS.logins).toResolvedValue(
    (logger) => {
      if (container.isBound(TOKENS.logins)) return new OfferedLogins(container.get(TOKENS.logins), logger);
      return new ConfiguredLogins(auth.logins, { decoys, issued: Date.now() });
    },
    [TOKENS.logger],
  );
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

/** The others look at the handshake, which has been done by then. */
function takesCredentials(methods: readonly Authenticator[]): boolean {
  return methods.some(({ method }) => method !== 'anonymous' && method !== 'http');
}

/** Made of what all nodes of an installation have; without a secret, questions for nobody change with each start. */
export function decoysOf(auth: AuthSettings): Decoys {
  return new Decoys(decoySecret(auth));
}

function decoySecret({ secret, privateKey }: AuthSettings): string | Buffer | undefined {
  return secret ?? privateKey?.export({ type: 'pkcs8', format: 'der' });
}
