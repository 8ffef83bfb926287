import { describeActor } from '../core/actor.js';
import type { Operation } from '../core/route.js';
import type { Principal } from '../core/session.js';
import { type AccessTrial, type Decision, describeDecision } from './access-trial.js';
import { formatParams, formatTrials } from './format-trials.js';

/** A decision step by step, for people: the routes that were tried, who asks, what was looked at, and the outcome. */
export function explanation(
  trial: AccessTrial,
  decision: Decision,
  asked: { readonly operation: Operation; readonly channel: string; readonly principal: Principal },
): readonly string[] {
  const { allowed, request } = decision;
  const reasons = describeDecision(decision, asked.operation);
  const trials = formatTrials(trial.trials(asked.channel), asked.channel);
  const lines =
    request === undefined
      ? [...reasons, ...trials]
      : [
          ...trials,
          ...formatParams(request.params),
          `as ${describeActor(asked.principal)}`,
          ...reasons.map((line) => `  ${line}`),
          ...(allowed ? [`  handler ${request.route.handler} may still refuse in its own code`] : []),
        ];
  return [...lines, allowed ? 'ALLOWED' : 'REFUSED'];
}
