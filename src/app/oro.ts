import type { Container } from 'inversify';
import { BoundedAccounts, OroAuthenticator, OroDigests, SqlAccounts } from '../authenticators/index.js';
import type { Settings } from '../config/index.js';
import { DiscoveryError } from './discover.js';
import type { Offers } from './handler-class.js';
import type { OroSupport } from './oro-support.js';
import { PARTS, TOKENS } from './tokens.js';

/** Milliseconds of one lookup of an account: a database may take two to connect and two to answer. */
const LOOKUP = 4000;

/** Throws `DiscoveryError` unless `auth.oro` has one source of accounts: a database, or a class of the application. */
export function checkAccounts({ services }: Offers, { auth }: Settings): void {
  if (auth.oro === undefined) return;
  const offer = services.get(TOKENS.accounts as symbol);
  if (offer !== undefined && auth.oro.accounts !== undefined) {
    throw new DiscoveryError(
      `auth.oro.accounts names a database, and ${offer.file} offers TOKENS.accounts: remove one of them`,
    );
  }
  if (offer === undefined && auth.oro.accounts === undefined) {
    throw new DiscoveryError(
      'auth.oro does not know any accounts: set auth.oro.accounts to the address of the database, or offer a class with static service = TOKENS.accounts',
    );
  }
}

/** Binds `PARTS.oro`. */
export function bindOro(container: Container, auth: Settings['auth']): void {
  if (auth.oro === undefined) {
    container.bind(PARTS.oro).toConstantValue(WITHOUT);
    return;
  }
  const { secret, lifetime, pool, queue, query, accounts: dsn } = auth.oro;
  const anonymous =
    auth.oro.anonymous === 'anonymous' && !takesStrangers(auth) ? 'refuse' : auth.oro.anonymous;
  container.bind(PARTS.oro).toResolvedValue(
    (logger, meter, replays) => {
      const database = dsn === undefined ? undefined : new SqlAccounts({ dsn, query, pool });
      const source = database ?? container.get(TOKENS.accounts);
      const accounts = new BoundedAccounts(source, { atOnce: pool, queue, timeout: LOOKUP }, logger);
      const digests = new OroDigests({ secret, queue });
      const options = { secret, lifetime, anonymous, accounts, digests, replays, meter };
      return {
        authenticator: new OroAuthenticator(options),
        open: async () => database?.open(),
        close: async () => void (await Promise.all([digests.close(), database?.close()])),
      };
    },
    [TOKENS.logger, TOKENS.meter, PARTS.replays],
  );
}

const WITHOUT: OroSupport = {
  authenticator: undefined,
  open: async () => undefined,
  close: async () => undefined,
};

/** Where peers without credentials are not let in, those with a ticket of nobody are not either. */
function takesStrangers({ anonymous, methods }: Settings['auth']): boolean {
  return anonymous && methods?.includes('anonymous') !== false;
}
