import type { Autobahn } from '../support/autobahn.js';
import type { AttackTopic } from './attack.js';
import { heard, premise, summary, verdict } from './outcomes.js';
import { mark } from './scene.js';
import type { World } from './world.js';

const OWN = 'oro/email_event/5/7';
const REFUSED = 'refused: forbidden';

/** Sends text after text in a row, and gives what came of the channel. */
async function raw(page: Autobahn, channel: string, ...messages: unknown[]): Promise<string> {
  for (const message of messages) page.socket.sendText(JSON.stringify(message));
  await page.settle();
  return verdict(page, channel);
}

const owner = async (world: World) => world.listener(await world.user('5'), OWN);

export const publishing: AttackTopic = {
  title: 'Publishing into channels of others',
  attacks: [
    {
      id: 'P1',
      attack: 'User 6 publishes into the channel of user 5',
      ancestor: 'delivers the forged event: only subscribing is checked',
      ours: REFUSED,
      run: async (world) => world.forge(await world.user('6'), OWN, await owner(world)),
    },
    {
      id: 'P2',
      attack: 'User 5 publishes into their own channel, to which they may subscribe',
      ancestor: 'delivers it',
      ours: REFUSED,
      async run(world) {
        const page = await owner(world);
        return world.forge(page, OWN, page);
      },
    },
    {
      id: 'P3',
      attack:
        'User 6, or a visitor, publishes into what everybody hears: `oro/maintenance`, `oro/data/update`',
      ancestor: 'delivers the forged event to everybody',
      ours: REFUSED,
      async run(world) {
        const results: string[] = [];
        for (const channel of ['oro/maintenance', 'oro/data/update']) {
          const victim = await world.listener(await world.user('5'), channel);
          results.push(await world.forge(await world.user('6'), channel, victim));
          results.push(await world.forge(await world.page(), channel, victim));
        }
        return summary(results);
      },
    },
    {
      id: 'P4',
      attack: 'Names a session that may not subscribe in `eligible`, so that it hears all the same',
      ancestor: 'delivers to subscribers only',
      ours: 'not delivered',
      async run(world) {
        const friend = await world.user('6');
        const page = await world.page();
        const text = mark();
        page.publish('open/x', text, [], [friend.sessionId ?? '']);
        await page.settle();
        await friend.settle();
        return heard(friend, text) ? 'delivered' : 'not delivered';
      },
    },
    {
      id: 'P5',
      attack:
        'Keeps a message from others by `exclude` and `eligible`, on a channel where it may not publish',
      ancestor: 'does so: the lists count for everyone, on every channel',
      ours: REFUSED,
      async run(world) {
        const victim = await owner(world);
        const page = await world.user('6');
        page.publish(OWN, 'x', [victim.sessionId ?? ''], []);
        return world.forge(page, OWN, victim);
      },
    },
    {
      id: 'P6',
      attack: 'The same where its route and handler let it publish',
      ancestor: 'does so',
      ours: 'leaves out whom the publisher names, as the handler `broadcast` says',
      async run(world) {
        const [victim, witness] = [await world.page(), await world.page()];
        for (const page of [victim, witness]) await world.listener(page, 'open/x');
        const text = mark();
        witness.publish('open/x', text, [victim.sessionId ?? ''], []);
        await witness.settle();
        await victim.settle();
        premise(heard(witness, text), 'the witness hears it');
        return heard(victim, text)
          ? 'delivered'
          : 'leaves out whom the publisher names, as the handler `broadcast` says';
      },
    },
    {
      id: 'P7',
      attack: 'Lists more than 1,000 sessions in `exclude`',
      ancestor: '–',
      ours: 'closed: 4501, malformed message: more than 1000 session ids',
      run: async (world) => raw(await world.page(), 'open/x', [7, 'open/x', 1, Array(1001).fill('x')]),
    },
    {
      id: 'P8',
      attack:
        'Publishes by a ticket that grants the channel for subscribing only, and outside of what it grants',
      ancestor: '–',
      ours: REFUSED,
      async run(world) {
        const page = await world.user('5', { channels: { subscribe: ['granted/a'] } });
        await world.listener(page, 'granted/a');
        return summary([await world.forge(page, 'granted/a', page), await world.listen(page, 'granted/b')]);
      },
    },
  ],
};
