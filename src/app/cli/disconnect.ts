import { InvalidArgumentError } from 'commander';
import { describeConfig } from './application-options.js';
import { post } from './post.js';
import type { CliCommand } from './program.js';

/** Ends the sessions of a user, or one session, on a running server. */
export const disconnect: CliCommand = {
  describe: (command) =>
    describeConfig(command.description('end the sessions of a user at once, and withdraw the credentials'))
      .argument('<who>', 'user:ID or session:ID', readTarget)
      .option('--reason <text>', 'what the peer is told')
      .option('--reconnect', 'tell the peer to come back')
      .option('--keep-credentials', 'the tickets and tokens of the user stay valid')
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)')
      .option('--key <key>', 'back-end key (SIGNALBOX_API_KEY)'),
  async run({ args: [who = ''], options, context }) {
    const [kind = '', id] = split(who);
    const body = {
      [kind]: id,
      reconnect: options['reconnect'] === true,
      revoke: options['keepCredentials'] !== true,
      ...(typeof options['reason'] === 'string' && { reason: options['reason'] }),
    };
    context.out(JSON.stringify(await post('/api/disconnect', body, { options, context })));
    return 0;
  },
};

function split(who: string): readonly [string, string] {
  const colon = who.indexOf(':');
  return [who.slice(0, colon), who.slice(colon + 1)];
}

function readTarget(text: string): string {
  if (/^(?:user|session):./.test(text)) return text;
  throw new InvalidArgumentError('It is user:ID or session:ID.');
}
