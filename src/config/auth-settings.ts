import { z } from 'zod';
import { isChannelPattern, MOST_PATTERNS } from '../core/channel-pattern.js';
import { duration, durationOrNone } from './duration-kinds.js';
import { COOKIE_NAME, httpAuthSchema } from './http-auth-schema.js';
import { jwtSchema } from './jwt-schema.js';
import { loginsSchema } from './login-schema.js';
import { oroSettingsSchema } from './oro-settings-schema.js';
import {
  choice,
  choices,
  onOff,
  optionalText,
  REFERENCE,
  refuse,
  type SecretSource,
  type SettingMeta,
  secret,
} from './setting-kinds.js';

/** The ways to say who a peer is, in the order in which they are asked unless `auth.methods` says another. */
export const AUTH_METHODS = ['oro', 'ticket', 'jwt', 'keys', 'passwords', 'http', 'anonymous'] as const;

export type AuthMethod = (typeof AUTH_METHODS)[number];

/** A back end's key as it is written: itself, the variable that holds it, or its hash; and what it may do. */
export interface WrittenKey {
  readonly source: SecretSource | { readonly sha256: string };
  readonly roles: readonly string[];
  readonly channels: readonly string[] | undefined;
  readonly tickets: boolean;
}

const KEY = z
  .strictObject({
    env: z.string().min(1).optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i)
      .optional(),
    roles: z.array(z.string().regex(/^[\p{L}\p{N}_.:-]+$/u)).default([]),
    channels: z.array(z.string().refine(isChannelPattern)).max(MOST_PATTERNS).optional(),
    tickets: z.boolean().default(true),
  })
  .refine(({ env, sha256 }) => (env === undefined) !== (sha256 === undefined));

/** Its value is never part of a message. */
const key = z.unknown().transform((value, context): WrittenKey => {
  if (typeof value === 'string' && value !== '') {
    return { source: value, roles: [], channels: undefined, tickets: true };
  }
  const found = KEY.safeParse(value);
  if (!found.success) return refuse(context, problemOf(found.error));
  const { env, sha256, roles, channels, tickets } = found.data;
  const source = env === undefined ? { sha256: (sha256 ?? '').toLowerCase() } : { env };
  return { source, roles, channels, tickets };
});

function problemOf({ issues: [issue] }: z.ZodError): string {
  const member = String(issue?.path[0] ?? '');
  return (
    PROBLEMS[member] ??
    'a key is a text of at least one character, in quotes, { env: NAME_OF_A_VARIABLE } or { sha256: HASH }, with roles, channels and tickets if need be'
  );
}

const PROBLEMS: Readonly<Record<string, string>> = {
  sha256: 'sha256 of a key is 64 hexadecimal digits, as signalbox key prints them',
  roles: 'roles of a key is a list of words',
  channels: `channels of a key is a list of at most ${MOST_PATTERNS} patterns: * is one segment, ** at the end is the rest`,
  tickets: 'tickets of a key is true or false',
};

/** A key of the pair that signs tickets: its text, a file, or the environment variable that holds either. */
const pairKey = z.unknown().transform((value, context): SecretSource => {
  if (typeof value === 'string' && value !== '') return value;
  const found = REFERENCE.safeParse(value);
  if (found.success) return found.data;
  return refuse(context, 'a key is the path of a PEM file, the text of one, or { env: NAME_OF_A_VARIABLE }');
});

/** `auth:` of the settings. */
export const authSettings = z
  .strictObject({
    anonymous: onOff(true, 'Let peers connect without credentials.'),
    methods: choices(
      AUTH_METHODS,
      `Ways to say who a peer is, in this order: of ${AUTH_METHODS.map((name) => `\`${name}\``).join(', ')}. All that are configured, unless given.`,
    ),
    keys: z
      .record(z.string(), key)
      .prefault({})
      .meta({
        ...describe(
          'map',
          'Keys of back ends by name, as text, `{ env: NAME }` or `{ sha256: HASH }`. SIGNALBOX_API_KEY is the key named `env`.',
        ),
        env: 'SIGNALBOX_API_KEY',
        flag: false,
      }),
    secret: secret.optional().meta({
      ...describe('secret', 'Signs tickets `v1`; at least 32 random characters.'),
      env: 'SIGNALBOX_SECRET',
      flag: false,
    }),
    public_key: pairKey.optional().meta({
      ...describe(
        'text',
        'Checks tickets `e1`: an Ed25519 key, as PEM file, its text, or 32 octets in base64url.',
      ),
      env: 'SIGNALBOX_PUBLIC_KEY',
    }),
    private_key: pairKey.optional().meta({
      ...describe('secret', 'Signs tickets `e1`, likewise; only where tickets are made.'),
      env: 'SIGNALBOX_PRIVATE_KEY',
      flag: false,
    }),
    ticket_ttl: duration('5m', 'How long a ticket is valid.'),
    ticket_ttl_max: duration('1h', 'Longest that `POST /api/tickets` gives a ticket.'),
    ticket_once: onOff(true, 'Take every ticket once only.'),
    session_ttl: durationOrNone(
      '12h',
      'How long a user stays who it is after it connected; its credential may say shorter. `false` for no bound.',
    ),
    expiry_warning: duration(
      '1m',
      'How long before the end of an identity its peer is told, so that it can renew it.',
    ),
    on_expiry: choice(
      ['disconnect', 'downgrade'],
      'What becomes of a connection whose identity has ended: `downgrade` lets it go on as anonymous.',
    ),
    oro: oroSettingsSchema.optional(),
    cookie: optionalText('text', 'Name of a cookie that may hold a ticket or a JWT.', COOKIE_NAME),
    jwt: jwtSchema.optional(),
    http: httpAuthSchema.optional(),
    logins: loginsSchema.prefault({}).meta({
      ...describe(
        'map',
        'Who may log in by name, with a password or as WAMP v2 asks: `{ secret: { env: NAME } }`, `{ keys: [...] }` and more.',
      ),
      env: false,
      flag: false,
    }),
  })
  .prefault({});

function describe(kind: SettingMeta['kind'], help: string): SettingMeta & Record<string, unknown> {
  return { kind, help };
}
