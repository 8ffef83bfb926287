import type { CheckingKeys, CredentialExplanation } from '../explain-credential.js';
import { explainCredential } from '../explain-credential.js';
import { safeText, timeInWords } from './in-words.js';
import type { CliContext, ExitCode } from './program.js';

/** Claims that are times, and how a line about them begins. */
const TIMES: Readonly<Record<string, readonly [past: string, future: string]>> = {
  iat: ['made', 'made'],
  nbf: ['valid since', 'valid'],
  exp: ['expired', 'expires'],
  until: ['session ended', 'session ends'],
};

const NAMES: Readonly<Record<string, string>> = {
  sub: 'user',
  org: 'organisations',
  ch: 'channels',
  jti: 'id',
  iss: 'issuer',
  aud: 'audience',
};

/** Explains a ticket or token. The exit code says whether it would be accepted now, as far as that can be seen. */
export async function decode(
  text: string,
  { keys, json, context }: { keys: CheckingKeys; json: boolean; context: CliContext },
): Promise<ExitCode> {
  const now = Date.now() / 1000;
  const found = await explainCredential(text, keys, now);
  if (found === undefined) {
    context.err('error: this is neither a ticket of signalbox or OroPlatform, nor a JWT');
    return 1;
  }
  const accepted = found.signed === true && found.faults.length === 0;
  if (json) context.out(JSON.stringify({ accepted, ...found }, undefined, 2));
  else for (const line of lines(found, { accepted, now })) context.out(line);
  return accepted ? 0 : 1;
}

function lines(
  { form, claims, signed, signature, faults }: CredentialExplanation,
  { accepted, now }: { accepted: boolean; now: number },
): string[] {
  const wrong = signed === false ? [`it is ${signature}`, ...faults] : faults;
  return [
    safeText(form),
    ...Object.entries(claims).map(([name, value]) => `  ${describeClaim(name, value, now)}`),
    `  signature: ${signature}`,
    ...wrong.map((fault) => `  wrong: ${safeText(fault)}`),
    verdict(accepted, wrong.length > 0),
  ];
}

function verdict(accepted: boolean, wrong: boolean): string {
  if (accepted) return 'ACCEPTED, unless it was used already';
  return wrong ? 'REFUSED' : 'UNKNOWN: the signature could not be checked here';
}

function describeClaim(name: string, value: unknown, now: number): string {
  const times = TIMES[name];
  if (times !== undefined && typeof value === 'number') {
    return `${times[value > now ? 1 : 0]} ${timeInWords(value, now)}`;
  }
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  const written = isList
    ? value.join(', ') || 'none'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
  return `${NAMES[name] ?? safeText(name)}: ${safeText(written)}`;
}
