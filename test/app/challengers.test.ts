import { generateKeyPairSync } from 'node:crypto';
import { Container } from 'inversify';
import { describe, expect, it } from 'vitest';
import { checkLogins } from '../../src/app/challengers.js';
import { bindIdentity } from '../../src/app/identity.js';
import { PARTS, TOKENS } from '../../src/app/tokens.js';
import { MemoryReplayCache, mintTicket } from '../../src/authenticators/index.js';
import { loadSettings, type Settings } from '../../src/config/index.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import type { Login, Logins } from '../../src/core/logins.js';
import { NULL_METER } from '../../src/core/meter.js';
import { claiming, outcome, prove, UNPROVEN } from '../authenticators/challenges.js';
import { testFolder } from '../support/folder.js';

const SECRET = 'a secret of more than thirty-two characters';
const KEY = 'a key of more than sixteen characters';
const PUBLIC = 'ab'.repeat(32);

async function settingsOf(auth: string): Promise<Settings> {
  const folder = testFolder({ 'signalbox.yml': `auth: { ${auth} }\n` });
  const { settings, findings } = await loadSettings({ file: `${folder}/signalbox.yml`, env: {} });
  expect(findings).toEqual([]);
  return settings;
}

async function identity(auth: string, offered?: Logins) {
  const container = new Container();
  container.bind(TOKENS.logger).toConstantValue(NULL_LOGGER);
  container.bind(TOKENS.meter).toConstantValue(NULL_METER);
  container.bind(PARTS.replays).toConstantValue(new MemoryReplayCache({ size: 100 }));
  if (offered !== undefined) container.bind(TOKENS.logins).toConstantValue(offered);
  bindIdentity(container, await settingsOf(auth));
  const challengers = container.get(PARTS.challengers);
  return {
    methods: challengers.map(({ method }) => method).join(' '),
    revocations: container.get(PARTS.revocations),
    present: (ticket: string, name?: string) => {
      const challenger = challengers.find(({ method }) => method === 'ticket');
      if (challenger === undefined) throw new Error('tickets are not offered');
      return prove(challenger, claiming(name), () => [ticket]);
    },
    ask: async (method: string, name: string) => {
      const challenger = challengers.find((candidate) => candidate.method === method);
      return (await challenger?.challenge(claiming(name, { nonce: 'egVDf3DMJh0=' })))?.extra;
    },
  };
}

describe('the methods of question and answer', () => {
  it.each([
    ['', ''],
    [`secret: ${SECRET}`, 'ticket'],
    [`keys: { shop: ${KEY} }, methods: [anonymous]`, ''],
    [`logins: { joe: { ticket: ${SECRET} } }`, 'ticket'],
    [`logins: { joe: { secret: ${SECRET} } }`, 'wamp-scram scram wampcra ticket'],
    [`logins: { joe: { keys: ${PUBLIC} } }`, 'cryptosign'],
    [
      `logins: { joe: { keys: ${PUBLIC} }, ann: { secret: ${SECRET} } }`,
      'cryptosign wamp-scram scram wampcra ticket',
    ],
    [`logins: { joe: { derived_key: "${Buffer.alloc(32).toString('base64')}", salt: salt123 } }`, 'wampcra'],
  ])('with "%s" are "%s"', async (auth, expected) => {
    expect((await identity(auth)).methods).toBe(expected);
  });

  it('are all where an application finds logins, or those of its examples', async () => {
    const find = () => undefined;
    expect((await identity('', { find })).methods).toBe('cryptosign wamp-scram scram wampcra ticket');
    const examples: Login[] = [{ id: 'example', secret: 'anything' }];
    expect((await identity('', { find, examples })).methods).toBe('wampcra');
  });
});

describe('who has proven who it is', () => {
  const LOGINS = `logins: { joe: { ticket: ticketforjoe1234 }, shop: { ticket: ticketforshop123, kind: backend } }`;

  it('ends after session_ttl as everybody does', async () => {
    const { present } = await identity(`${LOGINS}, session_ttl: 1h`);
    const { principal } = await present('ticketforjoe1234', 'joe');
    expect(principal.expires).toBeGreaterThan(Date.now() + 3_500_000);
    expect((await present('ticketforshop123', 'shop')).principal).not.toHaveProperty('expires');
  });

  it('is not let in with what was withdrawn', async () => {
    const { present, revocations } = await identity(LOGINS);
    expect(await outcome(present('ticketforjoe1234', 'joe'))).toBe('user joe');
    revocations.revoke('joe', Date.now());
    expect(await outcome(present('ticketforjoe1234', 'joe'))).toBe(
      'unauthorized: the credential was withdrawn',
    );
    expect(await outcome(present('wrong', 'joe'))).toBe(UNPROVEN);
    expect(await outcome(present('ticketforshop123', 'shop'))).toBe('backend shop');
  });

  it('is let in with what an application says is newer', async () => {
    const find = (): Login => ({ id: 'joe', ticket: 'ticketforjoe1234', issued: Date.now() + 1 });
    const { present, revocations } = await identity('', { find });
    revocations.revoke('joe', Date.now());
    expect(await outcome(present('ticketforjoe1234', 'joe'))).toBe('user joe');
  });

  it('uses a one-time ticket once', async () => {
    const { present } = await identity(`secret: ${SECRET}`);
    const ticket = mintTicket({ user: '5', ttl: 60_000 }, SECRET);
    expect(await outcome(present(ticket, '6'))).toBe('unauthorized: the ticket is for another user');
    expect(await outcome(present(ticket, '5'))).toBe('user 5');
    expect(await outcome(present(ticket, '5'))).toBe('unauthorized: the ticket was used already');
  });

  it('is not asked any more after limits.failed_logins', async () => {
    const { present } = await identity(LOGINS);
    for (let i = 0; i < 20; i++) expect(await outcome(present('wrong', 'joe'))).toBe(UNPROVEN);
    expect(await outcome(present('ticketforjoe1234', 'joe'))).toMatch(
      /^limit_exceeded: limits.failed_logins/,
    );
  });
});

describe('the questions for names that nobody has', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64url');
  const salts = async (auth: string) => {
    const { ask } = await identity(`${auth}, logins: { joe: { secret: ${KEY} } }`);
    const [joe, nobody] = await Promise.all(['joe', 'nobody'].map((name) => ask('wamp-scram', name)));
    return [joe?.['salt'], nobody?.['salt']];
  };

  it.each([`secret: ${SECRET}`, `private_key: ${raw}`])(
    'are the same after a restart, with %s',
    async (auth) => {
      expect(await salts(auth)).toEqual(await salts(auth));
    },
  );

  it('change with a restart as those for others do, where nothing is signed', async () => {
    const [before, after] = [await salts('anonymous: true'), await salts('anonymous: true')];
    expect(before[0]).not.toBe(after[0]);
    expect(before[1]).not.toBe(after[1]);
  });
});

describe('logins', () => {
  it('are either configured or offered by a class', async () => {
    const offers = {
      handlers: new Map(),
      periodic: new Map(),
      services: new Map([[TOKENS.logins as symbol, { class: class {}, file: 'topics/logins.ts' }]]),
    };
    const settings = await settingsOf(`logins: { joe: { secret: ${SECRET} } }`);
    expect(() => checkLogins(offers, settings)).toThrow('topics/logins.ts offers TOKENS.logins');
    expect(() => checkLogins({ ...offers, services: new Map() }, settings)).not.toThrow();
    expect(() =>
      checkLogins(offers, { ...settings, auth: { ...settings.auth, logins: new Map() } }),
    ).not.toThrow();
  });
});
