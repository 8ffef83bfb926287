import { KEY } from '../support/server.js';
import type { AttackTopic } from './attack.js';
import { bearer, premise, summary, verdict } from './outcomes.js';
import { mark } from './scene.js';
import type { Wamp2Peer } from './wamp2-peer.js';
import type { World } from './world.js';

/** Spellings of a meta event, and what looks like one. */
const JOIN = [
  'wamp.session.on_join',
  '/wamp.session.on_join',
  '/topic/wamp.session.on_join',
  'wamp/session/on_join',
  '/wamp/session/on_join',
  'wamp.session/on_join',
];

const OWN = [
  'wamp.x',
  'wamp/x',
  '/wamp.x',
  '/topic/wamp.x',
  'wamp',
  'signalbox.x',
  'signalbox/x',
  'signalbox',
];

/** A back end that hears meta events by name and by patterns. */
async function witness(world: World): Promise<Wamp2Peer> {
  const peer = await world.backend();
  premise((await peer.subscribe('wamp.session.on_join')) === 'done', 'a back end hears meta events');
  await peer.subscribe('wamp', { match: 'prefix' });
  await peer.subscribe('wamp..on_join', { match: 'wildcard' });
  return peer;
}

export const wamp2Names: AttackTopic = {
  title: 'Names of the server, in WAMP v2',
  attacks: [
    {
      id: 'N1',
      attack:
        'Publishes meta events such as `wamp.session.on_join` in any spelling: a visitor, a user, a back end',
      ancestor: '–',
      ours: 'refused: forbidden / refused: no_such_route',
      async run(world) {
        const [seer, text] = [await witness(world), mark()];
        const results: string[] = [];
        for (const peer of [await world.session(), await world.member('5'), await world.backend()]) {
          for (const name of JOIN) results.push(await peer.publish(name, text, { retain: true }));
        }
        premise(!(await seer.heard(text)), 'nobody hears it');
        return summary(results);
      },
    },
    {
      id: 'N2',
      attack: 'The same over WAMP v1 and HTTP, and as testament',
      ancestor: '–',
      ours: 'refused: forbidden / 403 forbidden / not delivered',
      async run(world) {
        const [seer, text, page] = [await witness(world), mark(), await world.user('5')];
        const results: string[] = [];
        for (const channel of ['wamp.session.on_join', 'wamp/session/on_join']) {
          page.publish(channel, text);
          await page.settle();
          results.push(verdict(page, channel));
          const body = { channel, payload: text };
          results.push(await world.request('/api/publish', { headers: bearer(KEY), body }));
        }
        const late = await world.member('6');
        for (const name of JOIN) await late.call('wamp.session.add_testament', [name, [text], {}]);
        await late.goodbye();
        results.push((await seer.heard(text)) ? 'delivered' : 'not delivered');
        return summary(results);
      },
    },
    {
      id: 'N3',
      attack:
        'Registers names of the server in any spelling, exactly and as patterns: a back end that may register',
      ancestor: '–',
      ours: 'refused: invalid_channel',
      async run(world) {
        const peer = await world.backend();
        premise((await peer.register('shop/x')) === 'done', 'it may register');
        const results: string[] = [];
        for (const name of OWN) {
          for (const match of ['exact', 'prefix', 'wildcard'])
            results.push(await peer.register(name, { match }));
        }
        return summary(results);
      },
    },
    {
      id: 'N4',
      attack: 'Registers a pattern that the names of the server are among, and waits for their calls',
      ancestor: '–',
      ours: 'refused: forbidden / is not called',
      async run(world) {
        const [peer, user] = [await world.backend(), await world.member('5')];
        const results: string[] = [];
        for (const prefix of ['w', 'wa', 'wam', 'sig'])
          results.push(await peer.register(prefix, { match: 'prefix' }));
        for (const pattern of ['.', '..', '...']) await peer.register(pattern, { match: 'wildcard' });
        for (const name of [
          'signalbox.identity',
          'wamp.session.flush_testaments',
          'wamp.session.count',
          'wamp.x',
        ]) {
          await user.call(name);
        }
        await peer.settle();
        return summary([...results, peer.of(68).length === 0 ? 'is not called' : 'is called']);
      },
    },
    {
      id: 'N5',
      attack:
        'A visitor, or a user, counts, lists, reads and ends sessions, and lists subscriptions and registrations',
      ancestor: '–',
      ours: 'refused: forbidden',
      async run(world) {
        const victim = await world.member('6');
        const results: string[] = [];
        for (const peer of [await world.session(), await world.member('5')]) {
          for (const name of [
            'count',
            'list',
            'get',
            'kill',
            'kill_by_authid',
            'kill_by_authrole',
            'kill_all',
          ])
            results.push(await peer.tryCall(`wamp.session.${name}`, [victim.id]));
          for (const name of ['list', 'get', 'match', 'lookup', 'list_subscribers', 'count_subscribers'])
            results.push(await peer.tryCall(`wamp.subscription.${name}`, [1]));
          for (const name of ['list', 'get', 'match', 'lookup', 'list_callees'])
            results.push(await peer.tryCall(`/topic/wamp.registration.${name}`, [1]));
        }
        await victim.settle();
        return summary(results);
      },
    },
    {
      id: 'N6',
      attack: 'A user listens to meta events, by name and by patterns',
      ancestor: '–',
      ours: 'refused: forbidden, not delivered',
      async run(world) {
        const peer = await world.member('5');
        const refusal = await peer.subscribe('wamp.session.on_join');
        for (const prefix of ['', 'w', 'wamp', 'wamp.']) await peer.subscribe(prefix, { match: 'prefix' });
        for (const pattern of ['..', 'wamp..', 'wamp.session.'])
          await peer.subscribe(pattern, { match: 'wildcard' });
        await (await world.member('6')).goodbye();
        await peer.settle();
        return `${refusal}, ${peer.of(36).length === 0 ? 'not delivered' : 'delivered'}`;
      },
    },
    {
      id: 'N7',
      attack:
        'Publishes on a channel that reads like one of the server, `WAMP.session.on_join`, to who listens to `wamp`',
      ancestor: '–',
      ours: 'not delivered',
      async run(world) {
        const [seer, text, peer] = [await witness(world), mark(), await world.session()];
        premise((await peer.publish('WAMP/session/on_join', text)) === 'done', 'that channel is for anyone');
        return (await seer.heard(text)) ? 'delivered' : 'not delivered';
      },
    },
  ],
};
