import type { Autobahn } from '../support/autobahn.js';
import { KEY } from '../support/server.js';
import { until } from '../support/until.js';
import type { AttackTopic } from './attack.js';
import { call, premise, summary, ticketQuery, verdict } from './outcomes.js';
import { mark } from './scene.js';
import type { World } from './world.js';

/** Whether a page still hears a channel, and what else became of it. */
async function remains(world: World, page: Autobahn, channel: string): Promise<string> {
  const hears = await world.hears(page, channel);
  return hears ? 'delivered' : `not delivered, ${verdict(page, channel)}`;
}

/** Does something while the handler thinks about a subscription, and gives the channel of that. */
async function meanwhile(world: World, page: Autobahn, act: () => unknown): Promise<string> {
  const topics = await world.server.metric('signalbox_topics');
  const channel = `slow/${mark()}`;
  page.socket.sendText(JSON.stringify([5, channel]));
  await until(async () => (await world.server.metric('signalbox_topics')) > topics);
  await act();
  return channel;
}

const staff = { roles: ['ROLE_STAFF'] };

export const sessions: AttackTopic = {
  title: 'Open sessions',
  attacks: [
    {
      id: 'S1',
      attack: 'Stays connected after its user was logged out',
      ancestor: 'goes on as before: who it is was asked once, when it connected',
      ours: 'not delivered, closed: 4503, ended by the application',
      async run(world) {
        const page = await world.listener(await world.user('leaver'), 'own/leaver');
        await world.command('/api/disconnect', { user: 'leaver' });
        return remains(world, page, 'own/leaver');
      },
    },
    {
      id: 'S2',
      attack: 'Stays subscribed after its user has lost the role',
      ancestor: 'goes on as before',
      ours: 'not delivered, refused: forbidden',
      async run(world) {
        const page = await world.listener(await world.user('demoted', staff), 'staff/x');
        await world.command('/api/rights', { user: 'demoted', roles: [], organizations: ['7'] });
        return remains(world, page, 'staff/x');
      },
    },
    {
      id: 'S3',
      attack: 'Stays subscribed after its user has left the organisation',
      ancestor: 'goes on as before',
      ours: 'not delivered, refused: forbidden',
      async run(world) {
        const page = await world.listener(await world.user('31'), 'oro/email_event/31/7');
        await world.command('/api/rights', { user: '31', roles: [], organizations: ['8'] });
        return remains(world, page, 'oro/email_event/31/7');
      },
    },
    {
      id: 'S4',
      attack: 'Stays connected after its identity has expired',
      ancestor: 'goes on as before: a session has no end',
      ours: 'not delivered, dropped',
      async run(world) {
        const page = await world.listener(await world.user('late', { session: 2500 }), 'own/late');
        await until(() => page.hangup !== undefined);
        return remains(world, page, 'own/late');
      },
    },
    {
      id: 'S5',
      attack: 'The same where `auth.on_expiry` lets it go on as anonymous',
      ancestor: '–',
      ours: 'not delivered, refused: forbidden',
      async run(world) {
        const { proxied } = world;
        const page = await world.page(world.ticket('late', { session: 2500 }), { server: proxied });
        page.subscribe('own/late');
        await page.settle();
        premise(await world.hears(page, 'own/late', proxied), 'it hears its channel');
        await until(() => page.errors.some(([, id]) => id === 'own/late'));
        const hears = await world.hears(page, 'own/late', proxied);
        return hears ? 'delivered' : `not delivered, ${verdict(page, 'own/late')}`;
      },
    },
    {
      id: 'S6',
      attack: 'Has a ticket that lets its session last for years',
      ancestor: '–',
      ours: 'ends within 12 hours',
      async run(world) {
        const page = await world.user('5', { session: 1e12 });
        const { expires_in: left } = (await page.call('signalbox.identity')) as { expires_in: number };
        return left !== null && left <= 12 * 3_600_000 ? 'ends within 12 hours' : `ends in ${left} ms`;
      },
    },
    {
      id: 'S7',
      attack: 'Is logged out, or goes, while a handler still decides about its subscription',
      ancestor: 'has joined before it is asked',
      ours: 'has not joined',
      async run(world) {
        const before = await world.server.metric('signalbox_topics');
        const leaver = await world.user('hasty', staff);
        await meanwhile(world, leaver, () => world.command('/api/disconnect', { user: 'hasty' }));
        const goer = await world.user('hasty-too', staff);
        await meanwhile(world, goer, () => goer.socket.destroy());
        await until(async () => (await world.server.metric('signalbox_topics')) <= before);
        return leaver.of(8).length + goer.of(8).length === 0 ? 'has not joined' : 'delivered';
      },
    },
    {
      id: 'S8',
      attack: 'Loses the role while a handler still decides about its subscription',
      ancestor: 'has joined before it is asked',
      ours: 'not delivered, refused: forbidden',
      async run(world) {
        const page = await world.user('slow-one', staff);
        const rights = { user: 'slow-one', roles: [], organizations: ['7'] };
        const channel = await meanwhile(world, page, () => world.command('/api/rights', rights));
        await page.settle();
        return remains(world, page, channel);
      },
    },
    {
      id: 'S9',
      attack: 'Renews its session with the ticket of another user',
      ancestor: '–',
      ours: 'refused: forbidden, is still 5',
      async run(world) {
        const page = await world.user('5');
        const answer = await call(page, 'signalbox.renew', world.ticket('6', staff));
        return `${answer}, is still ${((await page.call('signalbox.identity')) as { id: string }).id}`;
      },
    },
    {
      id: 'S10',
      attack: 'Becomes a user by renewing an anonymous session, or a back end by renewing with a key',
      ancestor: '–',
      ours: 'refused: forbidden / refused: unauthorized',
      run: async (world) =>
        summary([
          await call(await world.page(), 'signalbox.renew', world.ticket('5')),
          await call(await world.user('5'), 'signalbox.renew', KEY),
        ]),
    },
    {
      id: 'S11',
      attack: 'Renews with a ticket that was used, is forged, or was withdrawn',
      ancestor: '–',
      ours: 'refused: unauthorized',
      async run(world) {
        const used = world.ticket('renewing');
        const page = await world.page(used);
        const withdrawn = world.ticket('renewing');
        const answers = [
          await call(page, 'signalbox.renew', used),
          await call(page, 'signalbox.renew', `${world.ticket('renewing').slice(0, -4)}AAAA`),
        ];
        await world.command('/api/disconnect', { user: 'renewing' });
        const other = await world.user('5');
        return summary([...answers, await call(other, 'signalbox.renew', withdrawn)]);
      },
    },
    {
      id: 'S12',
      attack: 'Publishes notices of the server, such as an end of the session, as `signalbox.session`',
      ancestor: '–',
      ours: 'refused: invalid_channel',
      async run(world) {
        const victim = await world.user('5');
        const page = await world.page();
        page.prefix('s', 'signalbox.');
        page.publish('s:session', { type: 'expiring', in: 0 });
        return world.forge(page, 'signalbox.session', victim);
      },
    },
    {
      id: 'S13',
      attack: 'Subscribes to `signalbox.session`, though a route says that anyone may',
      ancestor: '–',
      ours: 'refused: invalid_channel',
      run: async (world) => world.listen(await world.page(), 'signalbox.session'),
    },
    {
      id: 'S14',
      attack: 'Presents the id of another session, which every peer may learn, as ticket, token or key',
      ancestor: '–',
      ours: 'closed: 4500, the ticket is malformed / closed: 4500, the key is not known',
      async run(world) {
        const { sessionId = '' } = await world.user('5');
        return summary([
          await world.enter({ query: ticketQuery(sessionId) }),
          await world.enter({ headers: { Authorization: `Bearer ${sessionId}` } }),
        ]);
      },
    },
    {
      id: 'S15',
      attack: 'Calls procedures that would end sessions or give rights',
      ancestor: 'runs every public method of an RPC class',
      ours: 'refused: no_such_procedure',
      async run(world) {
        const page = await world.user('5');
        const names = [
          'signalbox.disconnect',
          'signalbox.rights',
          'signalbox.publish',
          'constructor',
          '__proto__',
        ];
        return summary(await Promise.all(names.map((name) => call(page, name, { user: '6' }))));
      },
    },
    {
      id: 'S16',
      attack: 'Opens more connections as one user than `limits.connections_per_user`',
      ancestor: '–',
      ours: 'closed: 4504, this user has limits.connections_per_user of 60 already',
      async run(world) {
        for (let i = 0; i < 60; i++) await world.user('crowd');
        return world.present(world.ticket('crowd'));
      },
    },
  ],
};
