import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestServer, testRoute, testUser } from 'signalbox/testing';
import { ChatRoom } from './chat-room.js';

function start() {
  const route = testRoute('chat.room', 'chat/{room}', { access: { subscribe: ['user'], publish: ['user'] } });
  const server = new TestServer({ routes: [route], handlers: { 'chat.room': new ChatRoom() } });
  return {
    ann: server.connect(testUser('ann')),
    ben: server.connect(testUser('ben')),
    nobody: server.connect(),
  };
}

test('a message has its author, whoever it says it is from', async () => {
  const { ann, ben } = start();
  await ann.subscribe('chat/lobby');
  await ben.publish('chat/lobby', { user: 'ann', text: ' hello ' });
  const said = ann.received.map(({ payload }) => payload as { user: string; text: string });
  assert.deepEqual(
    said.map(({ user, text }) => [user, text]),
    [['ben', 'hello']],
  );
});

test('a message that says nothing, or too much, is refused', async () => {
  const { ann } = start();
  await assert.rejects(ann.publish('chat/lobby', { text: ' ' }), { code: 'bad_request' });
  await assert.rejects(ann.publish('chat/lobby', { text: 'x'.repeat(501) }), { code: 'bad_request' });
});

test('who is nobody does not come in', async () => {
  await assert.rejects(start().nobody.subscribe('chat/lobby'), { code: 'forbidden' });
});
