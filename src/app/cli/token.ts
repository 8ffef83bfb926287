import { mintTicket } from '../../authenticators/index.js';
import { parseDuration } from '../../core/units.js';
import { describeApplication, findSecret } from './application-options.js';
import type { CliCommand } from './program.js';

/** Prints a signed ticket for a user. */
export const token: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('print a ticket for a user: connect with ?ticket=…'))
      .requiredOption('--user <id>', 'the user it speaks for')
      .option('--org <id...>', 'organisations of the user')
      .option('--role <name...>', 'roles of the user')
      .option('--ttl <duration>', 'how long it can be used to connect', '5m'),
  async run({ options, context }) {
    const secret = await findSecret(options, context);
    if (secret === undefined) {
      context.err(
        'no secret to sign with: set SIGNALBOX_SECRET or auth.secret, or start the server once in this folder',
      );
      return 1;
    }
    const grant = {
      user: String(options['user']),
      organizations: (options['org'] as string[] | undefined) ?? [],
      roles: (options['role'] as string[] | undefined) ?? [],
      ttl: parseDuration(String(options['ttl'])),
    };
    context.out(mintTicket(grant, secret));
    return 0;
  },
};
