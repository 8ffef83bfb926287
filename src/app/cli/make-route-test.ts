import { dirname, join, relative, resolve } from 'node:path';
import { readActor } from '../../core/actor.js';
import { OPERATIONS, type Operation, type Route } from '../../core/route.js';
import type { AccessTrial } from '../access-trial.js';
import { sampleChannel } from '../sample-channel.js';
import { tryAccess } from '../try-access.js';
import { writeNew } from '../write-new.js';
import { openApplication } from './application-options.js';
import type { CliCommand } from './program.js';

const ACTORS = ['anonymous', 'user:5', 'user:6', 'backend'];
const TESTED: readonly Operation[] = OPERATIONS.filter(
  (operation) => !['history', 'presence'].includes(operation),
);

/** A file of route tests that says what the rules of a route say now: to be read, corrected and kept. */
export const makeRouteTest: CliCommand['run'] = async ({ args: [, name = ''], options, context }) => {
  const application = await openApplication(options, context);
  const { routes, folder } = application;
  const route = routes.find((one) => one.name === name);
  if (route === undefined) {
    const known = routes.map((one) => one.name).join(', ');
    throw new Error(`there is no route ${name}: there are ${known}`);
  }
  const trial = tryAccess(application.plan());
  const channel = (options['channel'] as string | undefined) ?? sampleChannel(route, trial);
  if (channel === undefined || trial.match(channel)?.route.name !== name)
    throw new Error(
      `${channel ?? `no channel of ${route.pattern} could be guessed that`} does not belong to route ${name}: name one by --channel`,
    );
  const text = textOf(route, channel, trial);
  if (options['print'] === true) {
    context.out(text.trimEnd());
    return 0;
  }
  const file = `${name.replaceAll(/[^\w.-]/g, '-')}.route-test.yml`;
  const place = route.source === undefined ? folder : dirname(resolve(route.source.file));
  await writeNew(place, [{ path: file, text }]);
  context.out(`made ${relative(process.cwd(), join(place, file))}`);
  context.out('it says what holds now: read it, correct what is not meant, then: npx signalbox test');
  return 0;
};

function textOf(route: Route, channel: string, trial: AccessTrial): string {
  const params = Object.entries(trial.match(channel)?.params ?? {}).map(
    ([key, value]) => `${key}: ${quote(value)}`,
  );
  const cases = TESTED.map((operation) => {
    const may = ACTORS.filter((actor) => allows(trial, { operation, channel, actor }));
    return { operation, may, mayNot: ACTORS.filter((actor) => !may.includes(actor)) };
  });
  return [
    `# Who may do what on route ${route.name}. Run by \`signalbox test\`.`,
    '',
    `- channel: ${quote(channel)}`,
    `  route: ${quote(route.name)}`,
    ...(route.handler === undefined ? [] : [`  handler: ${quote(route.handler)}`]),
    ...(params.length === 0 ? [] : [`  params: { ${params.join(', ')} }`]),
    ...section(
      'allow',
      cases.map(({ operation, may }) => [operation, may]),
    ),
    ...section(
      'deny',
      cases.map(({ operation, mayNot }) => [operation, mayNot]),
    ),
    '',
  ].join('\n');
}

function allows(
  trial: AccessTrial,
  { operation, channel, actor }: { operation: Operation; channel: string; actor: string },
): boolean {
  const principal = readActor(actor);
  return principal !== undefined && trial.decide({ operation, channel, principal }).allowed;
}

function section(
  name: string,
  cases: readonly (readonly [Operation, readonly string[]])[],
): readonly string[] {
  const lines = cases.flatMap(([operation, actors]) =>
    actors.length === 0 ? [] : [`    ${operation}: [${actors.map(quote).join(', ')}]`],
  );
  return lines.length === 0 ? [] : [`  ${name}:`, ...lines];
}

function quote(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
