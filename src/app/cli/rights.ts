import { InvalidArgumentError } from 'commander';
import { describeConfig, repeated } from './application-options.js';
import { post } from './post.js';
import type { CliCommand } from './program.js';

const USER = 'user:';

/** Gives the open sessions of a user other rights on a running server. */
export const rights: CliCommand = {
  describe: (command) =>
    describeConfig(command.description('give the open sessions of a user other roles and organisations'))
      .argument('<who>', 'user:ID', readUser)
      .option('--role <name>', 'role that the user has from now on; may be repeated', repeated)
      .option('--org <id>', 'organisation of the user; may be repeated', repeated)
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)')
      .option('--key <key>', 'back-end key (SIGNALBOX_API_KEY)'),
  async run({ args: [who = ''], options, context }) {
    const body = {
      user: who.slice(USER.length),
      roles: options['role'] ?? [],
      organizations: options['org'] ?? [],
    };
    context.out(JSON.stringify(await post('/api/rights', body, { options, context })));
    return 0;
  },
};

function readUser(text: string): string {
  if (text.startsWith(USER) && text !== USER) return text;
  throw new InvalidArgumentError('It is user:ID.');
}
