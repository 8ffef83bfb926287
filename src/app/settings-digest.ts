import { createHmac, randomBytes } from 'node:crypto';
import type { SettingsDigest } from '../core/reload.js';
import type { Plan } from './plan.js';
import {
  differences,
  isBelow,
  isLive,
  type SettingsChanges,
  type SettingsTable,
  settingsTable,
} from './settings-changes.js';

/** Octets of what digests of one comparison are keyed by. */
const SALT = 32;

/** The settings of a plan in a form that shows none of them, to be compared by a server with its own. */
export function digestSettings(plan: Plan): SettingsDigest {
  const salt = randomBytes(SALT).toString('base64url');
  return {
    salt,
    digests: Object.fromEntries(digested(settingsTable(plan), salt)),
    overridden: [...(plan.overridden ?? [])],
  };
}

/**
 * What would change with settings of which only digests are known. What the environment or a flag says, here or there, is in
 * no file, and is not compared.
 */
export function changesByDigest(
  { started, served }: { readonly started: Plan; readonly served: Plan },
  { salt, digests, overridden }: SettingsDigest,
): SettingsChanges {
  const fixed = [...overridden, ...(started.overridden ?? [])];
  const free = (table: SettingsTable) =>
    new Map([...table].filter(([name]) => !fixed.some((one) => isBelow(name, one))));
  const after = free(new Map(Object.entries(digests)));
  const since = (plan: Plan) => differences(free(digested(settingsTable(plan), salt)), after);
  return {
    settings: since(served).filter(isLive),
    restart: since(started).filter((name) => !isLive(name)),
  };
}

/** What has changed of settings that are known. */
export function changesOf(
  { started, served }: { readonly started: Plan; readonly served: Plan },
  plan: Plan,
): SettingsChanges {
  const after = settingsTable(plan);
  return {
    settings: differences(settingsTable(served), after).filter(isLive),
    restart: differences(settingsTable(started), after).filter((name) => !isLive(name)),
  };
}

function digested(table: SettingsTable, salt: string): SettingsTable {
  return new Map(
    [...table].map(([name, text]) => [name, createHmac('sha256', salt).update(text).digest('base64url')]),
  );
}
