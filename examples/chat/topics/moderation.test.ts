import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestServer, testRoute, testUser } from 'signalbox/testing';
import { BanList } from './ban-list.js';
import { Moderation } from './moderation.js';

const route = testRoute('moderation', 'moderation/{method}', { access: { call: ['moderator'] } });
const server = new TestServer({
  routes: [route],
  handlers: { moderation: new Moderation(new BanList()) },
});
const moderator = server.connect(testUser('ann', { roles: ['moderator'] }));

test('a moderator bans others', async () => {
  assert.equal(await moderator.call('moderation/is_banned', 'lobby', 'ben'), false);
  await moderator.call('moderation/ban', 'lobby', 'ben');
  assert.equal(await moderator.call('moderation/is_banned', 'lobby', 'ben'), true);
  await assert.rejects(moderator.call('moderation/ban', 'lobby', 'ann'), { uri: 'chat.error.own_ban' });
});

test('nobody else does, and nothing else can be called', async () => {
  const ben = server.connect(testUser('ben'));
  await assert.rejects(ben.call('moderation/ban', 'lobby', 'ann'), { code: 'forbidden' });
  await assert.rejects(moderator.call('moderation/constructor'), { code: 'no_such_procedure' });
});
