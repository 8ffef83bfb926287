import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestServer, testRoute } from 'signalbox/testing';
import { Room } from './room.js';

function start() {
  const server = new TestServer({
    routes: [testRoute('room', 'room/{name}')],
    handlers: { room: new Room() },
  });
  return { ann: server.connect(), ben: server.connect() };
}

test('everybody in the room hears what is said there', async () => {
  const { ann, ben } = start();
  await ann.subscribe('room/lobby');
  await ben.publish('room/lobby', { text: '  hello  ' });
  const texts = ann.received.map(({ payload }) => (payload as { text: string }).text);
  assert.deepEqual(texts, ['hello']);
});

test('a message without a text is refused, and nobody hears it', async () => {
  const { ann, ben } = start();
  await ann.subscribe('room/lobby');
  await assert.rejects(ben.publish('room/lobby', { txet: 'hello' }), { code: 'bad_request' });
  assert.deepEqual(ann.received, []);
});
