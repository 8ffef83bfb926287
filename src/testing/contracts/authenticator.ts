import type { AuthAttempt, Authenticator, CredentialSource } from '../../core/authenticator.js';
import { isRouterError } from '../../core/errors.js';
import { type ContractCheck, contract } from './contract.js';
import { expect } from './expect.js';

/** An authenticator under test, and what it takes. */
export interface AuthenticatorFixture {
  readonly authenticator: Authenticator;
  /** An attempt that it lets in; made anew for each check. */
  readonly good: AuthAttempt;
  /** Attempts of its own kind that are wrong: expired, forged, or of nobody. */
  readonly wrong?: readonly AuthAttempt[];
  /** Credentials that can be used only once. */
  readonly once?: boolean;
  close?(): Promise<void>;
}

const SOURCES: readonly (readonly [CredentialSource])[] = [
  ['ticket'],
  ['token'],
  ['bearer'],
  ['basic'],
  ['cookie'],
  ['login'],
];

/** What strangers send. */
const NONSENSE = [
  '',
  ' ',
  'x',
  '\0',
  'é'.repeat(100),
  '..',
  '{"a":1}',
  'a.b.c',
  '__proto__',
  'x'.repeat(8192),
];

/** What the server relies on of whoever says who a peer is. */
export function authenticatorContract(
  create: () => Promise<AuthenticatorFixture> | AuthenticatorFixture,
): readonly ContractCheck[] {
  return contract(({ beforeEach, afterEach, it }) => {
    let fixture: AuthenticatorFixture;
    beforeEach(async () => void (fixture = await create()));
    afterEach(() => fixture.close?.());

    it('says who somebody is', async () => {
      const { authenticator, good } = fixture;
      const principal = await authenticator.authenticate(good);
      expect(['anonymous', 'user', 'backend'].includes(principal?.kind ?? '')).toBe(true);
      expect(Array.isArray(principal?.roles) && Array.isArray(principal?.organizations)).toBe(true);
      expect(principal?.kind === 'anonymous' || typeof principal?.id === 'string').toBe(true);
    });

    it('says nothing of who presents nothing', async () => {
      const nothing = { remoteAddress: fixture.good.remoteAddress, headers: {} };
      expect(await outcomeOf(fixture.authenticator, nothing)).toBe('left');
    });

    it('lets nobody in with what is wrong', async () => {
      for (const attempt of fixture.wrong ?? []) {
        expect(await outcomeOf(fixture.authenticator, attempt)).toBe('refused');
      }
    });

    it.each(SOURCES)(
      'is not confused by nonsense as %s: it leaves it to others, or refuses',
      async (source) => {
        for (const secret of NONSENSE) {
          const credential = { source, secret, identity: secret };
          const attempt = { remoteAddress: '192.0.2.1', headers: {}, credential };
          const outcome = await outcomeOf(fixture.authenticator, attempt);
          expect(outcome === 'left' || outcome === 'refused').toBe(true);
        }
      },
    );

    it('tells nobody the credential', async () => {
      for (const attempt of fixture.wrong ?? []) {
        const { secret = '' } = attempt.credential ?? {};
        const ask = async () => fixture.authenticator.authenticate(attempt);
        const error: unknown = await ask().catch((why: unknown) => why);
        expect(secret.length > 3 && String(error).includes(secret)).toBe(false);
      }
    });

    it('lets the same credential in again, unless it counts once', async () => {
      const { authenticator, good, once = false } = fixture;
      expect(await outcomeOf(authenticator, good)).toBe('let in');
      expect(await outcomeOf(authenticator, good)).toBe(once ? 'refused' : 'let in');
    });
  });
}

/** Anything thrown but a `RouterError` is a fault. */
async function outcomeOf(
  authenticator: Authenticator,
  attempt: AuthAttempt,
): Promise<'let in' | 'left' | 'refused'> {
  try {
    return (await authenticator.authenticate(attempt)) === undefined ? 'left' : 'let in';
  } catch (error) {
    if (!isRouterError(error)) throw error;
    return 'refused';
  }
}
