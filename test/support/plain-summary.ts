import type { Reporter, TestModule } from 'vitest/node';

/** Ends the output with one line that scripts can read: `N passed, N failed`. */
export default class PlainSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const passed = states.filter((state) => state === 'passed').length;
    // A file that cannot be loaded has no tests, and an error outside of tests belongs to none.
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length;
    const failed = states.filter((state) => state === 'failed').length + broken;
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
  }
}
