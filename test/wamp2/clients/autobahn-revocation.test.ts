import { afterEach, describe, expect, it } from 'vitest';
import { KEY } from '../../support/server.js';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { AutobahnClients } from './autobahn-js.js';

describe('AutobahnJS clients', () => {
  const server = useServer(APPLICATION);
  const clients = new AutobahnClients();
  afterEach(() => clients.closeAll());

  it('live on when a subscription and a registration are taken away from them', async () => {
    const login = { authid: 'bob', authmethods: ['ticket'], onchallenge: () => 'ticket of bob, for tests' };
    const session = await clients.session(server().webSocketUrl(), 'json', login);
    await session.register('com.staff.procedure', () => 'answer');
    await session.subscribe('com.staff.topic', () => undefined);
    expect(await session.call('com.staff.procedure')).toBe('answer');
    const response = await fetch(`${server().url}/api/rights`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'bob', roles: [], organizations: [] }),
    });
    expect(await response.json()).toEqual({ sessions: 1 });
    const refused = await session.call('com.staff.procedure').then(Object, (error) => error);
    expect(refused).toMatchObject({ error: 'wamp.error.no_such_procedure' });
    await session.register('com.open.procedure', () => 'still');
    expect(await session.call('com.open.procedure')).toBe('still');
    expect(session.isOpen).toBe(true);
  });
});
