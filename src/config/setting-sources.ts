import { resolve } from 'node:path';
import { describeSettings, type SettingDescription } from './describe-settings.js';
import { type Place, type Range, SourceFile } from './source-file.js';
import { isAddress } from './web-address.js';
import { plain, type YamlNode } from './yaml-tree.js';

/** Where each setting comes from: the file below, the environment above it, flags on top. */
export class SettingSources {
  readonly #file: SourceFile;
  readonly #content: YamlNode | undefined;
  readonly #origins = new Map<string, Place>();
  /** What the file says. */
  readonly written: Readonly<Record<string, unknown>>;
  /** What all of them say. */
  readonly merged: Record<string, unknown>;

  constructor(file: SourceFile, content: YamlNode | undefined) {
    this.#file = file;
    this.#content = content;
    const read = (): Record<string, unknown> => {
      const value = content === undefined ? {} : plain(content);
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : {};
    };
    this.written = read();
    this.merged = read();
  }

  /** Environment variables; an empty one counts as unset. */
  override(env: Readonly<Record<string, string | undefined>>): void {
    for (const setting of describeSettings()) {
      const value = setting.env === '' ? undefined : env[setting.env];
      if (value === undefined || value === '') continue;
      const source = new SourceFile(`environment variable ${setting.env}`, value, () => hidden(setting));
      this.#put(setting, value, source.at([0, value.length]));
    }
  }

  /** Flags by the path of their setting. */
  overrideByFlags(flags: Readonly<Record<string, string | undefined>>): void {
    for (const setting of describeSettings()) {
      const value = flags[setting.path];
      if (value === undefined) continue;
      const source = new SourceFile(`flag --${setting.flag ?? setting.path}`, value, () => hidden(setting));
      this.#put(setting, value, source.at([0, value.length]));
    }
  }

  /** Where the value at this path, or its name, is written; for a missing one its parent. */
  at(path: readonly string[], name = false): Place {
    return this.#origin(path) ?? this.inFile(path, name);
  }

  /** The same as far as the file goes, whatever overrides it. */
  inFile(path: readonly string[], name = false): Place {
    return this.#file.at(rangeOf(this.#content, path, name));
  }

  /** Whether any source says something here. */
  has(path: readonly string[]): boolean {
    return valueAt(this.merged, path) !== undefined;
  }

  /** What comes from outside the file, by the dotted path of each. */
  get overridden(): readonly string[] {
    return [...this.#origins.keys()];
  }

  /** Whether the value comes from outside the file. */
  isOverridden(path: readonly string[]): boolean {
    return this.#origin(path) !== undefined;
  }

  /** Whether the file has a map here to which the environment or a flag adds something. */
  completes(path: readonly string[]): boolean {
    const [written, merged] = [valueAt(this.written, path), valueAt(this.merged, path)];
    if (typeof written !== 'object' || written === null || Array.isArray(written)) return false;
    return JSON.stringify(written) !== JSON.stringify(merged);
  }

  /** Takes a value out of the merged settings; of a list as a whole. */
  remove(path: readonly string[]): void {
    let parent: unknown = this.merged;
    for (const [i, key] of path.entries()) {
      const next = (parent as Record<string, unknown>)[key];
      if (i === path.length - 1 || Array.isArray(next) || typeof next !== 'object' || next === null) {
        delete (parent as Record<string, unknown>)[key];
        return;
      }
      parent = next;
    }
  }

  #origin(path: readonly string[]): Place | undefined {
    for (let length = path.length; length > 0; length--) {
      const found = this.#origins.get(path.slice(0, length).join('.'));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #put(setting: SettingDescription, value: string, at: Place): void {
    const keys = setting.path.split('.');
    if (setting.kind === 'map') keys.push('env');
    const last = keys.pop() ?? '';
    let parent = this.merged;
    for (const key of keys) parent = mapIn(parent, key);
    parent[last] = overriding(setting, value);
    this.#origins.set([...keys, last].join('.'), at);
  }
}

function valueAt(from: unknown, path: readonly string[]): unknown {
  let value = from;
  for (const key of path) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value;
}

/** A value from outside the file: lists are separated by commas, and paths are relative to the working folder. */
function overriding({ kind }: SettingDescription, value: string): unknown {
  if (kind === 'path') return isAddress(value) ? value : resolve(value);
  if (kind !== 'list' && kind !== 'paths') return value;
  const items = value.split(',').map((item) => item.trim());
  return kind === 'paths' ? items.map((item) => resolve(item)) : items;
}

/** The map under a key, made if there is none. */
function mapIn(parent: Record<string, unknown>, key: string): Record<string, unknown> {
  const found = parent[key];
  if (typeof found === 'object' && found !== null && !Array.isArray(found))
    return found as Record<string, unknown>;
  const made: Record<string, unknown> = {};
  parent[key] = made;
  return made;
}

function hidden({ kind }: SettingDescription): number | undefined {
  return kind === 'secret' || kind === 'map' ? 0 : undefined;
}

function rangeOf(content: YamlNode | undefined, path: readonly string[], name: boolean): Range {
  let node = content;
  let range: Range = [0, 0];
  for (const [i, key] of path.entries()) {
    const entry = node?.kind === 'map' ? node.entries.find((candidate) => candidate.key === key) : undefined;
    const next = entry?.value ?? (node?.kind === 'list' ? node.items[Number(key)] : undefined);
    if (next === undefined) return node?.kind === 'scalar' ? node.range : range;
    const last = i === path.length - 1;
    range = entry !== undefined && (name || !last || next.kind !== 'scalar') ? entry.keyRange : next.range;
    node = next;
  }
  return range;
}
