import { Option } from 'commander';
import type { Match, Sync } from '../../client/node.js';
import { describeClient, errorInWords, openClient, readCount } from './client.js';
import type { CliCommand, CliContext, ExitCode } from './program.js';

/** Prints one JSON line for each message of the channels, until it is asked to stop or refused. */
export const subscribe: CliCommand = {
  describe: (command) =>
    describeClient(command.description('print a JSON line for each message of a channel'))
      .argument('<channel...>', 'such as oro/email_event/5/7, or patterns of --match')
      .addOption(
        new Option(
          '--match <how>',
          'the channels begin so (prefix), or have anything for empty parts (wildcard)',
        ).choices(['exact', 'prefix', 'wildcard']),
      )
      .option('--retained', 'begin with what the server keeps for who comes late')
      .option('--count <n>', 'stop after so many messages', readCount),
  async run({ args, options, context }) {
    const { sync, url } = await openClient(options, context);
    reportConnection(sync, { url, context });
    const how = {
      ...(options['match'] !== undefined && { match: options['match'] as Match }),
      ...(options['retained'] === true && { getRetained: true }),
    };
    const done = new Promise<ExitCode>((resolve) => {
      let left = Number(options['count'] ?? Number.POSITIVE_INFINITY);
      sync.on('error', (error) => {
        context.err(`error: ${errorInWords(error)}`);
        resolve(1);
      });
      const print = (payload: unknown, { channel }: { readonly channel: string }) => {
        if (left <= 0) return;
        context.out(JSON.stringify({ channel, payload }));
        if (--left === 0) resolve(0);
      };
      for (const channel of args) sync.subscribe(channel, print, how);
    });
    const over = Promise.race([context.stopped(), context.unread()]);
    const code = await Promise.race([done, over.then((): ExitCode => 0)]);
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
