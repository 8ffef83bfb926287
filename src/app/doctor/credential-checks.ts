import { createHash } from 'node:crypto';
import { explainCredential } from '../explain-credential.js';
import { type DoctorCheck, NotExamined, type Patient } from './doctor-check.js';

const SHORTEST_SECRET = 32;
const SHORTEST_KEY = 24;

/** What everybody tries first. */
const DEFAULT_LOGINS: readonly string[] = ['guest', 'admin', 'administrator', 'root', 'test', 'user'];
const GUESSES: readonly string[] = [
  ...DEFAULT_LOGINS,
  ...['', 'secret', 'password', 'changeme', 'change-me', 'key', 'api-key', 'apikey', 'backend', 'signalbox'],
  ...['123456', '12345678', '123456789', '1234567890', 'default', 'example', 'dev', 'demo', 'letmein'],
];

const MINUTE = 60_000;
const LONGEST_TICKET = 60 * MINUTE;
const LONGEST_ORO = 10 * MINUTE;
const LONGEST_LEEWAY = 5 * MINUTE;
/** Seconds. */
const LONGEST_TOKEN = 86_400;

/** What lets somebody in. */
export const CREDENTIAL_CHECKS: readonly DoctorCheck[] = [
  {
    name: 'weak-secrets',
    about: 'configuration',
    severity: 'error',
    why: 'A secret that can be guessed lets anybody be any user, or any back end.',
    fix: 'make each with signalbox key, or openssl rand -base64 32',
    run: weakSecrets,
  },
  {
    name: 'default-logins',
    about: 'configuration',
    severity: 'error',
    why: 'Logins whose secret is their name are what strangers try first.',
    fix: 'give the login another secret, or take it out of auth.logins',
    run: ({ application: { settings } }) =>
      [...settings.auth.logins].flatMap(([name, { secret }]) =>
        secret !== undefined && (secret === name || DEFAULT_LOGINS.includes(secret))
          ? [`the secret of login ${name} is what everybody tries`]
          : [],
      ),
  },
  {
    name: 'guessable-hashes',
    about: 'configuration',
    severity: 'error',
    why: 'A hash does not say how long its key is, but a key that everybody tries is found at once.',
    fix: 'make each with signalbox key, which prints its hash, too',
    run: guessableHashes,
  },
  {
    name: 'lasting-credentials',
    about: 'configuration',
    severity: 'warning',
    why: 'Tickets and tokens stand in addresses and logs: whoever reads one while it lasts is its user.',
    fix: 'make them last minutes, take them once, and say in auth.jwt whose tokens are taken and for whom',
    run: lastingCredentials,
  },
  {
    name: 'credential',
    about: 'configuration',
    severity: 'error',
    why: 'What the application makes is refused, or is worth more than it should be.',
    fix: 'make it with an algorithm of auth.jwt.algorithms, a clock that is right, and an exp of some minutes; see signalbox token --decode',
    run: judgeCredential,
  },
];

/** By their names: no secret is ever shown. */
function weakSecrets({ application: { settings } }: Patient): readonly string[] {
  const { secret, keys } = settings.auth;
  const found: string[] = [];
  const look = (name: string, text: string | undefined, shortest: number) => {
    if (text === undefined) return;
    if (text.length < shortest)
      found.push(`${name} has ${text.length} characters, and should have ${shortest}`);
    else if (new Set(text).size < 8) found.push(`${name} repeats few characters`);
  };
  look('auth.secret', secret, SHORTEST_SECRET);
  for (const [name, { key }] of keys) look(`auth.keys.${name}`, key, SHORTEST_KEY);
  return found;
}

/** A key is random where it was made here, so two names of one hash are one key. */
function guessableHashes({ application: { settings } }: Patient): readonly string[] {
  const found: string[] = [];
  const owners = new Map<string, string>();
  for (const [name, { key, sha256 }] of settings.auth.keys) {
    const other = owners.get(sha256);
    owners.set(sha256, name);
    if (other !== undefined) found.push(`auth.keys.${name} and auth.keys.${other} are one key`);
    if (key !== undefined) continue;
    if ([...GUESSES, name, `${name}-key`].some((guess) => hashOf(guess) === sha256))
      found.push(`auth.keys.${name} is the hash of a key that everybody tries`);
  }
  return found;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function lastingCredentials({ application: { settings } }: Patient): readonly string[] {
  const { auth } = settings;
  const { jwt, oro } = auth;
  const found: string[] = [];
  const look = (name: string, value: number, longest: number) => {
    if (value > longest)
      found.push(`${name} is ${inMinutes(value)}, and should be at most ${inMinutes(longest)}`);
  };
  look('auth.ticket_ttl', auth.ticketTtl, LONGEST_TICKET);
  look('auth.oro.lifetime', oro?.lifetime ?? 0, LONGEST_ORO);
  look('auth.jwt.leeway', jwt?.leeway ?? 0, LONGEST_LEEWAY);
  if (!auth.ticketOnce && (auth.secret ?? auth.publicKey) !== undefined)
    found.push('auth.ticket_once is false: a ticket is taken again and again until it ends');
  if (jwt !== undefined && jwt.audiences === undefined && jwt.issuers.length === 0)
    found.push(
      'auth.jwt has neither issuer nor audience: tokens of the same key for other applications are taken',
    );
  return found;
}

async function judgeCredential({ application: { settings }, ticket }: Patient): Promise<readonly string[]> {
  if (ticket === undefined)
    throw new NotExamined('say --ticket with a ticket or token as your application makes them');
  const { secret, publicKey, jwt } = settings.auth;
  const now = Math.floor(Date.now() / 1000);
  const found = await explainCredential(ticket, { secret, publicKey, jwt }, now);
  if (found === undefined)
    return ['it is neither a ticket of signalbox or OroPlatform, nor a JSON Web Token'];
  const { form, signed, signature, faults, claims } = found;
  const { iat, exp } = claims;
  const begin = typeof iat === 'number' ? iat : now;
  const lasts = typeof exp === 'number' ? exp - begin : 0;
  return [
    ...(signed === false ? [`the ${form} is ${signature}`] : []),
    ...faults,
    ...(begin > now + LONGEST_LEEWAY / 1000
      ? [`it was made ${begin - now} s in the future: the clocks differ`]
      : []),
    ...(lasts > LONGEST_TOKEN ? [`it lasts ${Math.round(lasts / 3600)} hours, and should last minutes`] : []),
  ];
}

function inMinutes(milliseconds: number): string {
  return `${Math.round(milliseconds / MINUTE)}m`;
}
