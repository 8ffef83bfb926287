import type { ConfiguredLogin, ScramVerifier } from '../core/logins.js';
import { isSalted, type WrittenLogin } from './login-schema.js';
import type { SecretSource } from './setting-kinds.js';

/** What reading needs beside the values. */
export interface LoginContext {
  /** Undefined, with a finding, where its variable is not set. */
  secret(source: SecretSource, path: readonly string[]): string | undefined;
  /** The same, however short. */
  text(source: SecretSource, path: readonly string[]): string | undefined;
  report(path: readonly string[], message: string, hint: string): void;
}

type Path = readonly string[];

const ITERATIONS = 1000;
const KEYLEN = 32;

/** Makes logins of `auth.logins`: secrets are read, keys compared. What cannot be used is a finding. */
export function readLogins(
  written: Readonly<Record<string, WrittenLogin>>,
  context: LoginContext,
): ReadonlyMap<string, ConfiguredLogin> {
  const logins = Object.entries(written).map(([name, login]) => {
    return [name, readLogin(login, ['auth', 'logins', name], context)] as const;
  });
  checkKeys(logins, context);
  return new Map(logins);
}

function readLogin(written: WrittenLogin, path: Path, context: LoginContext): ConfiguredLogin {
  const { kind, roles, organizations, keys, secret, ticket, salt } = written;
  const { iterations = ITERATIONS, keylen = KEYLEN } = written;
  return Object.freeze({
    kind,
    roles,
    organizations,
    keys,
    secret: secret && context.secret(secret, [...path, 'secret']),
    ticket: ticket && context.secret(ticket, [...path, 'ticket']),
    derivedKey: readDerivedKey(written, keylen, { path, context }),
    salting: isSalted(written) ? { ...(salt !== undefined && { salt }), iterations, keylen } : undefined,
    scram: written.scram && readScram(written.scram, [...path, 'scram'], context),
  });
}

function readDerivedKey(
  { derived_key: source }: WrittenLogin,
  keylen: number,
  { path, context }: { path: Path; context: LoginContext },
): string | undefined {
  const own = [...path, 'derived_key'];
  const text = source && context.text(source, own);
  if (text === undefined || octetsOf(text, 'base64')?.length === keylen) return text;
  context.report(own, `${own.join('.')} is not base64 of ${keylen} octets`, 'derive it with the same keylen');
  return undefined;
}

/** Its octets are in base64, or all in hexadecimal digits, as AutobahnPython prints them. */
function readScram(
  written: NonNullable<WrittenLogin['scram']>,
  path: Path,
  context: LoginContext,
): ScramVerifier | undefined {
  const { salt: writtenSalt, iterations, kdf, memory } = written;
  const storedText = context.text(written.stored_key, [...path, 'stored_key']);
  const serverText = context.text(written.server_key, [...path, 'server_key']);
  if (storedText === undefined || serverText === undefined) return undefined;
  const encoding = storedText.length === 64 ? 'hex' : 'base64';
  const [stored, server, salt] = [storedText, serverText, writtenSalt].map((text) =>
    octetsOf(text, encoding),
  );
  if (stored?.length !== 32 || server?.length !== 32 || salt === undefined) {
    const message = `${path.join('.')} is no verifier: its keys are 32 octets each, its salt some`;
    context.report(path, message, 'write all three in base64, or all three in hexadecimal digits');
    return undefined;
  }
  return {
    storedKey: stored.toString('base64'),
    serverKey: server.toString('base64'),
    salt: salt.toString('base64'),
    iterations,
    kdf,
    ...(memory !== undefined && { memory }),
  };
}

/** Undefined for a text that is not in the one spelling of its octets. */
function octetsOf(text: string, encoding: 'hex' | 'base64'): Buffer | undefined {
  const octets = Buffer.from(text, encoding);
  const own = encoding === 'hex' ? text.toLowerCase() : text;
  return octets.length > 0 && octets.toString(encoding) === own ? octets : undefined;
}

/** A key says who somebody is, so it is of one. */
function checkKeys(logins: readonly (readonly [string, ConfiguredLogin])[], context: LoginContext): void {
  const owners = new Map<string, string>();
  for (const [name, { keys }] of logins) {
    for (const key of keys) {
      const owner = owners.get(key);
      owners.set(key, name);
      if (owner === undefined) continue;
      const message = `auth.logins.${name}.keys has a key of the login ${owner}, too`;
      context.report(['auth', 'logins', name, 'keys'], message, 'give each login a pair of its own');
    }
  }
}
