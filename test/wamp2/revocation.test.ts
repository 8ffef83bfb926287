import { describe, expect, it, onTestFinished } from 'vitest';
import { KEY } from '../support/server.js';
import { useServer } from '../support/use-server.js';
import { APPLICATION } from './application.js';
import { type JoinOptions, PlainPeer } from './plain-peer.js';

const NOT_AUTHORIZED = 'wamp.error.not_authorized';
const without = { subscriber: ['subscription_revocation'], callee: ['registration_revocation'] };

describe('a session whose user loses a right', () => {
  const server = useServer(APPLICATION);
  let names = 0;

  const join = async (options: JoinOptions = {}) => {
    const peer = await PlainPeer.join(server().webSocketUrl(), options);
    onTestFinished(() => peer.vanish());
    return peer;
  };
  const takeRights = async () => {
    const response = await fetch(`${server().url}/api/rights`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'bob', roles: [], organizations: [] }),
    });
    expect(response.status).toBe(200);
  };

  it('is told that its subscription has ended if it announces that, and hears nothing more either way', async () => {
    const [topic, other] = [`com.staff.topic${++names}`, `com.open.topic${names}`];
    const [told, silent, publisher] = [
      await join({ login: 'bob' }),
      await join({ login: 'bob', without }),
      await join(),
    ];
    const { subscription_id: subscription } = await told.subscribe(topic);
    await silent.subscribe(topic);
    for (const peer of [told, silent]) await peer.subscribe(other);
    await publisher.publish(topic, 'before');
    for (const peer of [told, silent])
      expect(await peer.news()).toMatchObject([{ type: 'EVENT', args: ['before'] }]);
    await takeRights();
    await publisher.publish(topic, 'after');
    await publisher.publish(other, 'open');
    const event = { type: 'EVENT', args: ['open'] };
    expect(await told.news()).toMatchObject([
      { type: 'UNSUBSCRIBED', request_id: 0, details: { subscription, reason: NOT_AUTHORIZED } },
      event,
    ]);
    expect(await silent.news()).toMatchObject([event]);
    for (const peer of [told, silent])
      expect(await peer.subscribe(topic)).toMatchObject({ type: 'ERROR', error: NOT_AUTHORIZED });
    expect(await told.ask('UNSUBSCRIBE', { subscription_id: subscription })).toMatchObject({ type: 'ERROR' });
  });

  it('hears nothing more by a pattern, which stays', async () => {
    const [peer, publisher] = [await join({ login: 'bob' }), await join()];
    await peer.subscribe('com.', { match: 'prefix' });
    await takeRights();
    await publisher.publish(`com.staff.topic${++names}`, 'after');
    await publisher.publish(`com.open.topic${names}`, 'open');
    expect(await peer.news()).toMatchObject([{ type: 'EVENT', args: ['open'] }]);
  });

  it.each([
    ['is told that its registration has ended if it announces that', {}, 1],
    ['is not told that its registration has ended if it does not announce that', { without }, 0],
  ])('%s, and is not called any more', async (_, options, count) => {
    const procedure = `com.staff.procedure${++names}`;
    const [callee, caller] = [await join({ login: 'bob', ...options }), await join()];
    const { registration_id: registration } = await callee.register(procedure);
    await callee.register(`com.open.procedure${names}`);
    const [result] = await Promise.all([caller.call(procedure, 1), callee.echo()]);
    expect(result).toMatchObject({ type: 'RESULT', args: [1] });
    await takeRights();
    expect(await caller.call(procedure, 2)).toMatchObject({ error: 'wamp.error.no_such_procedure' });
    expect(await caller.call('wamp.registration.lookup', procedure)).toMatchObject({ args: [null] });
    expect(await callee.news()).toEqual(
      Array(count).fill({
        type: 'UNREGISTERED',
        request_id: 0,
        details: { registration, reason: NOT_AUTHORIZED },
      }),
    );
    expect(await callee.register(procedure)).toMatchObject({ type: 'ERROR', error: NOT_AUTHORIZED });
    const [still] = await Promise.all([caller.call(`com.open.procedure${names}`, 3), callee.echo()]);
    expect(still).toMatchObject({ type: 'RESULT', args: [3] });
  });

  it('is not called by a pattern any more where the route is closed to it', async () => {
    const [callee, caller] = [await join({ login: 'bob' }), await join()];
    await callee.register('com.', { match: 'prefix' });
    await takeRights();
    const refused = await caller.call(`com.staff.procedure${++names}`);
    expect(refused).toMatchObject({ error: 'wamp.error.no_such_procedure' });
    const [open] = await Promise.all([caller.call(`com.open.procedure${names}`, 1), callee.echo()]);
    expect(open).toMatchObject({ type: 'RESULT', args: [1] });
  });
});
