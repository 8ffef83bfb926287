import { entryOf } from '../file-reader.js';
import { plain, type YamlEntry, type YamlMap, type YamlNode } from '../yaml-tree.js';
import { type GosHandlerKind, type GosPlace, HANDLER_KINDS } from './installation.js';
import { type ConfigFile, placeOf } from './installation-files.js';

/** A definition of a service, as far as handlers have need of it. */
export interface ServiceDefinition {
  readonly id: string;
  readonly class: string | undefined;
  readonly parent: string | undefined;
  /** Texts and numbers; undefined for services and the like. */
  readonly args: readonly (string | undefined)[];
  readonly tags: readonly GosHandlerKind[];
  readonly at: GosPlace;
}

/** Classes that get tags without a definition of their own. */
export interface TagRule {
  /** Those that are, extend or implement it. */
  readonly instanceOf?: string;
  /** Those of a namespace, in files below a folder, as in `App\Topic\: { resource: ../src/Topic }`. */
  readonly namespace?: string;
  readonly folder?: string;
  readonly tags: readonly GosHandlerKind[];
}

export interface ServiceFile {
  readonly services: readonly ServiceDefinition[];
  readonly rules: readonly TagRule[];
}

const TAG = /^gos_web_socket\.(topic|rpc|periodic)$/;

/** The services of a YAML file. */
export function servicesOf(config: ConfigFile): ServiceFile {
  const { root } = config;
  const found = root.kind === 'map' ? entryOf(root, 'services')?.value : undefined;
  const entries = found?.kind === 'map' ? found.entries : [];
  const defaults = entries.find(({ key }) => key === '_defaults')?.value;
  const common = defaults?.kind === 'map' ? tagsOf(entryOf(defaults, 'tags')) : [];
  const instanceOf = entries.flatMap(({ key, value }) => (key === '_instanceof' ? instanceRules(value) : []));
  const own = entries.filter(({ key }) => !key.startsWith('_'));
  return {
    services: own.filter((entry) => !isPrototype(entry)).flatMap((entry) => serviceOf(config, entry, common)),
    rules: [
      ...instanceOf,
      ...own.filter(isPrototype).map((entry) => prototypeOf(config, entry, common)),
    ].filter(({ tags }) => tags.length > 0),
  };
}

/** `App\Topic\: { resource: '../src/Topic' }` stands for all classes there. */
function isPrototype({ key, value }: YamlEntry): boolean {
  return key.endsWith('\\') || (value.kind === 'map' && entryOf(value, 'resource') !== undefined);
}

function prototypeOf(
  { source }: ConfigFile,
  { key, value }: YamlEntry,
  common: readonly GosHandlerKind[],
): TagRule {
  const map = mapOf(value);
  return {
    namespace: textOf(map, 'namespace') ?? key,
    folder: folderOf(source.name, textOf(map, 'resource') ?? ''),
    tags: unique([...common, ...tagsOf(entryOf(map, 'tags'))]),
  };
}

function serviceOf(
  { source }: ConfigFile,
  { key: id, keyRange, value }: YamlEntry,
  common: readonly GosHandlerKind[],
): readonly ServiceDefinition[] {
  if (value.kind === 'scalar' && value.value !== null) return [];
  const map = mapOf(value);
  const tags = isTrue(map, 'abstract') ? [] : unique([...common, ...tagsOf(entryOf(map, 'tags'))]);
  const args = argsOf(entryOf(map, 'arguments'));
  const at = placeOf(source, { range: keyRange });
  return [{ id, class: textOf(map, 'class'), parent: textOf(map, 'parent'), args, tags, at }];
}

/** `App\Topic\Lobby: ~` is a service, too. */
function mapOf(value: YamlNode): YamlMap {
  return value.kind === 'map' ? value : { kind: 'map', range: value.range, entries: [] };
}

/** The folder of a pattern of files, relative to the installation. */
export function folderOf(file: string, resource: string): string {
  const path: string[] = [];
  for (const part of [...file.split('/').slice(0, -1), ...resource.split('/')]) {
    if (/[*?{[]/.test(part)) break;
    if (part === '..') path.pop();
    else if (part !== '.' && part !== '') path.push(part);
  }
  return path.join('/');
}

/** Of a tag's name; none for tags of others. */
export function kindsOf(tag: string): readonly GosHandlerKind[] {
  const [, kind] = TAG.exec(tag) ?? [];
  return HANDLER_KINDS.filter((one) => one === kind);
}

function instanceRules(node: YamlNode): readonly TagRule[] {
  if (node.kind !== 'map') return [];
  return node.entries.map(({ key, value }) => ({
    instanceOf: key.replace(/^\\/, ''),
    tags: value.kind === 'map' ? tagsOf(entryOf(value, 'tags')) : [],
  }));
}

function textOf(map: YamlMap, key: string): string | undefined {
  const value = entryOf(map, key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

function isTrue(map: YamlMap, key: string): boolean {
  const value = entryOf(map, key)?.value;
  return value?.kind === 'scalar' && value.value === true;
}

function argsOf(entry: YamlEntry | undefined): readonly (string | undefined)[] {
  const value = entry?.value;
  if (value === undefined || value.kind === 'scalar') return [];
  const nodes = value.kind === 'list' ? value.items : value.entries.map((one) => one.value);
  return nodes.map(argumentOf);
}

function argumentOf(node: YamlNode): string | undefined {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  return node.text.startsWith('@') ? undefined : String(node.value);
}

/** `[{name: x}]`, `[x]`, `{name: x}` and `x`: Symfony reads all of them. */
function tagsOf(entry: YamlEntry | undefined): readonly GosHandlerKind[] {
  if (entry === undefined) return [];
  const values: unknown[] = [plain(entry.value)].flat();
  return values.flatMap((tag) => {
    if (typeof tag === 'string') return kindsOf(tag);
    const { name, ...rest } = (tag ?? {}) as { name?: unknown };
    return kindsOf(String(name ?? Object.keys(rest)[0]));
  });
}

function unique(kinds: readonly GosHandlerKind[]): readonly GosHandlerKind[] {
  return [...new Set(kinds)];
}

/** The parameters of a YAML file. */
export function parametersOf({ root }: ConfigFile): readonly (readonly [string, string])[] {
  const parameters = root.kind === 'map' ? entryOf(root, 'parameters')?.value : undefined;
  if (parameters?.kind !== 'map') return [];
  return parameters.entries.flatMap(({ key, value }) =>
    value.kind === 'scalar' && value.value !== null ? [[key, String(value.value)] as const] : [],
  );
}
