import { KEY } from '../support/server.js';
import type { AttackTopic } from './attack.js';
import { bearer, premise, summary } from './outcomes.js';
import { mark } from './scene.js';
import type { Wamp2Peer } from './wamp2-peer.js';
import type { World } from './world.js';

/** Patterns that match `kept/5`. */
const PATTERNS = [
  ['prefix', ''],
  ['prefix', 'kept'],
  ['prefix', 'kept/5'],
  ['wildcard', 'kept.'],
  ['wildcard', '.'],
  ['wildcard', '.5'],
] as const;

const said = (hears: boolean) => (hears ? 'delivered' : 'not delivered');

async function spyOn(peer: Wamp2Peer): Promise<void> {
  for (const [match, pattern] of PATTERNS) {
    const answer = await peer.subscribe(pattern, { match, get_retained: true });
    premise(answer === 'done', 'anybody may subscribe to a pattern');
  }
}

/** What a session leaves behind where it goes, as far as a listener hears it. */
async function legacy(
  world: World,
  { from, to }: { from: Wamp2Peer; to: string },
  end: () => Promise<unknown>,
) {
  const [listener, text] = [await world.session(), mark()];
  premise((await listener.subscribe(to)) === 'done', 'there is a listener');
  premise((await from.tryCall('wamp.session.add_testament', [to, [text], {}])) === 'done', 'it is left');
  await end();
  return said(await listener.heard(text));
}

export const wamp2Channels: AttackTopic = {
  title: 'Channels of others, in WAMP v2',
  attacks: [
    {
      id: 'V1',
      attack:
        'User 6 hears the channel of user 5 by patterns, retained messages too, and where `eligible` names user 6',
      ancestor: '–',
      ours: 'not delivered',
      async run(world) {
        const [back, before, after] = [
          await world.backend(),
          await world.member('6'),
          await world.member('6'),
        ];
        const owner = await world.member('5');
        premise((await owner.subscribe('kept/5')) === 'done', 'user 5 listens');
        await spyOn(before);
        const texts = [mark(), mark(), mark()] as const;
        await back.publish('kept/5', texts[0], { retain: true });
        await back.publish('kept/5', texts[1], { retain: true, eligible_authid: ['6'] });
        await back.publish('kept/5', texts[2], { eligible: [before.id, after.id] });
        premise(await owner.heard(texts[0]), 'user 5 hears it');
        await spyOn(after);
        const heard = await Promise.all(texts.flatMap((text) => [before.heard(text), after.heard(text)]));
        return said(heard.includes(true));
      },
    },
    {
      id: 'V2',
      attack:
        'User 6 reads the history of the channel of user 5: by the ids of all subscriptions, by patterns, by `topic`',
      ancestor: '–',
      ours: 'refused: no_such_subscription, finds none',
      async run(world) {
        const [back, owner, spy] = [await world.backend(), await world.member('5'), await world.member('6')];
        const [, , id] = await owner.ask([32, {}, 'kept/5']);
        const text = mark();
        await back.publish('kept/5', text);
        const refusal = await spy.tryCall('wamp.subscription.get_events', [id]);
        await spyOn(spy);
        for (const each of spy.of(33).map(([, , own]) => own)) {
          await spy.call('wamp.subscription.get_events', [each]);
          await spy.call('wamp.subscription.get_events', [each], { topic: 'kept/5', reverse: true });
        }
        const own = await owner.call('wamp.subscription.get_events', [id]);
        premise(JSON.stringify(own).includes(text), 'user 5 reads it');
        const found = spy.socket.texts.join().includes(text);
        return `${refusal}, ${found ? 'finds it' : 'finds none'}`;
      },
    },
    {
      id: 'V3',
      attack: 'Goes through the ids of subscriptions to find out which channels are in use',
      ancestor: '–',
      ours: 'refused: no_such_subscription, no name is told',
      async run(world) {
        const [owner, spy] = [await world.member('5'), await world.session()];
        const [, , id] = await owner.ask([32, {}, 'kept/5']);
        const last = Number(id);
        const results: string[] = [];
        for (let each = last; each < last + 3; each++)
          results.push(await spy.tryCall('wamp.subscription.get_events', [each]));
        const told = spy.socket.texts.join().includes('kept/5');
        return `${summary(results)}, ${told ? 'the name is told' : 'no name is told'}`;
      },
    },
    {
      id: 'V4',
      attack:
        'Goes on to hear by a pattern what it may not any more: without its role, logged out, as nobody',
      ancestor: '–',
      ours: 'not delivered',
      async run(world) {
        const back = await world.backend();
        const peers = [
          await world.member('83', { roles: ['ROLE_STAFF'] }),
          await world.member('84', { roles: ['ROLE_STAFF'] }),
        ] as const;
        for (const peer of peers) await peer.subscribe('staff', { match: 'prefix' });
        const [before, after] = [mark(), mark()];
        await back.publish('staff/x', before);
        premise((await peers[0].heard(before)) && (await peers[1].heard(before)), 'they hear it before');
        const body = { user: '83', roles: [], organizations: [] };
        await world.request('/api/rights', { headers: bearer(KEY), body });
        await world.command('/api/disconnect', { user: '84' });
        await back.publish('staff/x', after);
        await peers[1].end();
        const late = peers[1].socket.texts.join().includes(after);
        return said(late || (await peers[0].heard(after)));
      },
    },
    {
      id: 'V5',
      attack: 'Leaves a testament for a channel on which it may not publish',
      ancestor: '–',
      ours: 'not delivered',
      async run(world) {
        const from = await world.member('6');
        return legacy(world, { from, to: 'notes/a' }, () => from.goodbye());
      },
    },
    {
      id: 'V6',
      attack: 'Leaves a testament where it may publish, and loses the role, or is logged out',
      ancestor: '–',
      ours: 'not delivered',
      async run(world) {
        const [demoted, out] = [
          await world.member('85', { roles: ['ROLE_STAFF'] }),
          await world.member('86', { roles: ['ROLE_STAFF'] }),
        ];
        const sound = await world.member('87', { roles: ['ROLE_STAFF'] });
        const heard = await legacy(world, { from: sound, to: 'notes/b' }, () => sound.goodbye());
        premise(heard === 'delivered', 'a testament is published');
        const body = { user: '85', roles: [], organizations: [] };
        return summary([
          await legacy(world, { from: demoted, to: 'notes/b' }, async () => {
            await world.request('/api/rights', { headers: bearer(KEY), body });
            await demoted.goodbye();
          }),
          await legacy(world, { from: out, to: 'notes/b' }, async () => {
            await world.command('/api/disconnect', { user: '86' });
            await out.end();
          }),
        ]);
      },
    },
    {
      id: 'V7',
      attack: 'Hears, calls, answers and ends from one realm what is in another',
      ancestor: '–',
      ours: 'not delivered, refused: no_such_procedure, refused: no_such_session',
      async run(world) {
        const [back, caller, text] = [await world.backend(), await world.session(), mark()];
        const far = await world.session(undefined, { headers: bearer(KEY), realm: 'other' });
        await back.register('shop/near');
        await far.register('shop/far');
        for (const match of ['exact', 'prefix']) await far.subscribe('open/a', { match, get_retained: true });
        await back.publish('open/a', text, { retain: true, eligible: [far.id] });
        const results = [await far.tryCall('shop/near'), await caller.tryCall('shop/far')];
        const kill = await far.tryCall('wamp.session.kill', [caller.id]);
        await far.call('wamp.session.kill_all');
        await caller.settle();
        return `${said(await far.heard(text))}, ${summary(results)}, ${kill}`;
      },
    },
    {
      id: 'V8',
      attack:
        'Enters realms that nobody has named: `__proto__`, nothing, `Realm1`, a text of 60,000 characters',
      ancestor: '–',
      ours: 'aborted: wamp.error.no_such_realm',
      async run(world) {
        const results: string[] = [];
        for (const realm of [
          '__proto__',
          'constructor',
          '',
          'Realm1',
          'realm1 ',
          'r\n{"msg":"FORGED"}',
          'x'.repeat(60_000),
        ])
          results.push(await (await world.peer()).hello({}, realm));
        return summary(results);
      },
    },
    {
      id: 'V9',
      attack: 'Subscribes to more patterns than `limits.patterns`, made to be slow to compare',
      ancestor: '–',
      ours: 'refused: limit_exceeded / refused: invalid_channel',
      async run(world) {
        const peer = await world.session();
        for (let i = 0; i < 20; i++)
          await peer.subscribe(`${'a.'.repeat(i)}${'.'.repeat(30 - i)}b`, { match: 'wildcard' });
        return summary([
          await peer.subscribe('any..', { match: 'wildcard' }),
          await peer.subscribe('any', { match: 'prefix' }),
          await peer.subscribe('.'.repeat(32), { match: 'wildcard' }),
        ]);
      },
    },
  ],
};
