import { InvalidArgumentError } from 'commander';
import { OPERATIONS, type Operation } from '../../core/route.js';
import { ANONYMOUS, type Principal } from '../../core/session.js';
import { type Judgement, judge, RouteTable } from '../../router/index.js';
import { buildHandlers } from '../build-handlers.js';
import { createContainer } from '../container.js';
import { describeApplication, openApplication, repeated } from './application-options.js';
import { formatParams, formatTrials } from './match.js';
import type { CliCommand, CliContext } from './program.js';

const USER = 'user:';

/** Tells step by step whether somebody may do something, and which rule decides. */
export const explain: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('tell step by step who may do what; exit 1 if refused'))
      .argument('<operation>', OPERATIONS.join(' or '), readOperation)
      .argument('<channel>', 'such as oro/email_event/5/7')
      .option('--as <who>', 'anonymous, user:ID or backend', readWho, 'anonymous')
      .option('--org <id>', 'organisation of the user; may be repeated', repeated)
      .option('--role <name>', 'role of the user; may be repeated', repeated)
      .option('--json', 'print the steps as JSON'),
  async run({ args: [operation = '', channel = ''], options, context }) {
    const plan = (await openApplication(options, context)).plan();
    const table = new RouteTable(plan.routes, { channelLimit: plan.settings.limits.channel });
    const principal = readPrincipal(options);
    const request = table.match(channel);
    if (request === undefined)
      return report(context, options, {
        allowed: false,
        lines: [`no route matches ${channel}`, ...formatTrials(table.explain(channel), channel)],
      });
    const handler = buildHandlers(createContainer(plan), plan).get(request.route.handler ?? '') ?? {};
    const judgements = judge(operation as Operation, principal, request, handler);
    const publishable = operation !== 'publish' || handler.onPublish !== undefined;
    const allowed = publishable && judgements.every(({ holds }) => holds !== undefined);
    return report(context, options, {
      allowed,
      lines: [
        ...formatTrials(table.explain(channel), channel),
        ...formatParams(request.params),
        `as ${describePrincipal(principal)}`,
        ...judgements.map((judgement) => `  ${describeJudgement(judgement, operation)}`),
        ...(publishable
          ? []
          : [`  handler ${request.route.handler} has no onPublish: it accepts no publications`]),
        ...(allowed ? [`  handler ${request.route.handler} may still refuse in its own code`] : []),
      ],
    });
  },
};

function report(
  { out }: CliContext,
  options: Readonly<Record<string, unknown>>,
  { allowed, lines }: { allowed: boolean; lines: readonly string[] },
): 0 | 1 {
  if (options['json'] === true)
    out(JSON.stringify({ allowed, steps: lines.map((line) => line.trim()) }, undefined, 2));
  else for (const line of [...lines, allowed ? 'ALLOWED' : 'REFUSED']) out(line);
  return allowed ? 0 : 1;
}

function describeJudgement({ source, rules, holds }: Judgement, operation: string): string {
  const wanted = rules.length === 0 ? 'nobody' : rules.join(' or ');
  const verdict = holds === undefined ? 'does not hold: refused' : `${holds} holds`;
  return `${source} says ${operation}: ${wanted}; ${verdict}`;
}

function describePrincipal({ kind, id, organizations, roles }: Principal): string {
  const extras = [
    ...(organizations.length > 0 ? [`of organisation ${organizations.join(', ')}`] : []),
    ...(roles.length > 0 && kind === 'user' ? [`with role ${roles.join(', ')}`] : []),
  ];
  return [kind === 'user' ? `user ${id}` : kind, ...extras].join(' ');
}

function readOperation(text: string): string {
  if ((OPERATIONS as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(`It is ${OPERATIONS.join(' or ')}.`);
}

function readWho(text: string): string {
  if (text === 'anonymous' || text === 'backend') return text;
  if (text.startsWith(USER) && text !== USER) return text;
  throw new InvalidArgumentError('It is anonymous, user:ID or backend.');
}

function readPrincipal(options: Readonly<Record<string, unknown>>): Principal {
  const as = String(options['as']);
  if (as === 'anonymous') return ANONYMOUS;
  if (as === 'backend') return { ...ANONYMOUS, kind: 'backend', id: 'backend', roles: ['backend'] };
  return {
    kind: 'user',
    id: as.slice(USER.length),
    roles: (options['role'] as string[] | undefined) ?? [],
    organizations: (options['org'] as string[] | undefined) ?? [],
    claims: {},
  };
}
