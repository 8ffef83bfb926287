import { formatFindings } from '../../config/index.js';
import type { RouteTestCase, RouteTestResult } from '../route-test-case.js';
import { describeFailure, hasErrors, NO_ROUTE_TESTS, readApplicationTests } from '../route-tests.js';
import { describeApplication, openApplication } from './application-options.js';
import type { CliCommand, CliContext, ExitCode } from './program.js';

/** Compares what the routes decide with what route test files expect. */
export const test: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('run the route tests, without a server; exit 1 if one fails'))
      .argument('[file...]', 'test files, or folders of them (default: every *.route-test.yml)')
      .option('--verbose', 'print what passed, too')
      .option('--json', 'print the results as JSON'),
  async run({ args, options, context }) {
    const application = await openApplication(options, context);
    const { cases, findings } = await readApplicationTests(application, args.filter(isGiven));
    const results = cases.map((one) => ({ one, result: one.decide() }));
    const passed = results.filter(({ result }) => result.passed).length;
    const counts = { passed, failed: results.length - passed };
    if (options['json'] === true) {
      context.out(JSON.stringify({ ...counts, findings, cases: results.map(toJson) }, undefined, 2));
    } else if (hasErrors(findings)) context.err(formatFindings(findings, { color: context.color }));
    else if (cases.length === 0) context.err(NO_ROUTE_TESTS);
    else print(results, { ...counts, verbose: options['verbose'] === true, context });
    return exitCode(counts);
  },
};

interface Outcome {
  readonly one: RouteTestCase;
  readonly result: RouteTestResult;
}

function isGiven(file: string | undefined): file is string {
  return file !== undefined;
}

function exitCode({ passed, failed }: { passed: number; failed: number }): ExitCode {
  return failed === 0 && passed > 0 ? 0 : 1;
}

function print(
  results: readonly Outcome[],
  how: { passed: number; failed: number; verbose: boolean; context: CliContext },
): void {
  for (const { one, result } of results) {
    if (!result.passed) how.context.out(describeFailure(one, result));
    else if (how.verbose) how.context.out(`${one.file}:${one.line}  passed: ${one.name}`);
  }
  how.context.out(`${how.passed} passed, ${how.failed} failed`);
}

function toJson({ one: { name, file, line }, result }: Outcome) {
  return { name, file, line, ...result };
}
