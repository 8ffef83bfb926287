import { InvalidArgumentError } from 'commander';
import { mintTicket } from '../../authenticators/index.js';
import { createSync, type Sync, type SyncError } from '../../client/node.js';
import { describeConfig, findSigningKey, findUrl, readSettings, repeated } from './application-options.js';
import type { CliCommand, CliContext, ExitCode } from './program.js';

/** Prints one JSON line for each message of the channels, until it is asked to stop or refused. */
export const subscribe: CliCommand = {
  describe: (command) =>
    describeConfig(command.description('print a JSON line for each message of a channel'))
      .argument('<channel...>', 'such as oro/email_event/5/7')
      .option('--count <n>', 'stop after so many messages', readCount)
      .option('--user <id>', 'connect as this user, with a ticket made from the secret')
      .option('--org <id>', 'organisation of the user; may be repeated', repeated)
      .option('--role <name>', 'role of the user; may be repeated', repeated)
      .option('--ticket <ticket>', 'connect with this ticket, once')
      .option('--url <url>', 'address of the server (SIGNALBOX_URL)'),
  async run({ args, options, context }) {
    const ticket = await findTicket(options, context);
    const url = (await findUrl(options, context)).replace(/^http/, 'ws');
    const sync = createSync({ url, ...(ticket !== undefined && { ticket }) });
    reportConnection(sync, { url, context });
    const done = new Promise<ExitCode>((resolve) => {
      let left = Number(options['count'] ?? Number.POSITIVE_INFINITY);
      sync.on('error', (error) => {
        context.err(`error: ${describe(error)}`);
        resolve(1);
      });
      for (const channel of args) {
        sync.subscribe(channel, (payload) => {
          if (left <= 0) return;
          context.out(JSON.stringify({ channel, payload }));
          if (--left === 0) resolve(0);
        });
      }
    });
    const code = await Promise.race([done, context.stopped().then((): ExitCode => 0)]);
    sync.close();
    return code;
  },
};

/** Says on the error stream how the connection fares, so that silence means that nothing was published. */
function reportConnection(sync: Sync, { url, context }: { url: string; context: CliContext }): void {
  sync.on('connection_established', ({ sessionId }) =>
    context.err(`connected to ${url} as session ${sessionId}`),
  );
  sync.on('identity', ({ kind, id, roles, organizations }) => {
    const rights = `roles: ${roles.join(', ') || 'none'}, organisations: ${organizations.join(', ') || 'none'}`;
    context.err(`now ${kind}${id === undefined ? '' : ` ${id}`}, ${rights}`);
  });
  sync.on('connection_lost', ({ reason, delay }) => {
    if (delay !== undefined) context.err(`no connection to ${url}${reason && `: ${reason}`}; trying again`);
  });
}

/** The hint of an ended connection is for programs. */
function describe({ channel, code, message, hint }: SyncError): string {
  const reason = [channel, code, message].filter(Boolean).join(': ');
  return hint === undefined || code === 'disconnected' ? reason : `${reason}\n${hint}`;
}

/** A function, because each attempt to connect needs a ticket that has not expired. */
async function findTicket(
  options: Readonly<Record<string, unknown>>,
  context: CliContext,
): Promise<string | (() => Promise<string>) | undefined> {
  if (typeof options['ticket'] === 'string') return options['ticket'];
  if (typeof options['user'] !== 'string') return undefined;
  const key = await findSigningKey(options, context);
  if (key === undefined)
    throw new Error('no secret to make a ticket with: set SIGNALBOX_SECRET, or start the server once here');
  const { auth } = await readSettings(options, context);
  const grant = {
    user: options['user'],
    organizations: (options['org'] as string[] | undefined) ?? [],
    roles: (options['role'] as string[] | undefined) ?? [],
    ttl: auth.ticketTtl,
  };
  return async () => mintTicket(grant, key);
}

function readCount(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number of at least 1.');
}
