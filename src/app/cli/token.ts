import { InvalidArgumentError } from 'commander';
import { mintTicket } from '../../authenticators/index.js';
import { parseDuration } from '../../core/units.js';
import { describeConfig, findSecret, readSettings, repeated } from './application-options.js';
import type { CliCommand } from './program.js';

/** Prints a signed ticket for a user. */
export const token: CliCommand = {
  describe: (command) =>
    describeConfig(command.description('print a ticket for a user: connect with ?ticket=…'))
      .requiredOption('--user <id>', 'the user it speaks for')
      .option('--org <id>', 'organisation of the user; may be repeated', repeated)
      .option('--role <name>', 'role of the user; may be repeated', repeated)
      .option(
        '--ttl <duration>',
        'how long it can be used to connect (default: auth.ticket_ttl, 5m)',
        readTtl,
      ),
  async run({ options, context }) {
    const secret = await findSecret(options, context);
    if (secret === undefined) {
      context.err(
        'error: no secret to sign with: set SIGNALBOX_SECRET or auth.secret, or start the server once in this folder',
      );
      return 1;
    }
    const settings = await readSettings(options, context);
    const grant = {
      user: String(options['user']),
      organizations: (options['org'] as string[] | undefined) ?? [],
      roles: (options['role'] as string[] | undefined) ?? [],
      ttl: (options['ttl'] as number | undefined) ?? settings.auth.ticketTtl,
    };
    context.out(mintTicket(grant, secret));
    return 0;
  },
};

function readTtl(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError((error as RangeError).message);
  }
}
