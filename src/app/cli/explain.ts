import { InvalidArgumentError } from 'commander';
import { Payload } from '../../core/payload.js';
import { OPERATIONS, type Operation } from '../../core/route.js';
import { describeDecision } from '../access-trial.js';
import { explanation } from '../explanation.js';
import { tryAccess } from '../try-access.js';
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
      .option(
        '--payload <json>',
        'what is published, for rules that look at it and the schema of its route',
        readPayload,
      )
      .option('--json', 'print the steps as JSON'),
  async run({ args: [name = '', channel = ''], options, context }) {
    const operation = name as Operation;
    const trial = tryAccess((await openApplication(options, context)).plan());
    const principal = actorOf(options);
    const payload = options['payload'] as Payload | undefined;
    const decision = trial.decide({ operation, channel, principal, payload });
    const { allowed, request } = decision;
    if (options['json'] === true) {
      const found = { route: request?.route.name, handler: request?.route.handler, params: request?.params };
      context.out(
        JSON.stringify({ allowed, ...found, steps: describeDecision(decision, operation) }, undefined, 2),
      );
      return allowed ? 0 : 1;
    }
    for (const line of explanation(trial, decision, { operation, channel, principal })) context.out(line);
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
