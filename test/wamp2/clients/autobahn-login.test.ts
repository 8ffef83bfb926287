import { afterEach, describe, expect, it } from 'vitest';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { AutobahnClients, autobahn, keyPair } from './autobahn-js.js';
import { PUBLIC_KEY, SALTED_SECRET, SECRET, SEED, TICKET } from './logins.js';

interface CraExtra {
  readonly challenge: string;
  readonly salt?: string;
  readonly iterations?: number;
  readonly keylen?: number;
}

const wampcra = (secret: string) => (_: unknown, __: string, extra: CraExtra) => {
  const { challenge, salt, iterations, keylen } = extra;
  const key = salt === undefined ? secret : autobahn.auth_cra.derive_key(secret, salt, iterations, keylen);
  return autobahn.auth_cra.sign(key, challenge);
};
const cryptosign = (seed: Uint8Array) => (_: unknown, __: string, extra: object) =>
  autobahn.auth_cryptosign.sign_challenge(keyPair(seed), extra);
const answering = (answer: string) => () => answer;

const GOOD = {
  ticket: { authid: 'alice', authmethods: ['ticket'], onchallenge: answering(TICKET) },
  wampcra: { authid: 'joe', authmethods: ['wampcra'], onchallenge: wampcra(SECRET) },
  'salted wampcra': { authid: 'sue', authmethods: ['wampcra'], onchallenge: wampcra(SALTED_SECRET) },
  cryptosign: {
    authid: 'kim',
    authmethods: ['cryptosign'],
    authextra: { pubkey: PUBLIC_KEY },
    onchallenge: cryptosign(SEED),
  },
};
const BAD = {
  'a wrong ticket': { ...GOOD.ticket, onchallenge: answering('ticket of bob, for tests') },
  'a wrong secret': { ...GOOD.wampcra, onchallenge: wampcra(SALTED_SECRET) },
  'a wrong salted secret': { ...GOOD['salted wampcra'], onchallenge: wampcra(SECRET) },
  'a wrong key': { ...GOOD.cryptosign, onchallenge: cryptosign(Buffer.alloc(32, 2)) },
  'a name that nobody has': { ...GOOD.wampcra, authid: 'nobody' },
};

describe('an AutobahnJS client', () => {
  const server = useServer(APPLICATION);
  const clients = new AutobahnClients();
  afterEach(() => clients.closeAll());

  for (const serializer of ['json', 'msgpack', 'cbor']) {
    const connect = (options: object = {}, url = server().webSocketUrl()) =>
      clients.connect(url, serializer, options);

    describe(`over ${serializer}`, () => {
      it('is anonymous if it says nothing', async () => {
        const { welcome } = await connect();
        expect(welcome).toMatchObject({ authmethod: 'anonymous', authrole: 'anonymous' });
      });

      it.each(Object.entries(GOOD))('proves who it is by %s', async (_, login) => {
        const { welcome } = await connect(login);
        const authrole = login.authid === 'alice' ? 'manager' : 'staff';
        expect(welcome).toMatchObject({ authid: login.authid, authmethod: login.authmethods[0], authrole });
      });

      it.each(Object.entries(BAD))('is turned away with %s', async (_, login) => {
        await expect(connect(login)).rejects.toThrow(/wamp\.error\.(authentication|not_authorized|no_)/);
      });

      it('is who the ticket in its address says', async () => {
        const { welcome } = await connect({}, server().webSocketUrl('5', ['7']));
        expect(welcome).toMatchObject({ authid: '5', authrole: 'user' });
      });
    });
  }
});
