import type { Autobahn } from '../support/autobahn.js';
import type { AttackTopic } from './attack.js';
import { heard, premise, summary, verdict } from './outcomes.js';
import { mark } from './scene.js';
import type { World } from './world.js';

const OWN = 'oro/email_event/5/7';
const REFUSED = 'refused: forbidden';

/** What comes of subscribing to each of these, one after the other. */
async function listenAll(world: World, page: Autobahn, channels: readonly string[]): Promise<string> {
  const results: string[] = [];
  for (const channel of channels) results.push(await world.listen(page, channel));
  return summary(results);
}

/** Sends text after text in a row, and gives what came of the channel. */
async function raw(page: Autobahn, channel: string, ...messages: unknown[]): Promise<string> {
  for (const message of messages) page.socket.sendText(JSON.stringify(message));
  await page.settle();
  return verdict(page, channel);
}

const owner = async (world: World) => world.listener(await world.user('5'), OWN);

export const channels: AttackTopic = {
  title: 'Channels of others',
  attacks: [
    {
      id: 'C1',
      attack: 'User 5 subscribes to their own channel in organisation 999, which is not theirs',
      ancestor: 'joins: the organisation is never looked at',
      ours: REFUSED,
      run: async (world) =>
        listenAll(world, await world.user('5'), ['oro/email_event/5/999', 'oro/conversation_event/5/999']),
    },
    {
      id: 'C2',
      attack:
        'User 5 subscribes to their own channel of no organisation, `5/*`, to hear all organisations by it',
      ancestor: 'joins `5/*`, and `5/999` as well',
      ours: 'hears only what is published to `5/*`',
      async run(world) {
        const page = await world.listener(await world.user('5'), 'oro/email_event/5/*');
        for (const foreign of ['oro/email_event/5/999', OWN]) {
          if (await world.hears(page, foreign)) return `hears ${foreign}`;
        }
        return 'hears only what is published to `5/*`';
      },
    },
    {
      id: 'C3',
      attack: 'User 6 subscribes to the channels of user 5, `5/*` and `5/7`',
      ancestor: 'refuses them by plain text in the WAMP stream, on which AutobahnJS throws',
      ours: REFUSED,
      run: async (world) =>
        listenAll(world, await world.user('6'), [
          OWN,
          'oro/email_event/5/*',
          'oro/reminder_remind/5',
          'own/5',
        ]),
    },
    {
      id: 'C4',
      attack: 'Subscribes to the channel of all users, `oro/imap_sync_fail/*`',
      ancestor: 'joins: `*` is open to everyone, visitors among them',
      ours: REFUSED,
      run: async (world) =>
        summary([
          await world.listen(await world.user('6'), 'oro/imap_sync_fail/*'),
          await world.listen(await world.page(), 'oro/imap_sync_fail/*'),
        ]),
    },
    {
      id: 'C5',
      attack: 'Writes a number otherwise: user 5 as `05`, `005`, organisation 7 as `07`',
      ancestor: 'joins a channel that nobody publishes to, beside the real one',
      ours: REFUSED,
      run: async (world) =>
        listenAll(world, await world.user('5'), [
          'oro/email_event/05/7',
          'oro/email_event/005/7',
          'oro/email_event/5/07',
        ]),
    },
    {
      id: 'C6',
      attack: 'Subscribes as or to user 0, which is what is left of a user that cannot be read',
      ancestor: 'refuses user 0',
      ours: REFUSED,
      async run(world) {
        const channels = ['oro/email_event/0/7', 'oro/email_event/0/*', 'oro/email_event/00/7'];
        const zero = await listenAll(world, await world.user('0'), channels);
        return summary([zero, await listenAll(world, await world.page(), channels)]);
      },
    },
    {
      id: 'C7',
      attack: 'Has a user id that is a pattern: `*`, `**`, `.*`, `\\d+`, `{user_id}`, `5/7`, `5#`',
      ancestor: '–',
      ours: REFUSED,
      async run(world) {
        const results: string[] = [];
        for (const id of ['*', '**', '.*', '\\d+', '{user_id}', '5/7', '5#', '#', '+']) {
          const page = await world.user(id, { organizations: ['*', '**', '7'] });
          results.push(
            await listenAll(world, page, [OWN, 'own/5', 'oro/email_event/6/8', 'team/red', 'own/*']),
          );
        }
        return summary(results.map((text) => (text.includes('delivered') ? text : REFUSED)));
      },
    },
    {
      id: 'C8',
      attack: 'Subscribes to patterns: `oro/**`, `oro/#`, `oro/email_event/*/*`, `*`, `>`, `own/*`',
      ancestor: 'closes the connection (1007) where no route matches',
      ours: 'refused: no_such_route / refused: forbidden',
      run: async (world) =>
        listenAll(world, await world.user('5'), [
          'oro/**',
          'oro/#',
          'oro/email_event/*/*',
          '*',
          '>',
          'own/*',
          'own/**',
        ]),
    },
    {
      id: 'C9',
      attack: 'Asks again after a refusal, without UNSUBSCRIBE, with it, and many times',
      ancestor: 'passes over the second request in silence: the peer is still on its list',
      ours: 'refused 22 times, not delivered',
      async run(world) {
        const page = await world.user('6');
        const again = Array(20).fill([5, OWN]);
        await raw(page, OWN, [5, OWN], [6, OWN], [5, OWN], ...again);
        const refusals = page.errors.filter(([, id]) => id === OWN).length;
        return `refused ${refusals} times, ${(await world.hears(page, OWN)) ? 'delivered' : 'not delivered'}`;
      },
    },
    {
      id: 'C10',
      attack: 'Declares a prefix that expands to a secured channel, to subscribe and to publish by it',
      ancestor: 'checks the expanded name, put together with `#`',
      ours: REFUSED,
      async run(world) {
        const victim = await owner(world);
        const page = await world.user('6');
        const text = mark();
        await raw(page, OWN, [1, 'open', 'oro/email_event/'], [5, 'open:5/7'], [7, 'open:5/7', text]);
        await victim.settle();
        premise(page.errors.length >= 2, 'both are answered');
        if (heard(victim, text)) return 'delivered';
        return (await world.hears(page, OWN)) ? 'delivered' : verdict(page, OWN);
      },
    },
    {
      id: 'C11',
      attack: 'Declares a prefix of prefixes, prefixes in a circle, and more than 64',
      ancestor: '–',
      ours: 'refused: no_such_route / closed: 4501, malformed message: more than 64 prefixes',
      async run(world) {
        const page = await world.page();
        const circle = await raw(page, 'b:x', [1, 'a', 'b:'], [1, 'b', 'a:'], [5, 'a:x']);
        const many = Array.from({ length: 65 }, (_, i) => [1, `p${i}`, 'x']);
        return summary([circle, await raw(page, 'b:x', ...many)]);
      },
    },
    {
      id: 'C12',
      attack: 'A visitor subscribes to the channels of users and of roles',
      ancestor: 'joins all that has no check of its own',
      ours: REFUSED,
      run: async (world) =>
        listenAll(world, await world.page(), [
          OWN,
          'oro/data/update',
          'room/a',
          'staff/x',
          'team/red',
          'granted/a',
        ]),
    },
    {
      id: 'C13',
      attack: 'Names channels `__proto__`, `constructor`, `toString`',
      ancestor: 'closes the connection (1007)',
      ours: 'refused: no_such_route',
      async run(world) {
        const page = await world.user('5');
        const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
        const results = [await listenAll(world, page, names)];
        for (const name of names)
          results.push(await raw(page, name, [7, name, 1]), await raw(page, name, [6, name]));
        return summary(results);
      },
    },
    {
      id: 'C14',
      attack: 'Names `__proto__` where a parameter stands, and as user, organisation and role',
      ancestor: '–',
      ours: REFUSED,
      async run(world) {
        const odd = ['__proto__', 'constructor'];
        const page = await world.user('__proto__', { organizations: odd, roles: odd });
        return listenAll(world, page, [
          OWN,
          'own/constructor',
          'staff/__proto__',
          'granted/__proto__',
          'team/toString',
        ]);
      },
    },
    {
      id: 'C15',
      attack:
        'Spells a channel otherwise: `//`, `/` at the end, `%2F`, capitals, `..`, controls, marks that nobody sees',
      ancestor: '–',
      ours: 'refused: no_such_route / refused: invalid_channel / refused: forbidden',
      run: async (world) =>
        listenAll(world, await world.user('6'), [
          'oro//email_event/5/7',
          `${OWN}/`,
          'ORO/email_event/5/7',
          'oro/../oro/email_event/5/7',
          `${OWN}\u0000`,
          `${OWN}\u200b`,
          'oro%2Femail_event/5/7',
          'own/%35',
        ]),
    },
  ],
};
