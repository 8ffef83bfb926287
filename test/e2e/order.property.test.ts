import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { KEY } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer({ env: { SIGNALBOX_LIMITS_MESSAGES: 'false' } });

interface Message {
  readonly from: string;
  readonly n: number;
}

/** How one publisher sends: over which protocol, how many, and how many at once. */
const publisher = fc.record({
  over: fc.constantFrom('wamp' as const, 'http' as const, 'batch' as const),
  count: fc.integer({ min: 1, max: 30 }),
});

let rooms = 0;

async function page(): Promise<Autobahn> {
  const connected = await Autobahn.connect(server().webSocketUrl());
  onTestFinished(() => connected.socket.destroy());
  return connected;
}

function messagesOf(from: string, count: number): Message[] {
  return Array.from({ length: count }, (_, n) => ({ from, n }));
}

const send = {
  async wamp(room: string, messages: readonly Message[]): Promise<void> {
    const client = await page();
    for (const message of messages) client.publish(room, message);
    await client.settle();
    await client.close();
  },
  async http(room: string, messages: readonly Message[]): Promise<void> {
    for (const message of messages) await server().publish(room, message);
  },
  async batch(room: string, messages: readonly Message[]): Promise<void> {
    const body = { messages: messages.map((payload) => ({ channel: room, payload })) };
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    await fetch(`${server().url}/api/publish`, { method: 'POST', headers, body: JSON.stringify(body) });
  },
};

it('every subscriber sees all messages once, each publisher in order, and all in one order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(publisher, { minLength: 2, maxLength: 6 }), async (publishers) => {
      const room = `demo/order-${++rooms}`;
      const subscribers = await Promise.all([page(), page(), page()]);
      for (const subscriber of subscribers) subscriber.subscribe(room);
      await Promise.all(subscribers.map((subscriber) => subscriber.settle()));

      const sent = publishers.map(({ over, count }, i) => ({ over, messages: messagesOf(`p${i}`, count) }));
      await Promise.all(sent.map(({ over, messages }) => send[over](room, messages)));
      await server().publish(room, 'end');
      await until(() => subscribers.every((subscriber) => subscriber.events(room).includes('end')));

      const [first, ...others] = subscribers.map((subscriber) => subscriber.events(room));
      for (const other of others) expect(other).toEqual(first);
      for (const { messages } of sent) {
        const received = (first as Message[]).filter(({ from }) => from === messages[0]?.from);
        expect(received).toEqual(messages);
      }
      for (const subscriber of subscribers) await subscriber.close();
    }),
    { numRuns: 25 },
  );
});
