import { expect, it, onTestFinished } from 'vitest';
import { mintTicket } from '../../src/authenticators/index.js';
import { createSync, type Identity, type Sync, type SyncError } from '../../src/client/node.js';
import { KEY, SECRET } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer();

interface Peer {
  readonly sync: Sync;
  readonly identities: Identity[];
  readonly errors: SyncError[];
}

async function connect(user: string): Promise<Peer> {
  const sync = createSync({ url: server().url, ticket: () => server().ticket(user, ['7']) });
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
