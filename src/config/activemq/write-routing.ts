import { BUILT_IN_RULES, isOneOf } from '../route-keys.js';
import { printable } from '../source-file.js';
import { type ImportedRoute, rolesOf } from './imported-routes.js';

/** Entries that a comment names. */
const MOST_NAMED = 5;

const HEAD = [
  'In ActiveMQ the roles of all entries that match a destination count. Here the first route that matches decides, so',
  'each has the roles of all entries that take its channels, and narrower ones come first. A topic a.b is the channel',
  'a/b, a queue a.b the channel queue/a/b, which holds each message for one consumer. What no route matches is refused.',
  '"admin" has no counterpart: nothing is created by being used.',
];

/** The text of a routing file with these routes, and comments that say of which entries each was made. */
export function writeRouting(routes: readonly ImportedRoute[], file: string): string {
  const head = [`Imported from the authorizationMap of ${file}.`, '', ...HEAD];
  return [`${comment(head)}\n`, ...routes.map(block)].join('\n');
}

function block(route: ImportedRoute): string {
  const { name, channel, requirements, access, isQueue } = route;
  const demands = Object.entries(requirements).map(([parameter, text]) => `${parameter}: ${quote(text)}`);
  return [
    comment(origin(route)),
    `${name}:`,
    `  channel: ${quote(channel)}`,
    '  handler: broadcast',
    ...(demands.length === 0 ? [] : [`  requirements: { ${demands.join(', ')} }`]),
    `  access: { subscribe: ${list(access.subscribe)}, publish: ${list(access.publish)} }`,
    ...(isQueue ? ['  delivery: queue'] : []),
    '',
  ].join('\n');
}

function origin({ from }: ImportedRoute): string[] {
  if (from.length === 0) return ['no entry is for other queues, and no topic has their channels'];
  const named = from.slice(0, MOST_NAMED).map(({ text, line }) => `${text} (line ${line})`);
  const more = from.length > MOST_NAMED ? ` and ${from.length - MOST_NAMED} more` : '';
  const admin = rolesOf(from, 'admin');
  return [
    `${named.join(', ')}${more}`,
    ...(admin.length === 0 ? [] : [`admin: ${admin.slice(0, MOST_NAMED).join(', ')}`]),
  ];
}

/** Nothing from the file can end a comment. */
function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${printable(line)}`.trimEnd()).join('\n');
}

/** Roles stand in quotes, which says that they are none of our rules. */
function list(rules: readonly string[]): string {
  const texts = rules.map((rule) => (isOneOf(rule, BUILT_IN_RULES) ? rule : quote(rule)));
  return texts.length === 1 ? texts.join() : `[${texts.join(', ')}]`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
