import { type Command, InvalidArgumentError } from 'commander';
import { ACTORS, readActor } from '../../core/actor.js';
import type { Principal } from '../../core/session.js';
import { repeated } from './application-options.js';

/** The options that say who acts. */
export function describeActorOptions(command: Command): Command {
  return describeWho(command).option(
    '--claims <json>',
    'what else the credential says, for rules over user.claims',
    readClaims,
  );
}

/** Those of them that a ticket can say. */
export function describeWho(command: Command): Command {
  return command
    .option('--as <who>', ACTORS, readWho, 'anonymous')
    .option('--org <id>', 'organisation of the user; may be repeated', repeated)
    .option('--role <name>', 'role; may be repeated', repeated);
}

/** Who acts, as the options say. */
export function actorOf(options: Readonly<Record<string, unknown>>): Principal {
  const { as, role, org, claims } = options as {
    as: string;
    role?: string[];
    org?: string[];
    claims?: Readonly<Record<string, unknown>>;
  };
  const actor = readActor(as, {
    ...(role && { roles: role }),
    ...(org && { organizations: org }),
    ...(claims && { claims }),
  });
  if (actor === undefined) throw new InvalidArgumentError(`It is ${ACTORS}.`);
  return actor;
}

function readWho(text: string): string {
  if (readActor(text) !== undefined) return text;
  throw new InvalidArgumentError(`It is ${ACTORS}.`);
}

function readClaims(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch {
    // The same remedy.
  }
  throw new InvalidArgumentError('It is a JSON object.');
}
