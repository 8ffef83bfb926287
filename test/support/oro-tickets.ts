import { createHash, randomBytes } from 'node:crypto';
import { run } from './run.js';
import { REPOSITORY } from './server.js';

export const ORO_SECRET = 'ThisTokenIsNotSoSecretChangeIt';

/** What a ticket is made of; each part may be replaced. */
export interface OroTicketParts {
  readonly username?: string;
  readonly password?: string;
  readonly secret?: string;
  readonly nonce?: string;
  /** In milliseconds since 1970. */
  readonly time?: number;
  readonly created?: string;
  readonly digest?: string;
}

/** A ticket of OroSyncBundle, as base64. */
export function oroTicket({
  username = '',
  secret = ORO_SECRET,
  password = username === '' ? secret : '',
  nonce = randomBytes(8).toString('hex'),
  time = Date.now(),
  created = phpDate(time),
  digest = oroDigest({ nonce, created, password, secret }),
}: OroTicketParts = {}): string {
  return Buffer.from([digest, username, nonce, created].join(';')).toString('base64');
}

/** The same made by PHP: the recipe is Symfony's and OroPlatform's, in their language. */
export async function phpOroTicket(username: string, password: string, seconds = 0): Promise<string> {
  const script = `${REPOSITORY}test/support/oro-ticket.php`;
  const { code, stdout, stderr } = await run('php', [
    script,
    ORO_SECRET,
    username,
    password,
    String(seconds),
  ]);
  if (code !== 0) throw new Error(`PHP made no ticket: ${stdout}${stderr}`);
  return stdout;
}

/** `date('c')` of PHP, in UTC. */
export function phpDate(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, '+00:00');
}

function oroDigest(parts: { nonce: string; created: string; password: string; secret: string }): string {
  const salted = Buffer.from(`${parts.nonce}|${parts.created}|${parts.password}{${parts.secret}}`);
  let digest = createHash('sha512').update(salted).digest();
  for (let i = 1; i < 5000; i++) digest = createHash('sha512').update(digest).update(salted).digest();
  return digest.toString('base64');
}
