import type { GosInstallation } from '../../config/index.js';

/** Oro's own tickets, for who wants to keep them at first. */
const ORO_TICKETS = `
# To take the tickets that the application makes already, and what its PHP code publishes by WebSocket, as a first step: take
# the # away, set both variables, and npm install pg or mysql2. What that means: docs/access.md, "Oro tickets".
# auth:
#   oro:
#     secret: { env: ORO_SECRET }
#     accounts: { env: ORO_DB_DSN }
#     anonymous: backend
`;

/** The settings file of an installation that was taken over. */
export function migratedSettings(
  { settings, isOro }: GosInstallation,
  parts: {
    readonly routing: readonly string[];
    readonly topics: readonly (readonly [string, string])[];
    readonly hasStubs: boolean;
  },
): string {
  const { host, port, paths, blocked, origins, ping } = settings;
  const listen = [
    ...(host === undefined ? [] : [`  host: ${quote(host)}`]),
    ...(port === undefined ? [] : [`  port: ${port}`]),
    ...(paths === undefined ? [] : [`  paths: [${paths.map(quote).join(', ')}]`]),
    ...(blocked === undefined ? [] : [`  blocked: [${blocked.map(quote).join(', ')}]`]),
  ];
  const topics = [
    ...(parts.hasStubs ? ['  handlers: topics'] : []),
    ...parts.topics.map(([name, entry]) => `  ${quote(name)}: ${entry}`),
  ];
  return [
    '# Written by `signalbox migrate gos`. What was taken over, what differs and what is left to do: MIGRATION.md',
    '',
    '# In the order in which their routes are tried.',
    ...section(
      'routing',
      parts.routing.map((path) => `  - ${quote(path)}`),
    ),
    ...section('topics', topics),
    ...section('listen', listen),
    ...(origins === undefined ? [] : [`origins: [${origins.map(quote).join(', ')}]`, '']),
    ...(ping === undefined ? [] : [`limits: { ping: ${ping}s }`, '']),
    '# What routes that say nothing about access have. Every client could publish before, wherever a handler broadcast it.',
    'access:',
    '  subscribe: user',
    '  publish: backend',
    ...(isOro ? [ORO_TICKETS.trimEnd()] : []),
    '',
  ].join('\n');
}

function section(name: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${name}:`, ...lines, ''];
}

function quote(text: string): string {
  if (/\p{Cc}/u.test(text)) return JSON.stringify(text);
  return /^[A-Za-z_/][\w./-]*$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
