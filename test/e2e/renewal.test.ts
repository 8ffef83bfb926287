import { expect, it, onTestFinished } from 'vitest';
import { mintTicket } from '../../src/authenticators/index.js';
import { createSync, type Identity, type Sync, type SyncError } from '../../src/client/node.js';
import { KEY, SECRET } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer({ env: { SIGNALBOX_AUTH_EXPIRY_WARNING: '3s' } });

interface Peer {
  readonly sync: Sync;
  readonly identities: Identity[];
  readonly errors: SyncError[];
}

async function connect(
  user: string,
  ticket: () => string = () => server().ticket(user, ['7']),
): Promise<Peer> {
  const sync = createSync({ url: server().url, ticket, minRetryDelay: 10 });
  onTestFinished(() => sync.close());
  const [identities, errors]: [Identity[], SyncError[]] = [[], []];
  sync.on('identity', (identity) => identities.push(identity));
  sync.on('error', (error) => errors.push(error));
  sync.connect();
  await until(() => sync.state === 'open');
  return { sync, identities, errors };
}

it('a session knows who it is, and renews that on the same connection', async () => {
  const { sync, identities, errors } = await connect('5');
  const before = await sync.identity();
  expect(before).toMatchObject({ kind: 'user', id: '5', organizations: ['7'], roles: [] });
  const grant = { user: '5', organizations: ['7'], roles: ['editor'], ttl: 60_000 };
  const after = await sync.renew(mintTicket(grant, SECRET));
  expect(after).toMatchObject({ sessionId: before.sessionId, id: '5', roles: ['editor'] });
  expect(identities).toMatchObject([{ sessionId: before.sessionId, roles: ['editor'] }]);
  await expect(sync.renew(server().ticket('6'))).rejects.toMatchObject({ code: 'forbidden' });
  expect(errors).toEqual([]);
});

it('a session with less rights than before loses what it may not have, and hears of it', async () => {
  const { sync, identities, errors } = await connect('8');
  sync.subscribe('oro/email_event/8/7', () => undefined);
  await sync.identity();
  const response = await fetch(`${server().url}/api/rights`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user: '8', roles: [], organizations: ['9'] }),
  });
  expect(response.status).toBe(200);
  await until(() => identities.length > 0 && errors.length > 0);
  expect(identities).toMatchObject([{ id: '8', organizations: ['9'] }]);
  expect(errors).toMatchObject([
    {
      code: 'forbidden',
      channel: 'oro/email_event/8/7',
      event: 'onSubscribe',
      request: expect.stringMatching(/^r-/),
    },
  ]);
  expect(sync.state).toBe('open');
});

/** A ticket for a session of a few seconds, about the end of which the server warns at once. */
function shortTicket(): string {
  return mintTicket({ user: '5', organizations: ['7'], ttl: 60_000, session: 4000 }, SECRET);
}

it('a session that is about to end is renewed by itself, on the same connection', async () => {
  const { sync, identities, errors } = await connect('5', shortTicket);
  const heard: unknown[] = [];
  sync.subscribe('oro/email_event/5/7', (payload) => heard.push(payload));
  const { sessionId } = await sync.identity();
  await until(() => identities.length >= 2);
  expect(identities).toMatchObject([{ sessionId }, { sessionId }]);
  await server().publish('oro/email_event/5/7', 'still here');
  await until(() => heard.length > 0);
  expect((await sync.identity()).sessionId).toBe(sessionId);
  expect(errors).toEqual([]);
});

it('a session that could not be renewed ends, and its peer comes back with a fresh ticket', async () => {
  let count = 0;
  const ticket = () => {
    if (++count === 2) throw new Error('logged out');
    return shortTicket();
  };
  const { sync, errors } = await connect('5', ticket);
  const { sessionId } = await sync.identity();
  await until(() => errors.length > 0);
  expect(errors).toMatchObject([{ code: 'renewal_failed', message: 'not renewed: no ticket: logged out' }]);
  const lost = new Promise((resolve) => sync.on('connection_lost', resolve));
  await lost;
  await until(() => sync.state === 'open');
  const after = await sync.identity();
  expect(after).toMatchObject({ kind: 'user', id: '5' });
  expect(after.sessionId).not.toBe(sessionId);
});
