import { describe, expect, it } from 'vitest';
import {
  AnonymousAuthenticator,
  authenticatorChain,
  KeyAuthenticator,
  mintTicket,
  TicketAuthenticator,
  TicketChallenger,
} from '../../src/authenticators/index.js';
import { answer, claiming, outcome, prove, UNPROVEN } from './challenges.js';
import { configured, DECOYS } from './logins.js';

const SECRET = 'a secret of more than thirty-two characters';
const KEY = 'a key of more than sixteen characters';

const logins = configured({
  joe: { ticket: 'ticketforjoe1234', secret: 'not the ticket', roles: ['frontend'] },
  ann: { secret: 'secret of ann' },
  keyed: { keys: ['00'.repeat(32)] },
});
const authenticator = authenticatorChain([
  new TicketAuthenticator({ secret: SECRET }),
  new KeyAuthenticator(new Map([['shop', KEY]])),
  new AnonymousAuthenticator(),
]);
const challenger = new TicketChallenger({ logins, decoys: DECOYS, authenticator });
const ticket = (user = '5') => mintTicket({ user, ttl: 60_000 }, SECRET);

describe('a peer answers with a ticket', () => {
  it.each([
    ['of its login', 'joe', 'ticketforjoe1234', 'user joe'],
    ['that is the secret where the login has no other', 'ann', 'secret of ann', 'user ann'],
    ['but not with the secret where it has', 'joe', 'not the ticket', UNPROVEN],
    ['but not with that of somebody else', 'ann', 'ticketforjoe1234', UNPROVEN],
    [
      'but not with that of a login whose name it does not say',
      undefined,
      'ticketforjoe1234',
      'unauthorized: the key is not known',
    ],
    ['but not under a name that nobody has', 'nobody', 'ticketforjoe1234', UNPROVEN],
    ['but not under a name of the language', '__proto__', 'ticketforjoe1234', UNPROVEN],
    ['but not under a name without ticket', 'keyed', '', UNPROVEN],
    ['but not with an empty one', 'nobody', '', UNPROVEN],
    ['but not under an endless name', 'x'.repeat(256), 'ticketforjoe1234', UNPROVEN],
    ['that is a key of a back end', 'shop', KEY, 'backend shop'],
    ['that is a key, without a name', undefined, KEY, 'backend shop'],
    ['that is a key, with an empty name', '', KEY, 'backend shop'],
    ['that is a key, but not under another name', 'joe', KEY, UNPROVEN],
    ['that this server signed', '5', ticket(), 'user 5'],
    ['that this server signed, without a name', undefined, ticket(), 'user 5'],
    [
      'that this server signed, but not under another name',
      'joe',
      ticket(),
      'unauthorized: the ticket is for another user',
    ],
    [
      'that this server did not sign',
      '5',
      `${ticket().slice(0, -2)}00`,
      'unauthorized: the ticket is not signed by this server',
    ],
  ])('%s', async (_case, name, given, expected) => {
    expect(await outcome(prove(challenger, claiming(name), () => [given]))).toBe(expected);
  });

  it('to a question that says nothing', () => {
    expect(challenger.challenge(claiming('joe')).extra).toEqual({});
    expect(challenger.challenge(claiming('nobody')).extra).toEqual({});
  });

  it('and has to be whom it claims, whatever the method says', async () => {
    const careless = {
      method: 'careless',
      authenticate: () => ({ kind: 'user', id: '6', roles: [], organizations: [], claims: {} }) as const,
    };
    const asking = new TicketChallenger({ logins, decoys: DECOYS, authenticator: careless });
    expect(await outcome(prove(asking, claiming('5'), () => ['anything']))).toBe(UNPROVEN);
    expect(await outcome(prove(asking, claiming('6'), () => ['anything']))).toBe('user 6');
  });

  it('which is presented as a login', async () => {
    const seen: unknown[] = [];
    const watching = { method: 'watching', authenticate: (attempt: unknown) => void seen.push(attempt) };
    const asking = new TicketChallenger({ logins, decoys: DECOYS, authenticator: watching });
    const challenge = asking.challenge({ ...claiming('5'), headers: { cookie: 'a=b' } });
    expect(await outcome(answer(challenge, ['anything']))).toBe(UNPROVEN);
    expect(seen).toEqual([
      {
        remoteAddress: '192.0.2.1',
        headers: { cookie: 'a=b' },
        credential: { source: 'login', secret: 'anything', identity: '5' },
      },
    ]);
  });
});
