import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScramChallenger, scramVerifier } from '../../src/authenticators/index.js';
import type { ScramVerifier } from '../../src/core/logins.js';
import { answer, claiming, outcome, prove, type Respond, UNPROVEN } from './challenges.js';
import { configured, DECOYS } from './logins.js';

const NONCE = 'egVDf3DMJh0=';
const ARGON: ScramVerifier = {
  ...scramVerifier('pencil', { salt: Buffer.alloc(16, 7), iterations: 4096 }),
  kdf: 'argon2id13',
  iterations: 3,
  memory: 512,
};

const logins = configured({
  user: { secret: 'pencil' },
  'a,b=c': { secret: 'pencil' },
  argon: { scram: ARGON },
  keyed: { keys: ['00'.repeat(32)] },
});
const challenger = new ScramChallenger({ method: 'wamp-scram', logins, decoys: DECOYS });
const early = new ScramChallenger({ method: 'scram', logins, decoys: DECOYS });

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();

interface Exchange {
  readonly name: string;
  readonly password: string;
  readonly nonce?: string;
  /** What is signed of channel binding. */
  readonly binding?: string;
}

/** What a client makes of a question by the letter of the specification, and what it expects of the server. */
function client(
  { name, password, nonce = NONCE, binding = 'biws' }: Exchange,
  challenge: Readonly<Record<string, unknown>>,
) {
  const { nonce: both, salt, iterations, kdf } = challenge as Record<string, string>;
  const rounds = kdf === 'pbkdf2' ? Number(iterations) : 4096;
  const salted = pbkdf2Sync(password, Buffer.from(String(salt), 'base64'), rounds, 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const escaped = name.replaceAll('=', '=3D').replaceAll(',', '=2C');
  const message = `n=${escaped},r=${nonce},r=${both},s=${salt},i=${iterations},c=${binding},r=${both}`;
  const signature = hmac(createHash('sha256').update(clientKey).digest(), message);
  return {
    proof: Buffer.from(clientKey.map((octet, i) => octet ^ (signature[i] ?? 0))).toString('base64'),
    verifier: hmac(hmac(salted, 'Server Key'), message).toString('base64'),
  };
}

const responding =
  (exchange: Exchange): Respond =>
  (challenge) => [
    client(exchange, challenge).proof,
    { nonce: challenge['nonce'], channel_binding: null, cbind_data: null },
  ];

const hello = (name: string) => claiming(name, { nonce: NONCE, channel_binding: null });

describe('a peer proves who it is by wamp-scram', () => {
  it.each([
    ['with its password', 'user', 'pencil', 'user user'],
    ['under a name that has to be escaped', 'a,b=c', 'pencil', 'user a,b=c'],
    ['where only a verifier is known, whatever derived it', 'argon', 'pencil', 'user argon'],
    ['not with another password', 'user', 'pencils', UNPROVEN],
    ['not under a name that nobody has', 'nobody', 'pencil', UNPROVEN],
    ['not under a name that has no verifier', 'keyed', 'pencil', UNPROVEN],
  ])('%s', async (_case, name, password, expected) => {
    expect(await outcome(prove(challenger, hello(name), responding({ name, password })))).toBe(expected);
  });

  it('and gets proof of the server', async () => {
    const challenge = await challenger.challenge(hello('user'));
    const { proof, verifier } = client({ name: 'user', password: 'pencil' }, challenge.extra);
    const { extra } = await answer(challenge, [proof, { nonce: challenge.extra['nonce'] }]);
    expect(extra).toEqual({ verifier, scram_server_signature: verifier });
  });

  it('as RFC 7677 has it', async () => {
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
    const asking = new ScramChallenger({
      method: 'wamp-scram',
      logins: configured({ user: { scram: scramVerifier('pencil', { salt, iterations: 4096 }) } }),
      decoys: DECOYS,
      nonce: () => '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    });
    const nonce = 'rOprNGfwEbeRWgbNEkqO';
    const challenge = await asking.challenge(claiming('user', { nonce }));
    expect(challenge.extra).toEqual({
      nonce: `${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`,
      salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
      kdf: 'pbkdf2',
      iterations: 4096,
      memory: null,
    });
    const proof = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
    const { extra } = await answer(challenge, [proof, { nonce: challenge.extra['nonce'] }]);
    expect(extra?.['verifier']).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });
});

describe('the question of wamp-scram', () => {
  it('goes on from the nonce of the peer', async () => {
    const { extra } = await challenger.challenge(hello('argon'));
    expect(extra).toMatchObject({ kdf: 'argon2id13', iterations: 3, memory: 512 });
    expect(extra['nonce']).toMatch(/^egVDf3DMJh0=[A-Za-z0-9+/]{24}$/);
  });

  it('is another one each time, so that no answer can be used again', async () => {
    const first = await challenger.challenge(hello('user'));
    const response = await responding({ name: 'user', password: 'pencil' })(first.extra);
    const second = await challenger.challenge(hello('user'));
    expect(await outcome(answer(second, response))).toBe(UNPROVEN);
    expect(await outcome(answer(second, [response[0], { nonce: second.extra['nonce'] }]))).toBe(UNPROVEN);
    expect(await outcome(answer(first, response))).toBe('user user');
  });

  it.each([
    undefined,
    null,
    5,
    '',
    'not base64!',
    'egVDf3DMJh0',
    'egVDf3DMJh1=='.slice(0, 11),
    'A'.repeat(260),
  ])('is not put to a peer with the nonce %j', (nonce) => {
    expect(() => challenger.challenge(claiming('user', { nonce }))).toThrow('no nonce in base64');
  });

  it.each(['tls-unique', 'tls-server-end-point', 5, {}, true])(
    'is not bound to a channel: %j',
    async (binding) => {
      const attempt = claiming('user', { nonce: NONCE, channel_binding: binding });
      expect(() => challenger.challenge(attempt)).toThrow('channel binding is not supported');
      const challenge = await challenger.challenge(hello('user'));
      const { proof } = client({ name: 'user', password: 'pencil' }, challenge.extra);
      const { nonce } = challenge.extra;
      for (const extra of [
        { nonce, channel_binding: binding },
        { nonce, cbind_data: binding },
      ]) {
        expect(await outcome(answer(challenge, [proof, extra]))).toContain(
          'channel binding is not supported',
        );
      }
    },
  );

  it.each([[{}], [{ nonce: NONCE }], [{ nonce: null }], [{ nonce: [NONCE] }]])(
    'has to be answered with its nonce, not with %j',
    async (extra) => {
      const challenge = await challenger.challenge(hello('user'));
      const { proof } = client({ name: 'user', password: 'pencil' }, challenge.extra);
      expect(await outcome(answer(challenge, [proof, extra]))).toBe(UNPROVEN);
    },
  );

  it('takes no other spelling of a proof', async () => {
    const challenge = await challenger.challenge(hello('user'));
    const { proof } = client({ name: 'user', password: 'pencil' }, challenge.extra);
    const extra = { nonce: challenge.extra['nonce'] };
    for (const spelling of [`${proof} `, `\n${proof}`, proof.replace('=', ''), `${proof}=`]) {
      expect(await outcome(answer(challenge, [spelling, extra]))).toBe(UNPROVEN);
    }
    expect(await outcome(answer(challenge, [proof, extra]))).toBe('user user');
  });

  it('takes no proof but the right one', async () => {
    const challenge = await challenger.challenge(hello('user'));
    const extra = { nonce: challenge.extra['nonce'] };
    const guess = fc.oneof(fc.string(), fc.base64String({ minLength: 44, maxLength: 44 }));
    await fc.assert(
      fc.asyncProperty(guess, async (text) => {
        expect(await outcome(answer(challenge, [text, extra]))).toBe(UNPROVEN);
      }),
    );
  });
});

describe('AutobahnPython proves who it is by scram', () => {
  it('repeating no nonce, and signing nothing of channel binding', async () => {
    const answering: Respond = (challenge) => [
      client({ name: 'argon', password: 'pencil', binding: '' }, challenge).proof,
    ];
    expect(await outcome(prove(early, claiming('argon', { nonce: NONCE }), answering))).toBe('user argon');
    expect(await outcome(prove(challenger, claiming('argon', { nonce: NONCE }), answering))).toBe(UNPROVEN);
  });

  it('or as the specification has it', async () => {
    const answering = responding({ name: 'user', password: 'pencil' });
    expect(await outcome(prove(early, hello('user'), answering))).toBe('user user');
  });
});

describe('somebody whom nobody knows', () => {
  it('is asked like somebody who exists, and each time with the same salt', async () => {
    const asking = new ScramChallenger({
      method: 'wamp-scram',
      logins: configured({ argon: { scram: ARGON } }),
      decoys: DECOYS,
    });
    const [argon, nobody, again, other] = await Promise.all(
      ['argon', 'nobody', 'nobody', 'other'].map(async (name) => (await asking.challenge(hello(name))).extra),
    );
    const { nonce: _1, salt: _2, ...form } = argon ?? {};
    expect(nobody).toMatchObject(form);
    expect(String(nobody?.['salt'])).toHaveLength(String(argon?.['salt']).length);
    expect(again?.['salt']).toBe(nobody?.['salt']);
    expect(other?.['salt']).not.toBe(nobody?.['salt']);
  });

  it('is asked by PBKDF2 where an application shows no examples', async () => {
    const asking = new ScramChallenger({
      method: 'scram',
      logins: { find: () => undefined },
      decoys: DECOYS,
    });
    const { extra } = await asking.challenge(hello('nobody'));
    expect(extra).toMatchObject({ kdf: 'pbkdf2', iterations: 15_000 });
    // AutobahnPython takes a null for a number
    expect(extra).not.toHaveProperty('memory');
    expect(String(extra['salt'])).toHaveLength(24);
  });
});

describe('a verifier', () => {
  const salt = Buffer.alloc(16);

  it.each([
    ['composed and decomposed letters', 'ä', 'a\u0308'],
    ['letters of full width', 'ＡＢ', 'AB'],
    ['spaces', 'a\u00a0b', 'a b'],
    ['soft hyphens', 'a\u00adb', 'ab'],
  ])('takes %s of a password for the same', (_what, left, right) => {
    const [one, other] = [left, right].map((password) => scramVerifier(password, { salt, iterations: 1 }));
    expect(one).toEqual(other);
  });

  it('differs for letters of another case', () => {
    const [one, other] = ['a', 'A'].map((password) => scramVerifier(password, { salt, iterations: 1 }));
    expect(one?.storedKey).not.toBe(other?.storedKey);
  });
});
