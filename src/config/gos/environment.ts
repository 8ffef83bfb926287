import { entryOf } from '../file-reader.js';
import type { YamlNode } from '../yaml-tree.js';
import type { GosNote } from './installation.js';
import { type ConfigFile, placeOf } from './installation-files.js';

const WHEN = /^when@(.+)$/;
/** `config/packages/prod/x.yaml`, `app/config/config_prod.yml` and `config/services_prod.yaml`. */
const IN_NAME =
  /^(?:app\/)?config\/(?:packages\/([^/]+)\/.*|(?:config|services|parameters)_([a-z]\w*)\.\w+)$/;
const OF_INTEREST = ['gos_web_socket', 'oro_sync'];

/** The settings of Symfony as one environment has them: what holds against what is before it comes later. */
export interface Layers {
  readonly configs: readonly ConfigFile[];
  readonly notes: readonly GosNote[];
}

/** Those of bundles, of the application, and then what it says for this environment alone. */
export function layersOf(configs: readonly ConfigFile[], environment: string): Layers {
  const notes: GosNote[] = [];
  const layers = inOrder(configs).flatMap((config) => {
    const own = environmentOf(config.source.name);
    if (own !== undefined && own !== environment) {
      notes.push(...passedOver(config, own));
      return [];
    }
    return [config, ...whenIn(config, environment, notes)];
  });
  return { configs: layers, notes };
}

/** Files in the order in which they hold against each other. */
export function inOrder<T extends { readonly source: { readonly name: string } }>(
  files: readonly T[],
): readonly T[] {
  return [...files].sort((a, b) => rankOf(a.source.name) - rankOf(b.source.name));
}

function rankOf(file: string): number {
  if (/^(?:app\/)?config\//.test(file)) return environmentOf(file) === undefined ? 2 : 3;
  return file.startsWith('vendor/') ? 0 : 1;
}

function environmentOf(file: string): string | undefined {
  const [, folder, suffix] = IN_NAME.exec(file) ?? [];
  return folder ?? suffix;
}

function whenIn({ source, root }: ConfigFile, environment: string, notes: GosNote[]): readonly ConfigFile[] {
  if (root.kind !== 'map') return [];
  return root.entries.flatMap(({ key, keyRange, value }) => {
    const [, name] = WHEN.exec(key) ?? [];
    if (name === undefined) return [];
    if (name === environment) return [{ source, root: value }];
    if (saysSomething(value)) notes.push(otherNote(name, placeOf(source, { range: keyRange })));
    return [];
  });
}

function passedOver({ source, root }: ConfigFile, environment: string): readonly GosNote[] {
  return saysSomething(root) ? [otherNote(environment, placeOf(source, root))] : [];
}

/** Whether there are settings of the server, or a service that is one of its handlers. */
function saysSomething(root: YamlNode): boolean {
  if (root.kind !== 'map') return false;
  if (OF_INTEREST.some((name) => entryOf(root, name) !== undefined)) return true;
  const services = entryOf(root, 'services')?.value;
  return services !== undefined && mentions(services, 'gos_web_socket.');
}

function mentions(node: YamlNode, text: string): boolean {
  if (node.kind === 'scalar') return node.text.includes(text);
  if (node.kind === 'list') return node.items.some((item) => mentions(item, text));
  return node.entries.some(({ key, value }) => key.includes(text) || mentions(value, text));
}

function otherNote(environment: string, at: GosNote['at']): GosNote {
  const text = `this holds in environment ${environment} alone, and was passed over: --env ${environment} takes it in place of what it changes`;
  return { kind: 'differs', at, text };
}
