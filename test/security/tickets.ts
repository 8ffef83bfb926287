import { generateKeyPairSync, sign } from 'node:crypto';
import { mintTicket } from '../../src/authenticators/index.js';
import { KEY, SECRET } from '../support/server.js';
import type { AttackTopic } from './attack.js';
import { signedTicket } from './forging.js';
import { bearer, premise, summary } from './outcomes.js';
import { TICKET_PAIR } from './scene.js';
import type { World } from './world.js';

const FORGED = 'closed: 4500, the ticket is not signed by this server';
const MALFORMED = 'closed: 4500, the ticket is malformed';
const EXPIRED = 'closed: 4500, the ticket is expired';
const USED = 'closed: 4500, the ticket was used already';

const OTHER_PAIR = generateKeyPairSync('ed25519').privateKey;

function presentAll(world: World, tickets: readonly string[]): Promise<string[]> {
  return Promise.all(tickets.map((ticket) => world.present(ticket)));
}

/** The signature of one ticket under what another says. */
function spliced(world: World): string {
  const [kind, , signature] = world.ticket('6').split('.');
  const [, payload] = world.ticket('5').split('.');
  return [kind, payload, signature].join('.');
}

export const tickets: AttackTopic = {
  title: 'Tickets',
  attacks: [
    {
      id: 'T1',
      attack: 'Connects a second time with a ticket',
      ancestor: 'lets it in as often as it comes, for 300 s',
      ours: USED,
      async run(world) {
        const ticket = world.ticket('5');
        premise((await world.present(ticket)) === 'let in', 'the ticket is good once');
        return world.present(ticket);
      },
    },
    {
      id: 'T2',
      attack: 'Connects 50 times at once with one ticket',
      ancestor: 'lets all 50 in',
      ours: `1 is let in, 49 ${USED}`,
      async run(world) {
        const answers = await presentAll(world, Array(50).fill(world.ticket('5')));
        const refused = answers.filter((answer) => answer !== 'let in');
        return `${50 - refused.length} is let in, ${refused.length} ${summary(refused)}`;
      },
    },
    {
      id: 'T3',
      attack: 'Uses up a ticket over HTTP and connects with it, and the other way round',
      ancestor: '–',
      ours: `${USED} / 401 unauthorized`,
      async run(world) {
        const publish = (ticket: string) =>
          world.request('/api/publish', { headers: bearer(ticket), body: { channel: 'room/a', payload: 1 } });
        const [first, second] = [world.ticket('5'), world.ticket('5')];
        premise((await publish(first)) === '403 forbidden', 'the ticket is good over HTTP');
        premise((await world.present(second)) === 'let in', 'the ticket is good over WebSocket');
        return summary([await world.present(first), await publish(second)]);
      },
    },
    {
      id: 'T4',
      attack:
        'Spells a used ticket otherwise: with padding, with spare bits in the last character, with a space',
      ancestor: '–',
      ours: `${MALFORMED} / ${FORGED}`,
      async run(world) {
        const ticket = world.ticket('5');
        premise((await world.present(ticket)) === 'let in', 'the ticket is good once');
        const last = ticket.at(-1) ?? '';
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        const twin = alphabet[alphabet.indexOf(last) ^ 1];
        const spellings = [`${ticket}=`, `${ticket} `, ticket.slice(0, -1) + twin];
        return summary(await presentAll(world, spellings));
      },
    },
    {
      id: 'T5',
      attack: 'Keeps a ticket until it has expired',
      ancestor: 'refuses it after the WELCOME, by the text of a 403 in the WAMP stream and close code 0',
      ours: EXPIRED,
      run: (world) =>
        world.present(mintTicket({ user: '5', ttl: 60_000 }, SECRET, () => Date.now() - 61_000)),
    },
    {
      id: 'T6',
      attack: 'Brings a ticket that is made more than 30 s in the future',
      ancestor: 'refuses it likewise',
      ours: EXPIRED,
      run: (world) =>
        world.present(mintTicket({ user: '5', ttl: 60_000 }, SECRET, () => Date.now() + 40_000)),
    },
    {
      id: 'T7',
      attack: 'Signs a ticket with another secret, or with none',
      ancestor: 'refuses it likewise, comparing in a time that tells how much was right',
      ours: FORGED,
      run: async (world) =>
        summary(await presentAll(world, [signedTicket({}, 'a secret of its own'), signedTicket({}, '')])),
    },
    {
      id: 'T8',
      attack: 'Puts what a ticket says under the signature of another',
      ancestor: 'refuses another nonce, time or password, but the user name is not signed',
      ours: FORGED,
      run: (world) => world.present(spliced(world)),
    },
    {
      id: 'T9',
      attack: 'Leaves the signature out',
      ancestor: 'refuses it',
      ours: MALFORMED,
      async run(world) {
        const head = world.ticket('5').split('.').slice(0, 2).join('.');
        return summary(await presentAll(world, [head, `${head}.`, `${head}.${'='.repeat(43)}`]));
      },
    },
    {
      id: 'T10',
      attack: 'Changes the kind of a ticket, `v1` to `e1` and back, to have it checked in another way',
      ancestor: '–',
      ours: MALFORMED,
      run(world) {
        const pair = mintTicket({ user: '5', ttl: 60_000 }, TICKET_PAIR.privateKey);
        const swapped = [world.ticket('5').replace('v1', 'e1'), pair.replace('e1', 'v1')];
        return presentAll(world, swapped).then(summary);
      },
    },
    {
      id: 'T11',
      attack:
        'Signs a ticket `v1` with the public key of `e1` for a secret, or `e1` with a key pair of its own',
      ancestor: '–',
      ours: FORGED,
      async run(world) {
        const pem = TICKET_PAIR.publicKey.export({ type: 'spki', format: 'pem' });
        const raw = Buffer.from(String(TICKET_PAIR.publicKey.export({ format: 'jwk' }).x), 'base64url');
        const head = signedTicket({}).split('.')[1];
        const own = sign(null, Buffer.from(`e1.${head}`), OTHER_PAIR);
        return summary(
          await presentAll(world, [
            signedTicket({}, pem),
            signedTicket({}, raw),
            `e1.${head}.${own.toString('base64url')}`,
          ]),
        );
      },
    },
    {
      id: 'T12',
      attack: 'Names a kind of its own: `v2`, `none`, `V1`',
      ancestor: '–',
      ours: MALFORMED,
      run: async (world) =>
        summary(
          await presentAll(
            world,
            ['v2', 'none', 'V1', ''].map((kind) => world.ticket('5').replace('v1', kind)),
          ),
        ),
    },
    {
      id: 'T13',
      attack: 'Has a ticket signed that gives it the role `backend`',
      ancestor: '–',
      ours: MALFORMED,
      run: (world) => world.present(signedTicket({ roles: ['ROLE_USER', 'backend'] })),
    },
    {
      id: 'T14',
      attack:
        'Has a ticket signed without end, id or user, with times that are none, or with members nobody knows',
      ancestor: '–',
      ours: MALFORMED,
      async run(world) {
        const odd = [
          { exp: undefined },
          { exp: 1e308 },
          { exp: '9999999999' },
          { exp: null },
          { jti: undefined },
          { jti: 'x'.repeat(256) },
          { sub: '' },
          { sub: 5 },
          { nbf: 0 },
        ];
        const proto = '{"__proto__":{"sub":"5"},"iat":0,"exp":9999999999,"jti":"1"}';
        return summary(
          await presentAll(world, [...odd.map((claims) => signedTicket(claims)), signedTicket(proto)]),
        );
      },
    },
    {
      id: 'T15',
      attack:
        'Brings a ticket that is longer than 4,096 characters, or a credential that is longer than 8,192',
      ancestor: '–',
      ours: `${MALFORMED} / closed: 4500, the credential is over 8192 characters`,
      run: async (world) =>
        summary(
          await presentAll(
            world,
            [4096, 9000].map((n) => signedTicket({ roles: ['x'.repeat(n)] })),
          ),
        ),
    },
    {
      id: 'T16',
      attack: 'Comes with a ticket that was made before its user was logged out',
      ancestor: 'lets it in: logging out withdraws nothing',
      ours: 'closed: 4500, the credential was withdrawn',
      async run(world) {
        const ticket = world.ticket('withdrawn');
        await world.command('/api/disconnect', { user: 'withdrawn' });
        return world.present(ticket);
      },
    },
    {
      id: 'T17',
      attack: 'Presents a wrong ticket beside a right one, or beside a key',
      ancestor: '–',
      ours: MALFORMED,
      async run(world) {
        const query = `?ticket=wrong&ticket=${world.ticket('5')}`;
        const answers = [
          await world.enter({ query }),
          await world.enter({ query: '?ticket=wrong', headers: { Authorization: `Bearer ${KEY}` } }),
        ];
        return summary(answers);
      },
    },
    {
      id: 'T18',
      attack: 'Presents the ticket of user 5 under the name of user 6',
      ancestor: '–',
      ours: 'closed: 4500, the ticket is for another user',
      run(world) {
        const basic = Buffer.from(`6:${world.ticket('5')}`).toString('base64');
        return world.enter({ headers: { Authorization: `Basic ${basic}` } });
      },
    },
  ],
};
