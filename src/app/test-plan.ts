import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Route } from '../core/route.js';
import { randomId } from '../core/session.js';
import type { TopicHandler } from '../core/topic.js';
import { type Application, loadApplication } from './application.js';
import type { Plan } from './container.js';
import type { Offers } from './handler-class.js';
import { offersOf, type TestTopic } from './test-topics.js';

export interface TestApplicationOptions {
  /** The settings file; without it, and without `routes`, `signalbox.yml` of the working folder, if there is one. */
  readonly config?: string;
  /** Settings by their path, such as `'limits.handler_timeout': '50ms'`: they override the file. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** What the settings file reads as environment; that of the process is left out unless it is given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Routes before those of the routing files, such as `testRoute` makes. */
  readonly routes?: readonly Route[];
  /** Classes, beside those of the folder, or objects by handler name. They replace what has the same name. */
  readonly topics?: readonly TestTopic[] | Readonly<Record<string, TopicHandler>>;
  /** What is injected in place of the service, or part of `TOKENS`, of that token. */
  readonly services?: Iterable<readonly [symbol, unknown]>;
  /** Where the controlled clock begins, now unless given; `real` for one that nobody controls. */
  readonly clock?: 'real' | Date;
}

/** What a test's application is built from; what it keeps is in the folder. Throws `ConfigurationError`. */
export async function planOf(options: TestApplicationOptions, folder: string): Promise<Plan> {
  const application = await load(options, folder);
  return withSecret(withRoutes(application.plan(), options.routes ?? []));
}

/** Everything is in this process, and nothing is left of it. */
function load(
  { config, settings = {}, env = {}, routes, topics }: TestApplicationOptions,
  folder: string,
): Promise<Application> {
  const given = Object.entries(settings).map(([path, value]) => [path, String(value)]);
  const file = config ?? (routes === undefined ? undefined : join(folder, 'signalbox.yml'));
  const options = {
    env,
    flags: { broker: 'memory', 'store.path': join(folder, 'store.db'), ...Object.fromEntries(given) },
    ...(file !== undefined && { config: file }),
    ...(topics !== undefined && { offers: offersOf(topics) satisfies Offers }),
  };
  return file === config ? loadApplication(options) : loadBeside(options, join(folder, 'signalbox.yml'));
}

/** Without a settings file: there is an empty one, so that no other is found. */
async function loadBeside(
  options: Parameters<typeof loadApplication>[0],
  file: string,
): Promise<Application> {
  await writeFile(file, 'routing: []\n');
  return loadApplication(options);
}

function withRoutes(plan: Plan, routes: readonly Route[]): Plan {
  return routes.length === 0 ? plan : { ...plan, routes: [...routes, ...plan.routes] };
}

/** Tests of an application without a secret have tickets, too, as the server makes itself one. */
function withSecret(plan: Plan): Plan {
  const { auth } = plan.settings;
  if (auth.secret !== undefined || auth.publicKey !== undefined) return plan;
  const secret = randomId() + randomId();
  return { ...plan, settings: { ...plan.settings, auth: { ...auth, secret } } };
}
