import { createPrivateKey, createPublicKey } from 'node:crypto';
import { ConfiguredLogins, Decoys } from '../../src/authenticators/index.js';
import type { ConfiguredLogin } from '../../src/core/logins.js';

export const DECOYS = new Decoys('what the decoys are made of');

/** When the logins of the tests were made. */
export const ISSUED = 1_800_000_000_000;

const NOTHING: ConfiguredLogin = {
  kind: 'user',
  roles: [],
  organizations: [],
  secret: undefined,
  ticket: undefined,
  derivedKey: undefined,
  salting: undefined,
  scram: undefined,
  keys: [],
};

/** Logins by name, each with what it has. */
export function configured(logins: Readonly<Record<string, Partial<ConfiguredLogin>>>): ConfiguredLogins {
  const whole = Object.entries(logins).map(([name, login]) => [name, { ...NOTHING, ...login }] as const);
  return new ConfiguredLogins(new Map(whole), { decoys: DECOYS, issued: ISSUED });
}

/** The public key of a seed, both in hexadecimal digits. */
export function publicKeyOf(seed: string): string {
  const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
}
