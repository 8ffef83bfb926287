import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackendKey } from '../core/backend-key.js';
import { makeFolder } from './make-folder.js';

/** What a server without configured keys makes for itself, so that the other commands of the same folder work. */
export interface LocalSecrets {
  readonly apiKey: string;
  readonly secret: string;
}

const FOLDER = '.signalbox';

/** The secrets kept in `.signalbox/secrets.json` of a folder, if it has any. */
export async function readLocalSecrets(folder: string): Promise<LocalSecrets | undefined> {
  try {
    const { apiKey, secret } = JSON.parse(await readFile(join(folder, FOLDER, 'secrets.json'), 'utf8'));
    return typeof apiKey === 'string' && typeof secret === 'string' ? { apiKey, secret } : undefined;
  } catch {
    return undefined;
  }
}

/** The same, made first if there are none: 256 random bits each, readable by their owner only. */
export async function ensureLocalSecrets(folder: string): Promise<LocalSecrets> {
  const known = await readLocalSecrets(folder);
  if (known !== undefined) return known;
  const secrets = {
    apiKey: randomKey(),
    secret: randomBytes(32).toString('base64url'),
  };
  await makeFolder(join(folder, FOLDER), 0o700);
  await writeFile(join(folder, FOLDER, 'secrets.json'), `${JSON.stringify(secrets)}\n`, { mode: 0o600 });
  return secrets;
}

/** The key of a folder's own back end, under the name `local`. */
export function localKey({ apiKey }: LocalSecrets): ReadonlyMap<string, BackendKey> {
  const key = { key: apiKey, sha256: hashOfKey(apiKey), roles: [], channels: undefined, tickets: true };
  return new Map([['local', key]]);
}

/** A key of 256 random bits. */
export function randomKey(): string {
  return `sbk_${randomBytes(32).toString('base64url')}`;
}

/** SHA-256 of a key as the settings have it. */
export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
