import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ChatMember, WAYS_IN } from '../support/chat-members.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const MEMBERS = 25;
const ROUNDS = 8;

describe('a room with members of all protocols', { timeout: 60_000 }, () => {
  const server = useServer({ env: { SIGNALBOX_STOMP: 'true', SIGNALBOX_XMLSOCKET: 'true' } });

  it('lets 25 of them hear the same in the same order', async () => {
    const ways = Object.values(WAYS_IN);
    const members: ChatMember[] = [];
    while (members.length < MEMBERS) {
      const enter = ways[members.length % ways.length] as (typeof ways)[number];
      members.push(await enter(server()));
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, member] of members.entries()) member.say(`${index}: ${round}`);
      if (round % 3 === 0) await sleep(5);
    }
    await until(() => members.every(({ heard }) => heard.length >= MEMBERS * ROUNDS));
    const [first] = members as [ChatMember];
    for (const { heard, protocol } of members) expect(heard, protocol).toEqual(first.heard);
    for (let index = 0; index < MEMBERS; index++) {
      const own = first.heard.filter((text) => text.startsWith(`${index}: `));
      expect(own).toEqual(Array.from({ length: ROUNDS }, (_, round) => `${index}: ${round}`));
    }
  });
});
