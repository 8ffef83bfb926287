import { KeyObject } from 'node:crypto';
import { sep } from 'node:path';
import type { Plan } from './plan.js';

/** Settings by their dotted path, each as a text that is the same for the same value. */
export type SettingsTable = ReadonlyMap<string, string>;

/** What has changed, by its dotted path: what a running server takes over, and what counts after a restart alone. */
export interface SettingsChanges {
  readonly settings: readonly string[];
  readonly restart: readonly string[];
}

/** What a running server takes over, with all below it. */
const LIVE = ['routing', 'topics', 'access', 'origins', 'log.level'] as const;

/**
 * The settings of a plan as they were read, without what the server has made for itself. Paths below the folder are relative to
 * it: the same application elsewhere has the same settings.
 */
export function settingsTable({ settings, written = settings }: Plan): SettingsTable {
  const { folder, store, topics, ...others } = written;
  const table = new Map<string, string>();
  const put = (value: unknown, path: readonly string[]): void => {
    if (isPlain(value)) for (const [key, member] of Object.entries(value)) put(member, [...path, snake(key)]);
    else if (value instanceof Map) for (const [key, member] of value) set([...path, key], member);
    else if (value !== undefined) set(path, value);
  };
  const set = (path: readonly string[], value: unknown) =>
    table.set(path.join('.'), JSON.stringify(sorted(value, folder)));
  put({ ...others, topics: { handlers: topics.folders }, store: { path: [store.path, store.isChosen] } }, []);
  put(topics.named, ['topics']);
  return table;
}

/** Whether a running server takes the setting over. */
export function isLive(name: string): boolean {
  return LIVE.some((live) => isBelow(name, live));
}

/** The names of what is different. A section that only one of them has is named as a whole. No value is told. */
export function differences(before: SettingsTable, after: SettingsTable): readonly string[] {
  const all = [...new Set([...before.keys(), ...after.keys()])];
  const names = all
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => wholeOf(name, [before, after]));
  return [...new Set(names)];
}

/** Whether a name is that of a section, or of something in it. */
export function isBelow(name: string, section: string): boolean {
  return name === section || name.startsWith(`${section}.`);
}

/** The longest section of a setting that both have anything of, and one name more. */
function wholeOf(name: string, tables: readonly SettingsTable[]): string {
  const parts = name.split('.');
  const sections = parts.map((_, i) => parts.slice(0, i + 1).join('.'));
  const isMissing = (section: string) =>
    tables.some((table) => ![...table.keys()].some((one) => isBelow(one, section)));
  return sections.find(isMissing) ?? name;
}

/** A value of JSON that is the same for the same setting, wherever its folder is. */
function sorted(value: unknown, folder: string): unknown {
  if (typeof value === 'string')
    return value === folder || value.startsWith(folder + sep) ? `.${value.slice(folder.length)}` : value;
  if (Array.isArray(value)) return value.map((item) => sorted(item, folder));
  if (value instanceof KeyObject) return exported(value);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, sorted(member, folder)]);
}

function exported(key: KeyObject): string {
  const type = key.type === 'private' ? 'pkcs8' : 'spki';
  return key.export({ format: 'pem', type }).toString();
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** As the file has it. */
function snake(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
