import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestServer, testBackend, testRoute, testUser } from 'signalbox/testing';
import { ImapSyncFail } from './imap-sync-fail.js';

function start() {
  return new TestServer({
    routes: [testRoute('oro_imap.sync_fail', 'oro/imap_sync_fail/{user_id}')],
    handlers: { 'oro_imap.sync_fail': new ImapSyncFail() },
  });
}

test('a user hears of the own mailbox, and of no other', async () => {
  const server = start();
  const user = server.connect(testUser('5'));
  await user.subscribe('oro/imap_sync_fail/5');
  await assert.rejects(user.subscribe('oro/imap_sync_fail/6'), { code: 'forbidden' });
  await server.connect(testBackend()).publish('oro/imap_sync_fail/5', { username: 'ann', host: 'imap' });
  assert.deepEqual(
    user.received.map(({ payload }) => payload),
    [{ username: 'ann', host: 'imap' }],
  );
});

test('administrators hear of system mailboxes', async () => {
  const server = start();
  await server.connect(testUser('1', { roles: ['ROLE_ADMINISTRATOR'] })).subscribe('oro/imap_sync_fail/*');
  await assert.rejects(server.connect(testUser('5')).subscribe('oro/imap_sync_fail/*'), {
    code: 'forbidden',
  });
});
