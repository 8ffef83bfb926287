import { InvalidArgumentError } from 'commander';
import { Payload } from '../../core/payload.js';
import { OPERATIONS, type Operation } from '../../core/route.js';
import { AccessTrial, describeDecision } from '../access-trial.js';
import { describeActor } from '../actor.js';
import { formatParams, formatTrials } from '../format-trials.js';
import { actorOf, describeActorOptions } from './actor-options.js';
import { describeApplication, openApplication } from './application-options.js';
import type { CliCommand } from './program.js';

/** Tells step by step whether somebody may do something, and which rule decides. */
export const explain: CliCommand = {
  describe: (command) =>
    describeActorOptions(
      describeApplication(command.description('tell step by step who may do what; exit 1 if refused'))
        .argument('<operation>', OPERATIONS.join(', '), readOperation)
        .argument('<channel>', 'such as oro/email_event/5/7'),
    )
      .option('--payload <json>', 'what is published, for rules that look at it', readPayload)
      .option('--json', 'print the steps as JSON'),
  async run({ args: [name = '', channel = ''], options, context }) {
    const operation = name as Operation;
    const trial = new AccessTrial((await openApplication(options, context)).plan());
    const principal = actorOf(options);
    const payload = options['payload'] as Payload | undefined;
    const decision = trial.decide({ operation, channel, principal, payload });
    const { allowed, request } = decision;
    const reasons = describeDecision(decision, operation);
    const trials = formatTrials(trial.trials(channel), channel);
    if (options['json'] === true) {
      const found = { route: request?.route.name, handler: request?.route.handler, params: request?.params };
      context.out(JSON.stringify({ allowed, ...found, steps: reasons }, undefined, 2));
      return allowed ? 0 : 1;
    }
    const lines =
      request === undefined
        ? [...reasons, ...trials]
        : [
            ...trials,
            ...formatParams(request.params),
            `as ${describeActor(principal)}`,
            ...reasons.map((line) => `  ${line}`),
            ...(allowed ? [`  handler ${request.route.handler} may still refuse in its own code`] : []),
          ];
    for (const line of [...lines, allowed ? 'ALLOWED' : 'REFUSED']) context.out(line);
    return allowed ? 0 : 1;
  },
};

function readOperation(text: string): string {
  if ((OPERATIONS as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(`It is ${OPERATIONS.join(', ')}.`);
}

function readPayload(text: string): Payload {
  try {
    return Payload.of(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError('It is not JSON.');
  }
}
