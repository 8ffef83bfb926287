import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type TestApplication, testApplication } from 'signalbox/testing';

const config = fileURLToPath(new URL('signalbox.yml', import.meta.url));
let app: TestApplication;

afterEach(() => app.close());

test('a moderator bans somebody, who is refused from then on', async () => {
  app = await testApplication({ config });
  const ann = await app.connect('user:ann', { roles: ['moderator'] });
  const ben = await app.connect('user:ben');
  const lobby = await ann.subscribe('chat/lobby');
  await ben.subscribe('chat/lobby');
  await lobby.expectDelivery({ type: 'joined', user: 'ben' });

  await ben.leave();
  await lobby.expectDelivery({ type: 'left', user: 'ben' });
  await ann.call('moderation/ban', 'lobby', 'ben');
  const again = await app.connect({ ticket: app.ticket('ben') });
  const refusal = await again.subscribe('chat/lobby').expectRefusal('forbidden');
  assert.equal(refusal.message, 'you are banned from lobby');
  await lobby.expectNothing();
});

test('the clock ticks while somebody listens', async () => {
  app = await testApplication({ config, clock: new Date('2026-01-01T12:00:00Z') });
  const peer = await app.connect();
  const clock = await peer.subscribe('clock');
  await app.clock.advance('2s');
  assert.deepEqual(clock.payloads, [
    { time: '2026-01-01T12:00:01.000Z', listeners: 1 },
    { time: '2026-01-01T12:00:02.000Z', listeners: 1 },
  ]);
  await clock.unsubscribe();
  await app.clock.advance('1m');
  assert.equal(clock.payloads.length, 2);
});

test('a client of WAMP v2 hears what a back end publishes', async () => {
  app = await testApplication({ config });
  const client = await app.open({ subprotocol: 'wamp.2.json' });
  client.send([1, 'realm1', { roles: { subscriber: {} } }]);
  await client.expectMessage((text: string) => text.startsWith('[2,'));
  client.send([32, 1, {}, 'online']);
  await client.expectMessage((text: string) => text.startsWith('[33,1,'));
  await app.publish('online', { sessions: 7 });
  await client.expectMessage(/"sessions":7/);
});
