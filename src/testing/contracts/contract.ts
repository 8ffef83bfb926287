import { format } from 'node:util';
import { REAL } from '../real-time.js';

/** One thing that is promised. */
export interface ContractCheck {
  /** A sentence about who keeps the promise. */
  readonly name: string;
  /** Rejects with an `AssertionError` where it is not kept; resolves to the reason where it could not be tried. */
  run(): Promise<string | undefined>;
}

type Run = () => unknown;

/** What a contract is written with. */
export interface Suite {
  beforeEach(run: Run): void;
  afterEach(run: Run): void;
  readonly it: It;
}

interface It {
  (name: string, run: Run): void;
  each<R extends readonly unknown[]>(rows: readonly R[]): (name: string, run: (...row: R) => unknown) => void;
}

/** The checks of a contract, each with what goes before and after it. */
export function contract(define: (suite: Suite) => void): readonly ContractCheck[] {
  const checks: ContractCheck[] = [];
  const before: Run[] = [];
  const after: Run[] = [];
  async function run(body: Run): Promise<string | undefined> {
    for (const each of before) await each();
    try {
      const outcome = await body();
      return typeof outcome === 'string' ? outcome : undefined;
    } finally {
      for (const each of after) await each();
    }
  }
  const add = (name: string, body: Run) => void checks.push({ name, run: () => run(body) });
  const each: It['each'] = (rows) => (name, body) => {
    for (const row of rows) {
      const used = row.slice(0, name.split('%').length - 1);
      add(format(name, ...used), () => body(...row));
    }
  };
  define({
    beforeEach: (body) => void before.push(body),
    afterEach: (body) => void after.push(body),
    it: Object.assign(add, { each }),
  });
  return checks;
}

const PATIENCE = 10_000;

/** Waits until something is true; fails after ten seconds. */
export function until(holds: () => unknown): Promise<void> {
  return eventually(async () => {
    if (!(await holds())) throw new Error(`this has not come true within ${PATIENCE} ms: ${String(holds)}`);
  });
}

/** Waits until an assertion passes; fails with its error after ten seconds. */
export async function eventually(assertion: () => void | Promise<void>): Promise<void> {
  const end = REAL.elapsed() + PATIENCE;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (REAL.elapsed() > end) throw error;
    }
    await new Promise((resolve) => REAL.setTimeout(resolve, 5));
  }
}
