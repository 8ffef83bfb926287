import { z } from 'zod';
import { LONGEST_NAME } from '../core/logins.js';
import { REFERENCE, refuse } from './setting-kinds.js';

/** Characters of the longest salt. */
const LONGEST_SALT = 255;
/** Rounds that nobody waits for. */
const MOST_ITERATIONS = 10_000_000;
/** The fewest of PBKDF2 that clients take for a password. [RFC 7677 §4] */
const LEAST_SCRAM_ITERATIONS = 4096;
/** Gibibytes, in kibibytes. */
const MOST_MEMORY = 4 * 1024 * 1024;

const secret = z.union([z.string().min(1), REFERENCE]);
const iterations = z.number().int().min(1).max(MOST_ITERATIONS);
const word = z.string().regex(/^[\p{L}\p{N}_.:-]+$/u);
const id = z.union([z.string().min(1), z.number().int().transform(String)]);
const key = z
  .string()
  .regex(/^[0-9a-f]{64}$/i)
  .transform((text) => text.toLowerCase());

const scram = z
  .strictObject({
    stored_key: secret,
    server_key: secret,
    salt: z.string().min(1).max(LONGEST_SALT),
    iterations,
    kdf: z.enum(['pbkdf2', 'argon2id13', 'argon2id-13']).default('pbkdf2'),
    memory: z.number().int().min(8).max(MOST_MEMORY).optional(),
  })
  .superRefine(({ kdf, iterations: rounds, memory }, context) => {
    const isFast = kdf === 'pbkdf2';
    if (isFast && rounds < LEAST_SCRAM_ITERATIONS) refuse(context, FAULTS.rounds, ['iterations']);
    if (isFast !== (memory === undefined)) refuse(context, FAULTS.memory, ['memory']);
  });

const FAULTS = {
  rounds: `pbkdf2 takes at least ${LEAST_SCRAM_ITERATIONS} iterations for scram`,
  memory: 'argon2id13 needs memory, in kibibytes, and pbkdf2 has none',
};

const login = z
  .strictObject({
    secret: secret.optional(),
    ticket: secret.optional(),
    derived_key: secret.optional(),
    salt: z.string().min(1).max(LONGEST_SALT).optional(),
    iterations: iterations.optional(),
    keylen: z.number().int().min(16).max(64).optional(),
    keys: z.union([key.transform((one) => [one]), z.array(key)]).default([]),
    scram: scram.optional(),
    kind: z.enum(['user', 'backend']).default('user'),
    roles: z.union([word.transform((one) => [one]), z.array(word)]).default([]),
    organizations: z.union([id.transform((one) => [one]), z.array(id)]).default([]),
  })
  .superRefine((value, context) => {
    for (const message of contradictions(value)) refuse(context, message);
  });

/** A login as it is written, its defaults filled in. */
export type WrittenLogin = z.output<typeof login>;

function* contradictions(value: z.output<typeof login>): Iterable<string> {
  const { secret: plain, ticket, derived_key, keys, scram: verifier, roles } = value;
  const proofs = [plain, ticket, derived_key, verifier, keys[0]].filter((proof) => proof !== undefined);
  if (proofs.length === 0) yield 'it needs a secret, ticket, derived_key, scram or keys';
  if (plain !== undefined && derived_key !== undefined) yield 'derived_key takes the place of the secret';
  if (derived_key !== undefined && value.salt === undefined)
    yield 'derived_key needs the salt it was made with';
  if (isSalted(value) && (plain ?? derived_key) === undefined) {
    yield 'salt, iterations and keylen are about a secret or derived_key';
  }
  if (roles.includes('backend')) yield 'the role backend is for kind: backend, which has it';
}

/** Whether anything is said about how a key is derived. */
export function isSalted({ salt, iterations: rounds, keylen }: WrittenLogin): boolean {
  return [salt, rounds, keylen].some((part) => part !== undefined);
}

/** `auth.logins` by name. Values are never part of a message. */
export const loginsSchema = z
  .record(z.string(), z.unknown())
  .transform((written, context): Readonly<Record<string, WrittenLogin>> => {
    const entries = Object.entries(written).map(([name, value]) => [name, readLogin(name, value, context)]);
    return Object.fromEntries(entries) as Record<string, WrittenLogin>;
  });

function readLogin(name: string, value: unknown, context: z.RefinementCtx): WrittenLogin {
  if (name === '' || name.length > LONGEST_NAME) {
    return refuse(context, `the name of a login has 1 to ${LONGEST_NAME} characters`, [name]);
  }
  const found = login.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const path = (issue?.path ?? []).map(String);
  return refuse(context, problemOf(issue, path), [name, ...path]);
}

function problemOf(issue: z.core.$ZodIssue | undefined, path: readonly string[]): string {
  if (issue?.code === 'custom') return issue.message;
  if (issue?.code === 'unrecognized_keys') {
    const members =
      path.length === 0
        ? Object.keys(PROBLEMS)
        : ['stored_key', 'server_key', 'salt', 'iterations', 'kdf', 'memory'];
    return `unknown key "${issue.keys[0]}": it can have ${members.join(', ')}`;
  }
  return PROBLEMS[path[0] ?? ''] ?? 'a login is a map, as in { secret: { env: NAME_OF_A_VARIABLE } }';
}

const SECRET = 'is a text of at least one character, in quotes, or { env: NAME_OF_A_VARIABLE }';

const PROBLEMS: Readonly<Record<string, string>> = {
  secret: `the secret of a login ${SECRET}`,
  ticket: `the ticket of a login ${SECRET}`,
  derived_key: `derived_key ${SECRET}`,
  salt: `salt is a text of 1 to ${LONGEST_SALT} characters`,
  iterations: `iterations is a whole number from 1 to ${MOST_ITERATIONS}`,
  keylen: 'keylen is a whole number of octets from 16 to 64',
  keys: 'keys is a list of public Ed25519 keys, each of 64 hexadecimal digits',
  scram: 'scram is a map of stored_key, server_key, salt, iterations, kdf and memory, octets in base64',
  kind: 'kind is user or backend',
  roles: 'roles is a list of words',
  organizations: 'organizations is a list of texts',
};
