import { z } from 'zod';
import { duration, durationOrZero } from './duration-kinds.js';
import { list, listOrFalse, optionalText, type SettingMeta, secret, text } from './setting-kinds.js';
import { faultOfAddress, isAddress } from './web-address.js';

/** Never `none`. [RFC 7518 §3.1] [RFC 8037 §3.1] */
const ALGORITHM = /^(?:(?:HS|RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/;
const SYMMETRIC = /^HS/;

const jwt = z.strictObject({
  algorithms: list('list', [], {
    help: 'Signatures that a JWT may have: HS256, RS256, PS256, ES256 and their 384 and 512 forms, EdDSA. Required.',
    holds: ALGORITHM,
  }),
  secret: secret.optional().meta({
    kind: 'secret',
    help: 'Key of HS256, HS384 and HS512, taken as it is written; at least 32 random characters.',
    flag: false,
  } satisfies SettingMeta as SettingMeta & Record<string, unknown>),
  public_key: optionalText(
    'path',
    'PEM file with the public key, or its certificate, that tokens are signed for.',
  ),
  jwks: optionalText(
    'path',
    'Address, or file, of a JSON Web Key Set with the keys that tokens are signed for.',
  ),
  issuer: list('list', [], {
    help: 'Who may have issued a token: its `iss`. Without it anybody who has the key.',
  }),
  audience: listOrFalse(
    'Whom a token has to be for: its `aud`. Required; `false` takes tokens for whomever they are.',
  ),
  claims: z
    .strictObject({
      user: text('sub', 'Claim with the user id; dots lead into maps.'),
      roles: text('roles', 'Claim with the list of roles.'),
      organizations: text('organizations', 'Claim with the list of organisations.'),
      channels: text(
        'channels',
        'Claim with `{ subscribe: [...], publish: [...] }`, the channels it grants.',
      ),
    })
    .prefault({}),
  leeway: durationOrZero('30s', "How far the issuer's clock may differ."),
  max_age: durationOrZero(
    'false',
    'How long after its `iat` a token is taken; `false`: as long as its `exp` says.',
  ),
  jwks_cache: duration('10m', 'How long the keys of an address are used before they are fetched again.'),
});

type ParsedJwt = z.output<typeof jwt>;

/** `auth.jwt`: one source of keys, and algorithms that go with it, so that no key is used for what it is not. */
export const jwtSchema = jwt.superRefine((value, context) => {
  for (const message of contradictions(value)) context.addIssue({ code: 'custom', path: [], message });
});

function* contradictions(value: ParsedJwt): Iterable<string> {
  const { algorithms, secret, public_key, jwks, audience } = value;
  if (algorithms.length === 0) yield 'it needs algorithms, as in algorithms: [ES256]';
  if ([secret, public_key, jwks].filter((source) => source !== undefined).length !== 1) {
    yield 'it needs exactly one of secret, public_key and jwks';
  } else yield* mixtures(algorithms, secret !== undefined);
  if (audience === undefined) yield 'it needs the audience that tokens are for, or audience: false for any';
  const fault = jwks !== undefined && isAddress(jwks) ? faultOfAddress(jwks, { secure: true }) : undefined;
  if (fault !== undefined) yield `jwks: ${fault}`;
}

/** A public key that is taken for a secret lets everybody sign. [RFC 8725 §3.1] */
function* mixtures(algorithms: readonly string[], symmetric: boolean): Iterable<string> {
  const wrong = algorithms.filter((name) => SYMMETRIC.test(name) !== symmetric);
  if (wrong.length === 0) return;
  const remedy = symmetric ? 'a public_key or jwks' : 'a secret';
  yield `${wrong.join(', ')} cannot be used here: ${wrong.length === 1 ? 'it needs' : 'they need'} ${remedy}`;
}
