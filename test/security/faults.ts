import { oroTicket } from '../support/oro-tickets.js';
import { RawWebSocket } from '../support/raw-websocket.js';
import { until } from '../support/until.js';
import type { AttackTopic } from './attack.js';
import { address, call, premise, summary, ticketQuery, verdict } from './outcomes.js';
import { PASSWORD } from './scene.js';
import type { World } from './world.js';

/** What becomes of a peer that sends this. */
async function send(world: World, text: string): Promise<string> {
  const page = await world.page();
  page.socket.sendText(text);
  await page.settle();
  return verdict(page, '').replace(/malformed message: .*/, 'malformed message');
}

/** Whether a peer that is refused by a faulty handler hears its channel; what it is told of the error is empty. */
async function faulty(world: World, how: string): Promise<string> {
  const page = await world.page();
  const result = await world.listen(page, `faulty/${how}`);
  premise(!page.socket.texts.join().includes('the words of the handler'), 'the words stay here');
  return result;
}

async function lives(world: World, results: readonly string[]): Promise<string> {
  premise(
    world.servers.every(({ running }) => running),
    'the server lives',
  );
  premise((await world.listen(await world.page(), 'open/alive')) === 'delivered', 'others are served');
  return summary(results);
}

export const faults: AttackTopic = {
  title: 'Faults that would let somebody in',
  attacks: [
    {
      id: 'F1',
      attack: 'Subscribes where the handler throws in `onSubscribe`, at once, later, or nothing at all',
      ancestor: 'has joined it before, and swallows the error: it stays joined',
      ours: 'refused: handler_failed',
      run: async (world) =>
        lives(world, [
          await faulty(world, 'soon'),
          await faulty(world, 'later'),
          await faulty(world, 'nothing'),
        ]),
    },
    {
      id: 'F2',
      attack: 'Subscribes where the handler does not answer',
      ancestor: 'has joined it before; the whole server waits',
      ours: 'refused: timeout',
      run: async (world) => lives(world, [await faulty(world, 'never')]),
    },
    {
      id: 'F3',
      attack: 'Publishes where the handler throws, to read what it says about the inside',
      ancestor: "sends it the exception's text",
      ours: 'refused: handler_failed',
      async run(world) {
        const page = await world.page();
        const result = await world.forge(page, 'faulty/x', await world.page());
        premise(!page.socket.texts.join().includes('the words of the handler'), 'the words stay here');
        return lives(world, [result]);
      },
    },
    {
      id: 'F4',
      attack: 'Sends `[7,"spy/1","x",[],"oops"]`, or `null` in place of the list',
      ancestor: 'dies: a TypeError that nobody catches ends the process, for all',
      ours: 'closed: 4501, malformed message',
      run: async (world) =>
        lives(world, [
          await send(world, '[7,"spy/1","x",[],"oops"]'),
          await send(world, '[7,"spy/1","x",[],null]'),
        ]),
    },
    {
      id: 'F5',
      attack: 'Sends what is no message: `hello`, `[5]`, `[5,1]`, `[]`, `{}`, `[99,"x"]`, `[0,"id",1,"x"]`',
      ancestor: 'closes with 1007',
      ours: 'closed: 4501, malformed message',
      async run(world) {
        const texts = [
          'hello',
          '[5]',
          '[5,1]',
          '[]',
          '{}',
          '[99,"x"]',
          '[0,"id",1,"x"]',
          '[8,"open/x",1]',
          '['.repeat(900),
        ];
        return lives(world, await Promise.all(texts.map((text) => send(world, text))));
      },
    },
    {
      id: 'F6',
      attack: 'Subscribes and publishes where no route is, and calls what is no procedure',
      ancestor: 'closes with 1007, and Gos keeps its identity',
      ours: 'refused: no_such_route / refused: no_such_procedure',
      async run(world) {
        const page = await world.page();
        const results = [await world.listen(page, 'nope/1'), await world.listen(page, 'a:b:c')];
        results.push(await world.forge(page, 'nope/2', page), await call(page, 'spy/1'));
        return lives(world, results);
      },
    },
    {
      id: 'F7',
      attack:
        'Goes in the middle of everything: of a handshake, while its ticket is checked, while a handler decides',
      ancestor: 'keeps the identity in its storage when the last channel was unknown',
      ours: 'nothing is left behind',
      async run(world) {
        world.leave();
        await until(async () => (await world.server.metric('signalbox_sessions')) === 0);
        const { server } = world;
        const oro = world.secret(oroTicket({ username: 'admin', password: PASSWORD }));
        for (const query of ['', ticketQuery(oro)]) {
          (await RawWebSocket.begin(address(server, query))).destroy();
        }
        for (const query of ['', ticketQuery(world.ticket('5'))]) {
          const socket = await world.knock({}, { query });
          socket.sendText('[5,"faulty/later"]');
          socket.sendText('[5,"open/x"]');
          socket.destroy();
        }
        await until(async () => (await world.server.metric('signalbox_sessions')) === 0);
        await until(async () => (await world.server.metric('signalbox_topics')) === 0);
        return lives(world, ['nothing is left behind']);
      },
    },
  ],
};
