import { generateKeyPairSync } from 'node:crypto';
import { Container } from 'inversify';
import { describe, expect, it } from 'vitest';
import { bindIdentity, ticketMint } from '../../src/app/identity.js';
import { PARTS, TOKENS } from '../../src/app/tokens.js';
import { MemoryReplayCache, mintTicket } from '../../src/authenticators/index.js';
import { loadSettings, type Settings } from '../../src/config/index.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { NOBODY, presenting } from '../authenticators/attempts.js';
import { testFolder } from '../support/folder.js';

const SECRET = 'a secret of more than thirty-two characters';
const KEY = 'a key of more than sixteen characters';
const KEYS = `keys: { shop: ${KEY} }`;

async function settingsOf(auth: string): Promise<Settings> {
  const folder = testFolder({ 'signalbox.yml': `auth: { ${auth} }\n` });
  const { settings, findings } = await loadSettings({ file: `${folder}/signalbox.yml`, env: {} });
  expect(findings).toEqual([]);
  return settings;
}

/** Everybody, and those who are somebody. */
async function chains(auth: string) {
  const container = new Container();
  container.bind(TOKENS.logger).toConstantValue(NULL_LOGGER);
  container.bind(TOKENS.meter).toConstantValue(NULL_METER);
  container.bind(PARTS.replays).toConstantValue(new MemoryReplayCache({ size: 100 }));
  bindIdentity(container, await settingsOf(auth));
  return { everybody: container.get(TOKENS.authenticator), known: container.get(PARTS.knownOnly) };
}

const ticket = () => presenting('ticket', mintTicket({ user: '5', ttl: 60_000 }, SECRET));
const key = presenting('bearer', KEY);

describe('who is asked who a peer is', () => {
  it('is every method that is configured', async () => {
    const { everybody, known } = await chains(`secret: ${SECRET}, ${KEYS}`);
    for (const chain of [everybody, known]) {
      expect(await chain.authenticate(ticket())).toMatchObject({ kind: 'user', id: '5' });
      expect(await chain.authenticate(key)).toMatchObject({ kind: 'backend', id: 'shop' });
    }
    expect(await everybody.authenticate(NOBODY)).toMatchObject({ kind: 'anonymous' });
    expect(await known.authenticate(NOBODY)).toBeUndefined();
  });

  it.each([
    ['anonymous: false', 'ticket keys'],
    ['methods: [ticket, keys]', 'ticket keys'],
    ['methods: [keys]', 'keys'],
    ['methods: ticket', 'ticket'],
    ['methods: [anonymous]', 'anonymous'],
    ['methods: [anonymous, keys, ticket]', 'ticket keys anonymous'],
  ])('with %s is %s', async (more, expected) => {
    const { everybody } = await chains(`secret: ${SECRET}, ${KEYS}, ${more}`);
    const attempts = { ticket: ticket(), keys: key, anonymous: NOBODY };
    const accepted = Object.entries(attempts).filter(([, attempt]) => {
      try {
        return everybody.authenticate(attempt) !== undefined;
      } catch (error) {
        expect(error).toMatchObject({ code: 'unauthorized' });
        return false;
      }
    });
    expect(accepted.map(([method]) => method).join(' ')).toBe(expected);
  });

  it('takes a ticket once, whichever way it comes', async () => {
    const { everybody, known } = await chains(`secret: ${SECRET}`);
    const attempt = ticket();
    expect(await everybody.authenticate(attempt)).toMatchObject({ id: '5' });
    expect(() => everybody.authenticate(attempt)).toThrow('was used already');
    expect(() => known.authenticate(attempt)).toThrow('was used already');
  });

  it('takes it again with ticket_once: false', async () => {
    const { everybody } = await chains(`secret: ${SECRET}, ticket_once: false`);
    const attempt = ticket();
    for (let i = 0; i < 3; i++) expect(await everybody.authenticate(attempt)).toMatchObject({ id: '5' });
  });

  it('ends users after session_ttl, and nobody else', async () => {
    const { everybody } = await chains(`secret: ${SECRET}, ${KEYS}, session_ttl: 1h`);
    const before = Date.now();
    const { expires = 0 } = (await everybody.authenticate(ticket())) ?? {};
    expect(expires).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(expires).toBeLessThanOrEqual(Date.now() + 3_600_000);
    expect(await everybody.authenticate(key)).not.toHaveProperty('expires');
    expect(await everybody.authenticate(NOBODY)).not.toHaveProperty('expires');
  });

  it('ends nobody with session_ttl: false', async () => {
    const { everybody } = await chains(`secret: ${SECRET}, session_ttl: false`);
    expect(await everybody.authenticate(ticket())).not.toHaveProperty('expires');
  });
});

describe('minting', () => {
  const raw = generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'der' })
    .subarray(-32)
    .toString('base64url');

  it.each([
    [`secret: ${SECRET}`, 'v1.'],
    [`private_key: ${raw}`, 'e1.'],
    [`secret: ${SECRET}, private_key: ${raw}`, 'e1.'],
  ])('with %s makes tickets that are accepted', async (auth, prefix) => {
    const { auth: settings } = await settingsOf(auth);
    const { ticket: made } = ticketMint(settings)?.({ user: '5', ttl: 60_000 }) ?? { ticket: '' };
    expect(made.slice(0, 3)).toBe(prefix);
    const { everybody } = await chains(auth);
    expect(await everybody.authenticate(presenting('ticket', made))).toMatchObject({ id: '5' });
  });

  it('is not possible with the public key alone, or where tickets are not taken', async () => {
    const publicKey = generateKeyPairSync('ed25519')
      .publicKey.export({ type: 'spki', format: 'der' })
      .subarray(-32)
      .toString('base64url');
    for (const auth of [`public_key: ${publicKey}`, KEYS, `secret: ${SECRET}, methods: anonymous`]) {
      expect(ticketMint((await settingsOf(auth)).auth)).toBeUndefined();
    }
  });
});
