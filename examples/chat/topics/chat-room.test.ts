import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestServer, testRoute, testUser } from 'signalbox/testing';
import { BanList } from './ban-list.js';
import { ChatRoom } from './chat-room.js';

const route = testRoute('chat.room', 'chat/{room}', { access: { subscribe: ['user'] } });

function start() {
  const bans = new BanList();
  return { bans, server: new TestServer({ routes: [route], handlers: { 'chat.room': new ChatRoom(bans) } }) };
}

test('a message goes to everybody in the room, with its author', async () => {
  const { server } = start();
  const [ann, ben] = [server.connect(testUser('ann')), server.connect(testUser('ben'))];
  await ann.subscribe('chat/lobby');
  await ben.subscribe('chat/lobby');
  await ben.publish('chat/lobby', { text: 'hello' });
  await ben.leave();
  assert.deepEqual(
    ann.received.map(({ payload }) => payload),
    [
      { type: 'joined', user: 'ben' },
      { type: 'said', user: 'ben', text: 'hello' },
      { type: 'left', user: 'ben' },
    ],
  );
});

test('who is banned, and who is nobody, is refused', async () => {
  const { bans, server } = start();
  bans.ban('lobby', 'ben');
  await assert.rejects(server.connect(testUser('ben')).subscribe('chat/lobby'), {
    code: 'forbidden',
    message: 'you are banned from lobby',
  });
  await assert.rejects(server.connect().subscribe('chat/lobby'), { message: /only user may subscribe/ });
});
