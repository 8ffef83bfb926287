import { describe, expect, it, onTestFinished } from 'vitest';
import { useServer } from '../support/use-server.js';
import { APPLICATION } from './application.js';
import { PlainPeer } from './plain-peer.js';
import { playVector } from './vectors/driver.js';
import { ownVectors } from './vectors/files.js';
import type { Vector } from './vectors/format.js';

const REALMS = ['realm1', 'second', 'third'];
/** What would see a neighbour. */
const SENSITIVE = [
  'event_history',
  'registration_meta_procedures',
  'registration_precedence',
  'retained_event',
  'session_kill_all',
  'session_meta_procedures',
  'shared_roundrobin',
  'subscription_meta_procedures',
  'subscription_patterns_together',
  'testament',
];

describe('sessions in several realms', () => {
  const server = useServer({ ...APPLICATION, env: { SIGNALBOX_WAMP_REALMS: 'second,third' } });

  const join = (realm: string, login?: string) =>
    PlainPeer.join(server().webSocketUrl(), { realm, ...(login !== undefined && { login }) }).then((peer) => {
      onTestFinished(() => peer.vanish());
      return peer;
    });

  it.each(SENSITIVE)(
    'see what the specification says at the same time, each as if alone: %s',
    async (name) => {
      const vector = ownVectors().get(name) as Vector;
      await Promise.all(REALMS.map((realm) => playVector(server().webSocketUrl(), vector, { realm })));
    },
  );

  it('hear nothing of each other, whatever they subscribe to, and back ends speak to the first', async () => {
    const [here, there, far] = [await join('realm1'), await join('second'), await join('third')];
    for (const peer of [here, there, far]) {
      await peer.subscribe('com.realm.topic');
      await peer.subscribe('com.', { match: 'prefix' });
      await peer.subscribe('.realm.', { match: 'wildcard' });
    }
    const publisher = await join('second');
    await publisher.publish('com.realm.topic', 'second', {
      retain: true,
      eligible: [here.id, there.id, far.id],
    });
    await server().publish('com.realm.topic', 'back end');
    const values = async (peer: PlainPeer) => (await peer.news()).map(({ args }) => (args as unknown[])[0]);
    expect(await values(here)).toEqual(Array(3).fill('back end'));
    expect(await values(there)).toEqual(Array(3).fill('second'));
    expect(await values(far)).toEqual([]);
    const late = await join('third');
    await late.subscribe('com.realm.topic', { get_retained: true });
    expect(await values(late)).toEqual([]);
  });

  it('call nobody elsewhere, and may all register the same procedure', async () => {
    const [here, there, far] = [await join('realm1'), await join('second'), await join('third')];
    for (const callee of [here, there])
      expect(await callee.register('com.realm.procedure')).toMatchObject({ type: 'REGISTERED' });
    const caller = await join('second');
    const [result] = await Promise.all([caller.call('com.realm.procedure', 1), there.echo()]);
    expect(result).toMatchObject({ type: 'RESULT', args: [1] });
    expect(await here.news()).toEqual([]);
    expect(await far.call('com.realm.procedure')).toMatchObject({ error: 'wamp.error.no_such_procedure' });
    expect(await caller.call('wamp.session.get', here.id)).toMatchObject({
      error: 'wamp.error.no_such_session',
    });
  });

  it('have the same routes and logins', async () => {
    for (const realm of REALMS) {
      const [stranger, member] = [await join(realm), await join(realm, 'bob')];
      expect(await stranger.subscribe('com.staff.room')).toMatchObject({
        error: 'wamp.error.not_authorized',
      });
      expect(await member.subscribe('com.staff.room')).toMatchObject({ type: 'SUBSCRIBED' });
    }
  });
});
