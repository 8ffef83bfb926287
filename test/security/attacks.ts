import { api } from './api.js';
import type { AttackTopic } from './attack.js';
import { channels } from './channels.js';
import { faults } from './faults.js';
import { handshake } from './handshake.js';
import { logs } from './logs.js';
import { oroTickets } from './oro-tickets.js';
import { publishing } from './publishing.js';
import { sessions } from './sessions.js';
import { tickets } from './tickets.js';

/** Everything that is tried, in the order of docs/attacks.md. */
export const TOPICS: readonly AttackTopic[] = [
  tickets,
  oroTickets,
  channels,
  publishing,
  sessions,
  handshake,
  api,
  faults,
  logs,
];

const INTRODUCTION = `# Attacks

What strangers, users and careless applications may try in order to be or to hear somebody else, what OroSyncBundle with
GosWebSocketBundle makes of it, and what happens here. \`test/security/\` does each of these things to a running server and
compares what comes of it with the last column; this page is written by that test (\`npx vitest run test/security --update\`).
"–" stands where the ancestor has nothing of the kind; the rest of its column is from its source and from trying it.

"refused" answers one request and the connection lives on; "closed" ends the connection with that
[code](errors.md#disconnects), "dropped" ends it without a word; 401, 403 and 429 are answers over HTTP or before the
upgrade. "not delivered" means that nothing more arrives from the moment on at which the application's request was
answered. How long a comparison of secrets takes cannot be seen from outside and has no row; STOMP does not exist in this
version, nor have its attacks.
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
