import { mintTicket } from '../../authenticators/index.js';
import { createSync } from '../../client/node.js';
import { describeApplication, findSecret, findUrl } from './application-options.js';
import type { CliCommand, CliContext, ExitCode } from './program.js';

/** Prints one JSON line for each message of the channels, until it is asked to stop or refused. */
export const subscribe: CliCommand = {
  describe: (command) =>
    describeApplication(command.description('print a JSON line for each message of a channel'))
      .argument('<channel...>', 'such as oro/email_event/5/7')
      .option('--count <n>', 'stop after so many messages')
      .option('--user <id>', 'connect as this user, with a ticket made from the secret')
      .option('--org <id...>', 'organisations of the user')
      .option('--ticket <ticket>', 'connect with this ticket')
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)'),
  async run({ args, options, context }) {
    const ticket = await findTicket(options, context);
    const url = (await findUrl(options, context)).replace(/^http/, 'ws');
    const sync = createSync({ url, ...(ticket !== undefined && { ticket }) });
    const done = new Promise<ExitCode>((resolve) => {
      let left = Number(options['count'] ?? Number.POSITIVE_INFINITY);
      sync.on('error', ({ channel, code, message, hint }) => {
        context.err(`error: ${[channel, code, message, hint].filter(Boolean).join(': ')}`);
        resolve(1);
      });
      sync.on('connection_lost', ({ reason }) => context.err(`connection lost: ${reason}; trying again`));
      for (const channel of args) {
        sync.subscribe(channel, (payload) => {
          context.out(JSON.stringify({ channel, payload }));
          if (--left <= 0) resolve(0);
        });
      }
    });
    const code = await Promise.race([done, context.stopped().then((): ExitCode => 0)]);
    sync.close();
    return code;
  },
};

/** A function, because each attempt to connect needs a ticket that has not expired. */
async function findTicket(
  options: Readonly<Record<string, unknown>>,
  context: CliContext,
): Promise<string | (() => Promise<string>) | undefined> {
  if (typeof options['ticket'] === 'string') return options['ticket'];
  if (typeof options['user'] !== 'string') return undefined;
  const secret = await findSecret(options, context);
  if (secret === undefined) throw new Error('no secret to make a ticket with: set SIGNALBOX_SECRET');
  const user = options['user'];
  const organizations = (options['org'] as string[] | undefined) ?? [];
  return async () => mintTicket({ user, organizations, ttl: 60_000 }, secret);
}
