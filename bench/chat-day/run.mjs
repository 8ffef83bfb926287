#!/usr/bin/env node
/** The day of a chat, replayed: `node bench/chat-day/run.mjs [--lines 40]`, lines of each member. Needs a build. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '../lib/launch.mjs';
import { temporaryFolder } from '../lib/temporary-folder.mjs';
import { LINES_PER_MEMBER, linesOf, MEMBERS, POLLING, SITTINGS } from './day.mjs';
import { Member, passwordOf } from './member.mjs';

const BIN = new URL('../../bin/signalbox.js', import.meta.url).pathname;
/** Octets: what the day may cost. */
const MOST = 2_000_000;

const { values } = parseArgs({ options: { lines: { type: 'string', default: String(LINES_PER_MEMBER) } } });
const perMember = Number(values.lines);

const ids = Array.from({ length: MEMBERS }, (_, index) => String(index + 1));
const SETTINGS = {
  routing: 'routes.yml',
  listen: { xmlsocket_port: 0 },
  auth: { logins: Object.fromEntries(ids.map((id) => [id, { secret: passwordOf(id) }])) },
  log: { level: 'warn' },
};
const ANYONE = { subscribe: 'anyone', publish: 'anyone', call: 'anyone' };
const ROUTES = {
  'chat.room': {
    channel: 'chat/room/{room}',
    handler: 'chat.room',
    requirements: { room: '\\d+' },
    access: ANYONE,
  },
  'chat.rooms': { channel: 'chat/rooms', handler: 'chat.rooms', access: ANYONE },
  'chat.user': {
    channel: 'chat/user/{user_id}',
    handler: 'chat.user',
    access: { subscribe: 'owner', publish: 'user' },
  },
};

/** One sitting: all come one after the other, say what they have to say, and go. */
async function sit(port, sitting, octets) {
  const members = [];
  for (const id of ids) members.push(await Member.enter(port, id));
  let said = 0;
  for (const { member, text } of linesOf(sitting, perMember)) {
    members[member].say(text);
    // Nobody is sent more at once than on a day that takes its time.
    if (++said % MEMBERS === 0) await members[member].until((heard) => heard.said >= said);
  }
  await Promise.all(members.map((member) => member.until((heard) => heard.said === said)));
  for (const [index, member] of members.entries()) {
    await member.until(({ news }) => news === MEMBERS - 1);
    const { sent, received } = await member.leave();
    octets.sent += sent;
    octets.received += received;
    if (index === MEMBERS - 1) octets.said += said;
  }
}

const folder = temporaryFolder();
const config = join(folder, 'signalbox.yml');
writeFileSync(config, JSON.stringify(SETTINGS));
writeFileSync(join(folder, 'routes.yml'), JSON.stringify(ROUTES));
const server = await startServer({
  name: 'signalbox',
  command: [process.execPath, BIN, 'serve', '--host', '127.0.0.1', '--port', '0', '--config', config],
  env: { NODE_ENV: 'production' },
  ready: /signalbox ready xmlsocket:\/\/[^\s:]+:(\d+)/,
});
const octets = { sent: 0, received: 0, said: 0 };
for (let sitting = 0; sitting < SITTINGS; sitting++) await sit(server.port, sitting, octets);
await server.stop();

const total = octets.sent + octets.received;
const perLine = octets.received / (octets.said * MEMBERS);
const share = POLLING.dayOctets / total;
console.log(`${MEMBERS} members, ${SITTINGS} sittings, ${octets.said} lines, each heard by all of them`);
console.log(`${octets.sent} octets from the members, ${octets.received} to them: ${total} in all`);
console.log(`${perLine.toFixed(1)} octets for a line to one member, comings and goings included`);
console.log(
  `polling cost ${Math.round(POLLING.dayOctets)} octets on its busiest day, ${(POLLING.weekOctets / POLLING.weekHits).toFixed(0)} a poll: ${share.toFixed(0)} times as much`,
);
if (total >= MOST) console.error(`that is over ${MOST}`);
process.exitCode = total < MOST ? 0 : 1;
