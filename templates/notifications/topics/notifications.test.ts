import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestServer, testBackend, testRoute, testUser } from 'signalbox/testing';
import { Notifications } from './notifications.js';

function start() {
  return new TestServer({
    routes: [testRoute('notifications', 'notifications/{user_id}')],
    handlers: { notifications: new Notifications() },
  });
}

test('a user is told what the back end publishes', async () => {
  const server = start();
  const user = server.connect(testUser('5'));
  await user.subscribe('notifications/5');
  await server.connect(testBackend()).publish('notifications/5', { title: 'your order is on its way' });
  assert.deepEqual(
    user.received.map(({ payload }) => payload),
    [{ title: 'your order is on its way' }],
  );
});

test('nobody else listens or speaks there', async () => {
  const server = start();
  await assert.rejects(server.connect(testUser('6')).subscribe('notifications/5'), { code: 'forbidden' });
  await assert.rejects(server.connect(testUser('5')).publish('notifications/5', { title: 'forged' }), {
    code: 'forbidden',
  });
});

test('a notification without a title is refused', async () => {
  await assert.rejects(start().connect(testBackend()).publish('notifications/5', {}), {
    code: 'bad_request',
  });
});
