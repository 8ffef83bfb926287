import { entryOf } from '../file-reader.js';
import type { YamlNode } from '../yaml-tree.js';
import type { GosNote, GosRouting } from './installation.js';
import { type ConfigFile, type InstallationFiles, placeOf } from './installation-files.js';

const YAML = /\.ya?ml$/;
const MOST = 1000;

/** Settings that files of the application import from where settings are not looked for, and what was not found. */
export async function importedConfigs(
  configs: readonly ConfigFile[],
  files: InstallationFiles,
): Promise<{ readonly configs: readonly ConfigFile[]; readonly notes: readonly GosNote[] }> {
  const known = new Set(configs.map(({ source }) => source.name));
  const found: ConfigFile[] = [];
  const notes: GosNote[] = [];
  const waiting = configs.filter(({ source }) => !source.name.startsWith('vendor/'));
  for (const config of waiting) {
    for (const one of importsOf(config)) {
      const named = await namedBy(one.resource, { files, from: config.source.name });
      if (named.length === 0 && !one.isOptional) notes.push(missing(config, one));
      const fresh = named.filter((name) => YAML.test(name) && !known.has(name)).slice(0, MOST);
      for (const file of fresh) known.add(file);
      const read = await Promise.all(fresh.map((file) => files.readConfig(file)));
      const here = read.filter((one) => one !== undefined);
      found.push(...here);
      waiting.push(...here);
    }
  }
  return { configs: found, notes };
}

function missing({ source }: ConfigFile, { resource, node }: Import): GosNote {
  return {
    kind: 'todo',
    at: placeOf(source, node),
    text: `imports ${resource}, which was not found: look whether it says something about the server`,
  };
}

interface Import {
  readonly resource: string;
  readonly node: YamlNode;
  /** `ignore_errors`, or the path of another place. */
  readonly isOptional: boolean;
}

function importsOf({ root }: ConfigFile): readonly Import[] {
  const list = root.kind === 'map' ? entryOf(root, 'imports')?.value : undefined;
  const items = list?.kind === 'list' ? list.items : [];
  return items.flatMap((item) => {
    const node = item.kind === 'map' ? entryOf(item, 'resource')?.value : item;
    if (node?.kind !== 'scalar' || typeof node.value !== 'string') return [];
    const ignores = item.kind === 'map' ? entryOf(item, 'ignore_errors')?.value : undefined;
    const isOptional = ignores?.kind === 'scalar' && ignores.value !== false;
    return [{ resource: node.value, node, isOptional: isOptional || /[%*?{]/.test(node.value) }];
  });
}

async function namedBy(
  resource: string,
  { files, from }: { files: InstallationFiles; from: string },
): Promise<readonly string[]> {
  const [, inBundle] = /^@\w+\/(.+)$/.exec(resource) ?? [];
  return inBundle === undefined ? files.beside(from, resource) : files.ending(inBundle);
}

/** Files of routes that others import, each with how it is called from there. */
export async function importedRouting(
  routing: readonly GosRouting[],
  files: InstallationFiles,
): Promise<readonly GosRouting[]> {
  const all = [...routing];
  const known = new Set(routing.map(({ file }) => file));
  for (const { file } of all) {
    const config = await files.readRouting(file);
    for (const resource of config === undefined ? [] : resourcesOf(config)) {
      for (const name of await files.beside(file, resource)) {
        if (known.has(name) || !YAML.test(name) || all.length > MOST) continue;
        known.add(name);
        all.push({ file: name, path: files.pathOf(name), importedBy: file });
      }
    }
  }
  return all;
}

function resourcesOf({ root }: ConfigFile): readonly string[] {
  if (root.kind !== 'map') return [];
  return root.entries.flatMap(({ value }) => {
    const node = value.kind === 'map' ? entryOf(value, 'resource')?.value : undefined;
    return node?.kind === 'scalar' && typeof node.value === 'string' && !node.value.startsWith('@')
      ? [node.value]
      : [];
  });
}
