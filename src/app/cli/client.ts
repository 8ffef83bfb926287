import { type Command, InvalidArgumentError, Option } from 'commander';
import { WebSocket } from 'ws';
import { mintTicket } from '../../authenticators/index.js';
import { createSync, type ProtocolName, type Sync, type SyncError } from '../../client/node.js';
import type { TicketGrant } from '../../core/ticket-grant.js';
import { describeConfig, findSigningKey, findUrl, readSettings, repeated } from './application-options.js';
import type { CliContext } from './program.js';

type Options = Readonly<Record<string, unknown>>;

/** The options by which a command connects to a server, and as whom. */
export function describeClient(command: Command): Command {
  return describeConfig(command)
    .option('--user <id>', 'connect as this user, with a ticket made from the secret')
    .option('--org <id>', 'organisation of the user; may be repeated', repeated)
    .option('--role <name>', 'role of the user; may be repeated', repeated)
    .option('--ticket <ticket>', 'connect with this ticket, once')
    .option('--key <key>', 'connect as the back end that has this key')
    .option('--realm <name>', 'realm to join, where the server has several')
    .addOption(
      new Option('--protocol <name>', 'what to speak; wamp is for servers that know only WAMP v1').choices([
        'wamp',
        'wamp.2.json',
      ]),
    )
    .option('--url <url>', 'address of the server (SIGNALBOX_URL)');
}

/** A client as the options say. The caller closes it. */
export async function openClient(
  options: Options,
  context: CliContext,
): Promise<{ readonly sync: Sync; readonly url: string }> {
  const ticket = await findTicket(options, context);
  const url = (await findUrl(options, context)).replace(/^http/, 'ws');
  const sync = createSync({
    url,
    protocol: options['protocol'] as ProtocolName | undefined,
    realm: options['realm'] as string | undefined,
    ticket,
    ...(typeof options['key'] === 'string' && { WebSocket: socketWith(options['key']) }),
  });
  return { sync, url };
}

/** An error with its remedy. The remedy of an ended connection is for programs. */
export function errorInWords({ channel, code, message, hint }: SyncError): string {
  const reason = [channel, code, message].filter(Boolean).join(': ');
  return hint === undefined || code === 'disconnected' ? reason : `${reason}\n${hint}`;
}

/** For an option that is a whole number of at least 1. */
export function readCount(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number of at least 1.');
}

/** Sockets that send a key as the header that back ends send; never in the address, which others may log. */
export function socketWith(key: string | undefined) {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return class extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, { headers });
    }
  } as never;
}

/** Makes tickets. Throws an error where there is nothing to sign them with. */
export async function ticketsOf(
  grant: Pick<TicketGrant, 'organizations' | 'roles'>,
  { options, context }: { readonly options: Options; readonly context: CliContext },
): Promise<(user: string) => string> {
  const key = await findSigningKey(options, context);
  if (key === undefined)
    throw new Error('no secret to make a ticket with: set SIGNALBOX_SECRET, or start the server once here');
  const { auth } = await readSettings(options, context);
  return (user) => mintTicket({ ...grant, user, ttl: auth.ticketTtl }, key);
}

/** A function, because each attempt to connect needs a ticket that has not expired. */
async function findTicket(
  options: Options,
  context: CliContext,
): Promise<string | (() => Promise<string>) | undefined> {
  if (typeof options['ticket'] === 'string') return options['ticket'];
  const { user } = options;
  if (typeof user !== 'string') return undefined;
  const grant = {
    organizations: (options['org'] as string[] | undefined) ?? [],
    roles: (options['role'] as string[] | undefined) ?? [],
  };
  const make = await ticketsOf(grant, { options, context });
  return async () => make(user);
}
