import { api } from './api.js';
import type { AttackTopic } from './attack.js';
import { challenges } from './challenges.js';
import { channelLog } from './channel-log.js';
import { channels } from './channels.js';
import { cookies } from './cookies.js';
import { faults } from './faults.js';
import { handshake } from './handshake.js';
import { logs } from './logs.js';
import { operators } from './operators.js';
import { oroTickets } from './oro-tickets.js';
import { publishing } from './publishing.js';
import { sessions } from './sessions.js';
import { stompQueues } from './stomp-queues.js';
import { stompSessions } from './stomp-sessions.js';
import { streams } from './streams.js';
import { tickets } from './tickets.js';
import { tokens } from './tokens.js';
import { wamp2Calls } from './wamp2-calls.js';
import { wamp2Channels } from './wamp2-channels.js';
import { wamp2Names } from './wamp2-names.js';
import { wamp2Sessions } from './wamp2-sessions.js';
import { wamp2Transports } from './wamp2-transports.js';
import { xmlsocket } from './xmlsocket.js';

/** Everything that is tried, in the order of docs/attacks.md. */
export const TOPICS: readonly AttackTopic[] = [
  tickets,
  oroTickets,
  tokens,
  cookies,
  challenges,
  channels,
  publishing,
  sessions,
  handshake,
  api,
  operators,
  wamp2Sessions,
  wamp2Names,
  wamp2Channels,
  wamp2Calls,
  wamp2Transports,
  streams,
  stompSessions,
  stompQueues,
  channelLog,
  xmlsocket,
  faults,
  logs,
];

const INTRODUCTION = `# Attacks

What strangers, users and careless applications may try in order to be or to hear somebody else, what OroSyncBundle with
GosWebSocketBundle makes of it, and what happens here. \`test/security/\` does each of these things to running servers and
compares what comes of it with the last column. This page is written by that test, \`npx vitest run test/security
--update\`. "–" stands where the ancestor has nothing of the kind, or where it is not known.

"refused" answers one request, and the connection lives on; "aborted" ends a session of WAMP v2 with that URI; "closed" ends the connection with that
[code](errors.md#disconnects), "dropped" ends it without a word; 400 to 503 are answers over HTTP, or before the upgrade.
"not delivered" means that nothing arrives any more once the application's request has been answered. " / " stands between
the answers to several tries of one row.

"Questions and answers" are tried without a protocol before them, which says the refusal in words of its own.

How long a comparison of secrets takes cannot be told from outside, and has no row.
`;

/** docs/attacks.md. */
export function attackTable(topics: readonly AttackTopic[]): string {
  return [INTRODUCTION, ...topics.map(section)].join('\n');
}

function section({ title, attacks }: AttackTopic): string {
  const rows = attacks.map(
    ({ id, attack, ancestor, ours }) => `| ${id} | ${attack} | ${ancestor} | ${ours} |`,
  );
  return `## ${title}\n\n| | Attack | The ancestor | Here |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
