import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { entryOf } from '../file-reader.js';
import { type GosSection, readGosSection } from './gos-section.js';
import { GosHandlers } from './handlers.js';
import type { GosInstallation, GosNote, GosRouting, PhpClass } from './installation.js';
import { type ConfigFile, InstallationFiles } from './installation-files.js';
import { readOroAddresses } from './oro-addresses.js';
import { Parameters } from './parameters.js';
import { readPhpClass } from './php-class.js';
import { parametersOf, type ServiceDefinition, servicesOf, servicesOfXml } from './services.js';

/** Later ones hold. */
const ENVIRONMENT = ['.env', '.env-app', '.env.local', '.env-app.local'];

/**
 * Reads an application with GosWebSocketBundle or OroSyncBundle: its routing files, settings and handlers. Nothing of it is run.
 * Throws where the folder is none, or has far too many files.
 */
export async function readGosInstallation(folder: string): Promise<GosInstallation> {
  const root = resolve(folder);
  if (!(await stat(root).catch(() => undefined))?.isDirectory())
    throw new Error(`there is no folder ${folder}`);
  const files = new InstallationFiles(root);
  const configs = await each(await files.config(), (file) => files.readConfig(file));
  const parameters = new Parameters();
  for (const [name, value] of configs.flatMap(parametersOf)) parameters.set(name, value);
  parameters.set('kernel.project_dir', root);
  parameters.set('kernel.root_dir', `${root}/app`);
  const sections = configs.flatMap((config) => sectionOf(config, parameters));
  const services = await servicesIn(files, configs);
  const handlers = new GosHandlers({ services, classes: await classesIn(files), parameters });
  const all = handlers.all();
  const addresses = readOroAddresses(await each(ENVIRONMENT, (file) => files.readBeside(file)), parameters);
  const routing = await routingOf({ files, root, sections });
  return {
    isOro: routing.found.some(({ file }) => file.includes('/oro/')) || configs.some(isOroConfig),
    routing: routing.found,
    handlers: all,
    settings: Object.assign({}, ...sections.map(({ settings }) => settings), addresses.settings),
    notes: [
      ...sections.flatMap(({ notes }) => notes),
      ...addresses.notes,
      ...routing.notes,
      ...handlers.notes,
      ...files.notes,
    ],
  };
}

async function each<T>(
  files: readonly string[],
  read: (file: string) => Promise<T | undefined>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (const file of files) {
    const one = await read(file);
    if (one !== undefined) all.push(one);
  }
  return all;
}

function sectionOf({ source, root }: ConfigFile, parameters: Parameters): readonly GosSection[] {
  const section = root.kind === 'map' ? entryOf(root, 'gos_web_socket')?.value : undefined;
  return section?.kind === 'map' ? [readGosSection({ source, section, parameters })] : [];
}

function isOroConfig({ root }: ConfigFile): boolean {
  return root.kind === 'map' && entryOf(root, 'oro_sync') !== undefined;
}

async function servicesIn(
  files: InstallationFiles,
  configs: readonly ConfigFile[],
): Promise<ReadonlyMap<string, ServiceDefinition>> {
  const xml = await each(await files.xml(), (file) => files.readXml(file));
  const all = [...configs.flatMap(servicesOf), ...xml.flatMap(servicesOfXml)];
  return new Map(all.map((service) => [service.id, service]));
}

async function classesIn(files: InstallationFiles): Promise<ReadonlyMap<string, PhpClass>> {
  const classes = await each(await files.php(), async (file) => {
    const text = await files.readPhp(file);
    return text === undefined ? undefined : readPhpClass(text, file);
  });
  return new Map(classes.map((one) => [one.name, one]));
}

interface FoundRouting {
  readonly found: readonly GosRouting[];
  readonly notes: readonly GosNote[];
}

/** Those that the settings list come first, as they did. */
async function routingOf({
  files,
  root,
  sections,
}: {
  files: InstallationFiles;
  root: string;
  sections: readonly GosSection[];
}): Promise<FoundRouting> {
  const notes: GosNote[] = [];
  const found: string[] = [];
  for (const { resource, at } of sections.flatMap(({ resources }) => resources)) {
    const file = await fileOf(resource, { files, root, besides: at.file });
    if (file === undefined || !/\.ya?ml$/.test(file))
      notes.push({
        kind: 'todo',
        at,
        text: `routes of ${resource.replace(`${root}/`, '')} were not found, or are no YAML: copy or rewrite them`,
      });
    else found.push(file);
  }
  found.push(...(await files.routing()));
  return { found: [...new Set(found)].map((file) => ({ file, path: files.pathOf(file) })), notes };
}

/** `@AppBundle/Resources/...` is looked for in every bundle; anything else from the application, and from where it is named. */
async function fileOf(
  resource: string,
  { files, root, besides }: { files: InstallationFiles; root: string; besides: string },
): Promise<string | undefined> {
  const [, bundle = '', inBundle] = /^@(\w+?)(?:Bundle)?\/(.+)$/.exec(resource) ?? [];
  if (inBundle !== undefined) {
    const all = await files.ending(inBundle);
    return all.find((file) => file.includes(bundle)) ?? all[0];
  }
  const relative = resource.startsWith(`${root}/`) ? resource.slice(root.length + 1) : resource;
  const beside = besides.slice(0, -basename(besides).length) + relative;
  for (const file of [relative, beside]) if (await files.has(file)) return file;
  return undefined;
}
