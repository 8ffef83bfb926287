import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer();

let rooms = 0;

/** Three subscribers of a room of their own; the first one publishes. */
async function trio() {
  const room = `demo/receivers-${++rooms}`;
  const pages = await Promise.all([1, 2, 3].map(() => Autobahn.connect(server().webSocketUrl())));
  onTestFinished(() => {
    for (const page of pages) page.socket.destroy();
  });
  for (const page of pages) page.subscribe(room);
  await Promise.all(pages.map((page) => page.settle()));
  const [c0, c1, c2] = pages as [Autobahn, Autobahn, Autobahn];
  const ids = { c0: c0.sessionId ?? '', c1: c1.sessionId ?? '', c2: c2.sessionId ?? '' };
  /** How often each received the message; a second message shows that nothing more is under way. */
  const counts = async (payload: unknown = 'message') => {
    await server().publish(room, 'end');
    await until(() => pages.every((page) => page.events(room).includes('end')));
    return pages.map((page) => page.events(room).filter((event) => event === payload).length);
  };
  return { room, c0, ids, counts };
}

type Ids = Awaited<ReturnType<typeof trio>>['ids'];
type Receivers = [] | [boolean | string[]] | [string[], string[]];

describe('who receives a publication of c0 among c0, c1 and c2', () => {
  const table: readonly [name: string, receivers: (ids: Ids) => Receivers, received: readonly number[]][] = [
    ['nothing said', () => [], [1, 1, 1]],
    ['excludeMe false', () => [false], [1, 1, 1]],
    ['excludeMe true', () => [true], [0, 1, 1]],
    ['exclude nobody', () => [[]], [1, 1, 1]],
    ['exclude c1', ({ c1 }) => [[c1]], [1, 0, 1]],
    ['exclude all', ({ c0, c1, c2 }) => [[c0, c1, c2]], [0, 0, 0]],
    ['both lists empty, as PHP clients send', () => [[], []], [1, 1, 1]],
    ['eligible c2', ({ c2 }) => [[], [c2]], [0, 0, 1]],
    ['exclude c1, eligible c1 and c2', ({ c1, c2 }) => [[c1], [c1, c2]], [0, 0, 1]],
    ['c2 in both lists: exclusion wins', ({ c2 }) => [[c2], [c2]], [0, 0, 0]],
    ['eligible somebody who is not here', () => [[], ['nobody']], [0, 0, 0]],
    ['exclude somebody who is not here', () => [['nobody']], [1, 1, 1]],
  ];

  it.each(table)('%s', async (_name, receivers, received) => {
    const { room, c0, ids, counts } = await trio();
    c0.publish(room, 'message', ...receivers(ids));
    await c0.settle();
    expect(await counts()).toEqual(received);
  });

  it.each(table.filter(([name]) => !name.includes('excludeMe')))(
    '%s, over HTTP',
    async (_name, receivers, received) => {
      const { room, ids, counts } = await trio();
      const [exclude, eligible] = receivers(ids) as string[][];
      expect((await server().publish(room, 'message', { exclude, eligible })).status).toBe(200);
      expect(await counts()).toEqual(received);
    },
  );

  it('a repeated idempotency key delivers once', async () => {
    const { room, counts } = await trio();
    const answers: { duplicate: boolean }[] = [];
    for (let time = 1; time <= 3; time++) {
      const answer = await server().publish(room, 'message', { idempotency_key: `key-${room}` });
      answers.push((await answer.json()) as { duplicate: boolean });
    }
    expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, true, true]);
    expect(await counts()).toEqual([1, 1, 1]);
  });
});
