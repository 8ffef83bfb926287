import { createHmac, generateKeyPairSync } from 'node:crypto';
import type { AttackTopic } from './attack.js';
import { seconds, type TokenParts, token } from './forging.js';
import { premise, summary } from './outcomes.js';
import { pem, TOKEN_PAIR } from './scene.js';
import type { World } from './world.js';

const FORGED = 'closed: 4500, the token is not signed by a known key';
const MALFORMED = 'closed: 4500, the token is malformed';

/** What comes of presenting each of these tokens, as `?token=`, `?ticket=` and `Bearer` in turn. */
async function presentAll(world: World, ...all: TokenParts[]): Promise<string> {
  const ways = [
    (text: string) => world.enter({ query: `?token=${text}` }),
    (text: string) => world.enter({ query: `?ticket=${text}` }),
    (text: string) => world.enter({ headers: { Authorization: `Bearer ${text}` } }),
  ];
  const present = (parts: TokenParts) => Promise.all(ways.map((way) => way(world.secret(token(parts)))));
  return summary((await Promise.all(all.map(present))).flat());
}

function sealedWith(secret: string | Buffer) {
  return (signed: string) => createHmac('sha256', secret).update(signed).digest('base64url');
}

const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ownJwk = own.publicKey.export({ format: 'jwk' });

export const tokens: AttackTopic = {
  title: 'JSON Web Tokens',
  attacks: [
    {
      id: 'J1',
      attack: 'Says `alg: none`, in any letters, with a signature or without',
      ancestor: '–',
      ours: `${FORGED} / ${MALFORMED}`,
      async run(world) {
        premise((await presentAll(world, {})) === 'let in', 'a sound token is taken');
        const algorithms = ['none', 'None', 'NONE', 'nOnE', ''];
        const bare = algorithms.map((alg) => ({ header: { alg }, signer: () => '' }));
        return presentAll(world, ...bare, ...algorithms.map((alg) => ({ header: { alg } })));
      },
    },
    {
      id: 'J2',
      attack: 'Says `alg: HS256` and takes the public key for the secret',
      ancestor: '–',
      ours: FORGED,
      run(world) {
        const key = TOKEN_PAIR.publicKey;
        const secrets = [pem(key), pem(key).trim(), key.export({ type: 'spki', format: 'der' })];
        const header = { alg: 'HS256' };
        return presentAll(world, ...secrets.map((secret) => ({ header, signer: sealedWith(secret) })));
      },
    },
    {
      id: 'J3',
      attack: 'Names an algorithm that is not in `auth.jwt.algorithms`: `ES384`, `RS256`, `EdDSA`, `ES256K`',
      ancestor: '–',
      ours: FORGED,
      run: (world) =>
        presentAll(
          world,
          ...['ES384', 'RS256', 'EdDSA', 'ES256K', 'es256'].map((alg) => ({ header: { alg } })),
        ),
    },
    {
      id: 'J4',
      attack: 'Brings its own key: signs by it, and names it in `jwk`, `jku`, `x5u` or `x5c`',
      ancestor: '–',
      ours: `${FORGED} / ${MALFORMED}, and nobody is asked for a key`,
      async run(world) {
        const url = `${world.application.url}/keys`;
        const headers = [{}, { jwk: ownJwk }, { jku: url }, { x5u: url }, { x5c: ['MIIB'] }];
        const before = world.application.requests.length;
        const answer = await presentAll(
          world,
          ...headers.map((header) => ({ header, signer: own.privateKey })),
        );
        const asked = world.application.requests.length - before;
        return `${answer}, and ${asked === 0 ? 'nobody' : 'somebody'} is asked for a key`;
      },
    },
    {
      id: 'J5',
      attack: 'Demands by `crit` that the server heeds what it does not know',
      ancestor: '–',
      ours: MALFORMED,
      run: (world) =>
        presentAll(world, { header: { crit: ['exp'] } }, { header: { crit: ['b64'], b64: false } }),
    },
    {
      id: 'J6',
      attack: "Names a key that is a path or a query: `../../dev/null`, `x' OR 1=1`",
      ancestor: '–',
      ours: FORGED,
      run: (world) =>
        presentAll(
          world,
          ...['../../dev/null', "x' OR 1=1", '__proto__'].map((kid) => ({
            header: { kid },
            signer: own.privateKey,
          })),
        ),
    },
    {
      id: 'J7',
      attack: 'Leaves the signature out, or sends one of zeros only',
      ancestor: '–',
      ours: FORGED,
      run: (world) =>
        presentAll(world, { signer: () => '' }, { signer: () => Buffer.alloc(64).toString('base64url') }),
    },
    {
      id: 'J8',
      attack: 'Puts other claims under the signature of a sound token',
      ancestor: '–',
      ours: FORGED,
      run(world) {
        const [, , signature = ''] = token().split('.');
        return presentAll(world, { claims: { sub: '6' }, signer: () => signature });
      },
    },
    {
      id: 'J9',
      attack: 'Has a token without `exp`',
      ancestor: '–',
      ours: 'closed: 4500, the token has no expiry',
      run: (world) => presentAll(world, { claims: { exp: undefined } }),
    },
    {
      id: 'J10',
      attack: 'Has a token whose `exp` is a text, null, 1e308 or a fraction',
      ancestor: '–',
      ours: MALFORMED,
      run: (world) =>
        presentAll(
          world,
          ...['9999999999', null, 1e308, seconds(60) + 0.5].map((exp) => ({ claims: { exp } })),
        ),
    },
    {
      id: 'J11',
      attack: 'Keeps a token until it has expired',
      ancestor: '–',
      ours: 'closed: 4500, the token is expired',
      run: (world) => presentAll(world, { claims: { exp: seconds(-31) } }),
    },
    {
      id: 'J12',
      attack: 'Uses a token before its time, by `nbf` or `iat`',
      ancestor: '–',
      ours: 'closed: 4500, the token is not valid yet',
      run: (world) => presentAll(world, { claims: { nbf: seconds(50) } }, { claims: { iat: seconds(50) } }),
    },
    {
      id: 'J13',
      attack: 'Brings a token that its issuer made for somebody else, or for nobody in particular',
      ancestor: '–',
      ours: 'closed: 4500, the token is not for this audience',
      run: (world) =>
        presentAll(world, ...['shop', ['shop', 'Live'], undefined].map((aud) => ({ claims: { aud } }))),
    },
    {
      id: 'J14',
      attack: 'Has a token with the role `backend`',
      ancestor: '–',
      ours: 'closed: 4500, the token has the role backend, which only a key gives',
      run: (world) =>
        presentAll(world, { claims: { roles: ['backend'] } }, { claims: { roles: 'user backend' } }),
    },
    {
      id: 'J15',
      attack: 'Has a token without user, or with one that is a list, a map or in `__proto__`',
      ancestor: '–',
      ours: 'closed: 4500, the token names no user',
      run(world) {
        const times = `"aud":"live","exp":${seconds(60)}`;
        const users = [undefined, '', ['5'], { id: '5' }, true].map((sub) => ({ claims: { sub } }));
        return presentAll(world, ...users, { claims: `{"__proto__":{"sub":"5"},${times}}` });
      },
    },
    {
      id: 'J16',
      attack: 'Brings a token that is longer than 8,192 characters',
      ancestor: '–',
      ours: 'closed: 4500, the credential is over 8192 characters',
      run: (world) => presentAll(world, { claims: { roles: ['x'.repeat(9000)] } }),
    },
    {
      id: 'J17',
      attack:
        'Comes with a token that was made before its user was logged out, or that does not say when it was made',
      ancestor: '–',
      ours: 'closed: 4500, the credential was withdrawn',
      async run(world) {
        const all = [{ claims: { sub: 'gone' } }, { claims: { sub: 'gone', iat: undefined } }];
        premise((await presentAll(world, ...all)) === 'let in', 'the tokens are taken before');
        await world.command('/api/disconnect', { user: 'gone' });
        return presentAll(world, ...all);
      },
    },
    {
      id: 'J18',
      attack: 'Stays connected after its token has expired',
      ancestor: '–',
      ours: 'dropped',
      async run(world) {
        const page = await world.page(world.secret(token({ claims: { sub: 'brief', exp: seconds(2) } })));
        await world.ended(page);
        return page.socket.closeFrame === undefined ? 'dropped' : 'closed';
      },
    },
  ],
};
