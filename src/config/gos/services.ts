import { entryOf } from '../file-reader.js';
import { plain, type YamlEntry, type YamlMap, type YamlNode } from '../yaml-tree.js';
import { type GosHandlerKind, type GosPlace, HANDLER_KINDS } from './installation.js';
import { type ConfigFile, placeOf, type XmlConfigFile } from './installation-files.js';

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

const TAG = /^gos_web_socket\.(topic|rpc|periodic)$/;

/** The services of a YAML file. */
export function servicesOf({ source, root }: ConfigFile): readonly ServiceDefinition[] {
  const services = root.kind === 'map' ? entryOf(root, 'services')?.value : undefined;
  if (services?.kind !== 'map') return [];
  return services.entries.flatMap(({ key, keyRange, value }) =>
    value.kind === 'map' && !key.startsWith('_')
      ? [definition(key, value, placeOf(source, { range: keyRange }))]
      : [],
  );
}

function definition(id: string, map: YamlMap, at: GosPlace): ServiceDefinition {
  return {
    id,
    class: textOf(map, 'class'),
    parent: textOf(map, 'parent'),
    args: argsOf(entryOf(map, 'arguments')),
    tags: tagsOf(entryOf(map, 'tags')),
    at,
  };
}

function textOf(map: YamlMap, key: string): string | undefined {
  const value = entryOf(map, key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
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
    if (typeof tag === 'string') return kindOf(tag);
    const { name, ...rest } = (tag ?? {}) as { name?: unknown };
    return kindOf(String(name ?? Object.keys(rest)[0]));
  });
}

function kindOf(tag: string): readonly GosHandlerKind[] {
  const [, kind] = TAG.exec(tag) ?? [];
  return HANDLER_KINDS.filter((one) => one === kind);
}

/** The same of an XML file, where arguments are left out. */
export function servicesOfXml({ source, elements }: XmlConfigFile): readonly ServiceDefinition[] {
  const services: { id: string; class: string | undefined; tags: GosHandlerKind[]; at: GosPlace }[] = [];
  for (const { name, attributes, around, range } of elements) {
    const value = (wanted: string) => attributes.find((one) => one.name === wanted)?.value;
    if (name === 'service')
      services.push({
        id: value('id') ?? '',
        class: value('class'),
        tags: [],
        at: placeOf(source, { range }),
      });
    else if (name === 'tag' && around.at(-1) === 'service')
      services.at(-1)?.tags.push(...kindOf(value('name') ?? ''));
  }
  return services.map((service) => ({ ...service, parent: undefined, args: [] }));
}

/** The parameters of a YAML file. */
export function parametersOf({ root }: ConfigFile): readonly (readonly [string, string])[] {
  const parameters = root.kind === 'map' ? entryOf(root, 'parameters')?.value : undefined;
  if (parameters?.kind !== 'map') return [];
  return parameters.entries.flatMap(({ key, value }) =>
    value.kind === 'scalar' && value.value !== null ? [[key, String(value.value)] as const] : [],
  );
}
