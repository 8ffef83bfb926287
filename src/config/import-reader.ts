import { entryOf, type FileReader } from './file-reader.js';
import { RequirementReader } from './requirement-reader.js';
import type { ResourceImport } from './route-draft.js';
import { IMPORT_KEYS, isOneOf, YAML_TYPES } from './route-keys.js';
import { readDefaults, readOptions } from './route-sections.js';
import { didYouMean, listed } from './suggestion.js';
import { isLeftover } from './symfony-leftovers.js';
import { isNull, type YamlMap } from './yaml-tree.js';

const OTHER_FORMATS = /\.(?:php|xml|json)$/i;

/** Reads `resource: other.yml` with what it imposes. Undefined, and reported, where it cannot be followed. */
export function readImport(file: FileReader, map: YamlMap): ResourceImport | undefined {
  const before = file.findings.errors;
  for (const { key, keyRange } of map.entries) checkKey(file, key, keyRange);
  const node = entryOf(map, 'resource')?.value;
  const hint = 'write the path of a YAML file, relative to this file';
  const resource = node && file.text(node, 'resource', hint);
  if (node === undefined || resource === undefined) return undefined;
  checkFormat(file, map, { resource, range: node.range });
  const options = readOptions(file, entryOf(map, 'options')?.value);
  const requirements = new RequirementReader(file, options.get('utf8') === true);
  const exclude = entryOf(map, 'exclude')?.value;
  const found: ResourceImport = {
    resource,
    at: file.at(node),
    exclude: exclude === undefined ? [] : file.texts(exclude, 'exclude', 'write a path or a list of paths'),
    requirements: requirements.read(entryOf(map, 'requirements')?.value),
    defaults: readDefaults(file, entryOf(map, 'defaults')?.value),
    options,
  };
  return file.findings.errors > before || isLeftover(resource) ? undefined : found;
}

function checkKey(file: FileReader, key: string, range: readonly [number, number]): void {
  if (isOneOf(key, IMPORT_KEYS)) return;
  if (isOneOf(key, ['channel', 'pattern', 'handler', 'callback'])) {
    const text = `an import has no ${key}: it brings in the routes of another file`;
    file.report(
      'resource-with-pattern',
      range,
      text,
      'make two entries, one with resource and one with the route',
    );
    return;
  }
  if (isOneOf(key, ['prefix', 'name_prefix', 'host', 'methods'])) {
    const text = `"${key}" belongs to an import of HTTP routes of Symfony`;
    file.report('http-route', range, text, 'remove it, or move HTTP routes to their own file');
    return;
  }
  const hint = didYouMean(key, IMPORT_KEYS, `an import has ${listed(IMPORT_KEYS)}`);
  file.report('unknown-key', range, `unknown key "${key}" in an import`, hint);
}

function checkFormat(
  file: FileReader,
  map: YamlMap,
  { resource, range }: { resource: string; range: readonly [number, number] },
): void {
  const type = entryOf(map, 'type')?.value;
  const word = type === undefined || isNull(type) ? undefined : file.text(type, 'type', 'write type: yaml');
  if (type !== undefined && word !== undefined && !isOneOf(word, YAML_TYPES)) {
    const text = `routes of type "${word}" cannot be read here`;
    file.report('resource-unsupported', type, text, 'export the routes to YAML, and leave type out');
  } else if (resource.startsWith('@')) {
    const text = `"${resource}" names a Symfony bundle, which cannot be found from here`;
    file.report('resource-unsupported', range, text, 'copy the file beside this one and write its path');
  } else if (OTHER_FORMATS.test(resource)) {
    const text = `"${resource}" is no YAML file`;
    file.report('resource-unsupported', range, text, 'export the routes to a .yml file');
  }
}
