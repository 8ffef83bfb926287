import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { LOG_EVENTS, type LogEvent } from '../../src/core/log-events.js';
import { REPOSITORY } from '../support/server.js';

/** A line as the source says it. */
interface Line {
  readonly file: string;
  readonly event: LogEvent;
  readonly fields: readonly string[];
  /** Expressions whose members are fields, too. */
  readonly spread: readonly string[];
}

/** What a line has by a spread; the compiler knows no more than these in it. */
const SPREAD: Readonly<Record<string, readonly string[]>> = {
  'src/app/reloading.ts channels': ['live', 'moved', 'withdrawn'],
  'src/app/reloading.ts subscriptions': ['ended', 'asked'],
  'src/core/peer-refusals.ts about': ['session', 'channel', 'remoteAddress', 'version', 'command'],
  'src/transports/open-connections.ts why': ['code', 'reason'],
  'src/protocols/wamp2/testaments.ts about': ['session', 'channel', 'code', 'reason', 'request'],
  // What an operator does says by itself what it was about.
  'src/protocols/http/admin/action-log.ts fields': [],
};

/** Lines that lack what others of their event have, by the file. */
const LACKING: Readonly<Record<string, readonly string[]>> = {
  'src/brokers/redis/redis-queues.ts queue_not_read': ['channel'],
  'src/core/peer-refusals.ts operation_refused': ['operation', 'peer', 'decided'],
  'src/router/refusals.ts operation_refused': ['remoteAddress', 'version', 'command'],
  'src/transports/listener-bounds.ts connection_refused': ['request', 'hint', 'port', 'cause'],
  'src/transports/refused-connections.ts connection_refused': ['port'],
  'src/transports/tls-hello.ts connection_refused': ['request', 'code', 'hint', 'cause'],
};

/** What those who keep count of lines add to one. */
const ADDED = 'omitted';

const lines = globSync('src/**/*.ts', { cwd: REPOSITORY }).flatMap(linesIn).filter(isOfServer);

describe('each line of the log', () => {
  it('has the fields that the list says, and none that it does not', () => {
    expect(lines.length).toBeGreaterThan(70);
    const wanted = lines.map(({ file, event }) => `${file} ${event}: ${fieldsOf(file, event).join(' ')}`);
    const written = lines.map(({ file, event, fields, spread }) => {
      const more = spread.flatMap((name) => SPREAD[`${file} ${name}`] ?? [`unknown spread ${name}`]);
      const all = new Set([...fields, ...more].filter((field) => field !== ADDED));
      return `${file} ${event}: ${[...all].sort().join(' ')}`;
    });
    expect(written).toEqual(wanted);
  });
});

function fieldsOf(file: string, event: LogEvent): readonly string[] {
  const lacking = new Set([ADDED, ...(LACKING[`${file} ${event}`] ?? [])]);
  return LOG_EVENTS[event].fields.filter((field) => !lacking.has(field)).toSorted();
}

function linesIn(file: string): readonly Line[] {
  const text = readFileSync(`${REPOSITORY}${file}`, 'utf8');
  if (!text.includes("event: '")) return [];
  const found: Line[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) found.push(...lineOf(file, node));
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function lineOf(file: string, node: ts.ObjectLiteralExpression): readonly Line[] {
  const fields: string[] = [];
  const spread: string[] = [];
  let event: string | undefined;
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      const inner = conditional(property.expression);
      if (inner === undefined) spread.push(property.expression.getText());
      else fields.push(...inner);
    } else if (property.name?.getText() !== 'event') fields.push(property.name?.getText() ?? '');
    else if (ts.isPropertyAssignment(property) && ts.isStringLiteral(property.initializer))
      event = property.initializer.text;
  }
  return event === undefined
    ? []
    : [{ file, event: event as LogEvent, fields, spread: spread.filter((one) => one !== ADDED) }];
}

/** The members of `...(condition && { members })`; undefined where it is something else. */
function conditional(expression: ts.Expression): readonly string[] | undefined {
  if (!ts.isParenthesizedExpression(expression)) return undefined;
  const { expression: inner } = expression;
  if (!ts.isBinaryExpression(inner) || !ts.isObjectLiteralExpression(inner.right)) return undefined;
  return inner.right.properties.map(({ name }) => name?.getText() ?? '');
}

function isOfServer({ file }: Line): boolean {
  return !file.startsWith('src/client/');
}
