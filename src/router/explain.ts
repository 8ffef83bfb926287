import type { Operation } from '../core/route.js';
import type { Judgement } from './access.js';

/** What access was decided by, a line for each list of rules and one for each value that was looked at. */
export function describeJudgements(
  judgements: readonly Judgement[],
  operation: Operation,
): readonly string[] {
  return judgements.flatMap((judgement) => [
    describeJudgement(judgement, operation),
    ...judgement.steps.flatMap(({ rule, parts }) =>
      parts.map(({ text, value }) => (text === rule ? `  ${text} is ${value}` : `  ${text}: ${value}`)),
    ),
  ]);
}

function describeJudgement({ source, rules, holds }: Judgement, operation: Operation): string {
  const wanted = rules.length === 0 ? 'nobody' : rules.join(' or ');
  const verdict = holds === undefined ? 'does not hold: refused' : `${holds} holds`;
  return `${source} says ${operation}: ${wanted}; ${verdict}`;
}
