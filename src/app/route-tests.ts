import { type Finding, findRouteTests, readRouteTests } from '../config/index.js';
import { readActor } from '../core/actor.js';
import { type Application, ConfigurationError, loadApplication } from './application.js';
import { RouteTestCase, type RouteTestResult } from './route-test-case.js';
import { tryAccess } from './try-access.js';

/** What to do where nothing is tested. */
export const NO_ROUTE_TESTS = `no route test found: write routing/chat.route-test.yml, for example, with
- channel: chat/lobby
  allow: { subscribe: 'user:5' }
  deny: { subscribe: anonymous }`;

/**
 * Reads these files, or all route tests of the application, with everything that is wrong about them and the routes.
 * There are no cases where a finding is an error.
 */
export async function readApplicationTests(
  application: Application,
  files: readonly string[] = [],
): Promise<{ readonly cases: readonly RouteTestCase[]; readonly findings: readonly Finding[] }> {
  const paths = files.length > 0 ? files : await findRouteTests(application.settings);
  const read = await readRouteTests(paths, readActor);
  const findings = [...application.findings, ...read.findings];
  if (hasErrors(findings)) return { cases: [], findings };
  const trial = tryAccess(application.plan());
  return { cases: read.expectations.map((expectation) => new RouteTestCase(expectation, trial)), findings };
}

export interface RouteTestOptions {
  /** The settings file; without it `signalbox.yml` of the working folder, if there is one. */
  readonly config?: string;
  /** Test files and folders of them; without any, every `*.route-test.yml` of the application. */
  readonly files?: readonly string[];
}

/** A route test as a test runner takes it. */
export interface RouteTest {
  /** A sentence, such as `user 6 may not subscribe to oro/email_event/5/7`. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Throws an error that says what was decided, and by what, where that is not what the test expects. */
  run(): void;
}

/**
 * The route tests of an application, for any test runner. Throws `ConfigurationError` for errors in settings, routes
 * or test files, and an `Error` where there is no test.
 */
export async function loadRouteTests(options: RouteTestOptions = {}): Promise<readonly RouteTest[]> {
  const { config, files } = options;
  const application = await loadApplication(config === undefined ? {} : { config });
  const { cases, findings } = await readApplicationTests(application, files);
  if (hasErrors(findings)) throw new ConfigurationError(findings);
  if (cases.length === 0) throw new Error(NO_ROUTE_TESTS);
  return cases.map((one) => ({ name: one.name, file: one.file, line: one.line, run: () => run(one) }));
}

function run(one: RouteTestCase): void {
  const result = one.decide();
  if (!result.passed) throw new Error(describeFailure(one, result));
}

/** A failure in lines: place, expectation and decision, then what it was decided by. */
export function describeFailure(
  { name, file, line }: RouteTestCase,
  { found, reasons }: RouteTestResult,
): string {
  return [`${file}:${line}  failed: ${name}; it ${found}`, ...reasons.map((text) => `  ${text}`)].join('\n');
}

/** Whether anything is worse than a warning. */
export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
