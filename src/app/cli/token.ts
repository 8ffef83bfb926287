import { type Command, InvalidArgumentError } from 'commander';
import { mintTicket } from '../../authenticators/index.js';
import type { ChannelGrants } from '../../core/session.js';
import type { TicketGrant } from '../../core/ticket-grant.js';
import { parseDuration } from '../../core/units.js';
import {
  describeConfig,
  findCheckingKeys,
  findSigningKey,
  readSettings,
  repeated,
} from './application-options.js';
import { decode } from './decode.js';
import type { CliCommand, CliContext, ExitCode } from './program.js';

type Options = Readonly<Record<string, unknown>>;

/** Prints a signed ticket for a user, or explains one. */
export const token: CliCommand = {
  describe: (command) => describeGrant(describeConfig(command)),
  async run({ options, context }) {
    if (options['decode'] !== undefined) return explain(options, context);
    if (options['user'] !== undefined) return mint(options, context);
    context.err('error: say for whom: --user ID makes a ticket, --decode TICKET explains one');
    return 2;
  },
};

function describeGrant(command: Command): Command {
  return command
    .description('print a ticket for a user: connect with ?ticket=…; or explain one')
    .option('--user <id>', 'the user it speaks for')
    .option('--org <id>', 'organisation of the user; may be repeated', repeated)
    .option('--role <name>', 'role of the user; may be repeated', repeated)
    .option('--subscribe <pattern>', 'channels it grants to subscribe to; may be repeated', repeated)
    .option('--publish <pattern>', 'channels it grants to publish to; may be repeated', repeated)
    .option(
      '--ttl <duration>',
      'how long it can be used to connect (default: auth.ticket_ttl, 5m)',
      readDuration,
    )
    .option(
      '--session <duration>',
      'when its session ends, from now (default and at most: auth.session_ttl)',
      readDuration,
    )
    .option('--private-key <file>', 'sign with this Ed25519 key (default: auth.private_key, or auth.secret)')
    .option('--decode <ticket>', 'explain a ticket or JWT, - for standard input; exit 1 if it is refused')
    .option('--json', 'explain as JSON');
}

async function mint(options: Options, context: CliContext): Promise<ExitCode> {
  const key = await findSigningKey(options, context);
  if (key === undefined) {
    context.err(
      'error: no secret to sign with: set SIGNALBOX_SECRET, auth.secret or auth.private_key, or start the server once in this folder',
    );
    return 1;
  }
  const { auth } = await readSettings(options, context);
  context.out(mintTicket(grantOf(options, auth.ticketTtl), key));
  return 0;
}

/** What the options of `token` grant, for so long unless they say how long. */
function grantOf(options: Options, ttl: number): TicketGrant {
  const list = (name: string) => (options[name] as readonly string[] | undefined) ?? [];
  const session = options['session'] as number | undefined;
  const channels: ChannelGrants = {
    ...(options['subscribe'] !== undefined && { subscribe: list('subscribe') }),
    ...(options['publish'] !== undefined && { publish: list('publish') }),
  };
  return {
    user: String(options['user']),
    organizations: list('org'),
    roles: list('role'),
    ttl: (options['ttl'] as number | undefined) ?? ttl,
    ...(Object.keys(channels).length > 0 && { channels }),
    ...(session !== undefined && { session }),
  };
}

async function explain(options: Options, context: CliContext): Promise<ExitCode> {
  const given = String(options['decode']);
  const text = given === '-' ? (await context.input()).trim() : given;
  const keys = await findCheckingKeys(options, context);
  return decode(text, { keys, json: options['json'] === true, context });
}

function readDuration(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError((error as RangeError).message);
  }
}
