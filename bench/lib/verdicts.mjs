import { digits, spreadText } from './stats.mjs';

const verdicts = [];

/** Notes how a goal of docs/benchmarks.md was met, and prints it. `limit` is `{atMost}` or `{atLeast}`. */
export function judge({ row, what, value, limit }) {
  const isMet = limit.atMost === undefined ? value.median >= limit.atLeast : value.median <= limit.atMost;
  const goal = limit.atMost === undefined ? `>= ${digits(limit.atLeast)}` : `<= ${digits(limit.atMost)}`;
  verdicts.push({ row, what, ...value, goal, isMet });
  console.log(`  ${isMet ? 'PASS' : 'FAIL'}  row ${row}: ${what} ${spreadText(value)}, goal ${goal}`);
}

/** Every verdict so far. Times are information: nothing fails because of one. */
export const allVerdicts = () => verdicts;
