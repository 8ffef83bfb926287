import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { entryOf } from '../file-reader.js';
import type { SourceFile } from '../source-file.js';
import { inOrder, type Layers, layersOf } from './environment.js';
import { type GosSection, readGosSection } from './gos-section.js';
import { GosHandlers } from './handlers.js';
import { importedConfigs, importedRouting } from './imports.js';
import type { GosInstallation, GosNote, GosRouting, PhpClass } from './installation.js';
import { type ConfigFile, InstallationFiles } from './installation-files.js';
import { pageMentions, phpMentions } from './mentions.js';
import { readOroAddresses } from './oro-addresses.js';
import { oroNotes } from './oro-section.js';
import { Parameters } from './parameters.js';
import { readPhpClasses } from './php-class.js';
import { parametersOf, servicesOf } from './services.js';
import { parametersOfXml, servicesOfXml } from './services-xml.js';

/** Later ones hold. */
const ENVIRONMENT = ['.env', '.env-app', '.env.local', '.env-app.local'];
/** What is not read, not even to be passed on. */
const SECRET = /SECRET|PASS|TOKEN|KEY|DSN/;

export interface GosReading {
  /** Whose settings hold: `prod` unless given. */
  readonly environment?: string | undefined;
}

/**
 * Reads an application with GosWebSocketBundle or OroSyncBundle: its routing files, settings and handlers. Nothing of it is run.
 * Throws where the folder is none, or has far too many files.
 */
export async function readGosInstallation(
  folder: string,
  { environment = 'prod' }: GosReading = {},
): Promise<GosInstallation> {
  const root = resolve(folder);
  if (!(await stat(root).catch(() => undefined))?.isDirectory())
    throw new Error(`there is no folder ${folder}`);
  const files = new InstallationFiles(root);
  const { configs, notes } = await configsOf(files, environment);
  const xml = inOrder(await each(await files.xml(), (file) => files.readXml(file)));
  const variables = await each(ENVIRONMENT, (file) => files.readBeside(file));
  const parameters = parametersFrom(
    [...xml.flatMap((one) => parametersOfXml(one, environment)), ...configs.flatMap(parametersOf)],
    { variables, root },
  );
  const sections = configs.flatMap((config) => sectionOf(config, parameters));
  const found = [...xml.map((one) => servicesOfXml(one, environment)), ...configs.map(servicesOf)];
  const php = await phpOf(files);
  const handlers = new GosHandlers({
    services: new Map(found.flatMap(({ services }) => services).map((service) => [service.id, service])),
    rules: found.flatMap(({ rules }) => rules),
    classes: new Map(php.classes.map((one) => [one.name, one])),
    parameters,
  });
  const all = handlers.all();
  const addresses = readOroAddresses(variables, parameters);
  const routing = await routingOf({ files, root, sections });
  const own = new Set(all.flatMap((handler) => handler.php?.file ?? []));
  return {
    isOro: routing.found.some(({ file }) => file.includes('/oro/')) || configs.some(isOroConfig),
    routing: routing.found,
    handlers: all,
    settings: Object.assign({}, ...sections.map(({ settings }) => settings), addresses.settings),
    notes: [
      ...sections.flatMap((section) => section.notes),
      ...configs.flatMap(oroNotes),
      ...notes,
      ...addresses.notes,
      ...routing.notes,
      ...handlers.notes,
      ...php.notes.filter(({ at }) => at === undefined || !own.has(at.file)),
      ...(await pagesOf(files)),
      ...files.notes,
    ],
  };
}

/** Those of all places, in the order in which they hold. */
async function configsOf(files: InstallationFiles, environment: string): Promise<Layers> {
  const own = await each(await files.config(), (file) => files.readConfig(file));
  const imported = await importedConfigs(own, files);
  const layers = layersOf([...imported.configs, ...own], environment);
  return { configs: layers.configs, notes: [...layers.notes, ...imported.notes] };
}

function parametersFrom(
  pairs: readonly (readonly [string, string])[],
  { variables, root }: { variables: readonly SourceFile[]; root: string },
): Parameters {
  const parameters = new Parameters();
  for (const [name, value] of pairs) parameters.set(name, value);
  for (const { text } of variables)
    for (const [, name = '', value = ''] of text.matchAll(/^(?:export\s+)?(\w+)=(.*)$/gm))
      if (!SECRET.test(name)) parameters.set(`env(${name})`, value.trim().replaceAll(/^["']|["']$/g, ''));
  parameters.set('kernel.project_dir', root);
  parameters.set('kernel.root_dir', `${root}/app`);
  return parameters;
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

interface FoundPhp {
  readonly classes: readonly PhpClass[];
  readonly notes: readonly GosNote[];
}

async function phpOf(files: InstallationFiles): Promise<FoundPhp> {
  const classes: PhpClass[] = [];
  const notes: GosNote[] = [];
  for (const file of new Set([...(await files.php()), ...(await files.phpConfig())])) {
    const text = await files.readCode(file);
    if (text === undefined) continue;
    classes.push(...readPhpClasses(text, file));
    if (!file.startsWith('vendor/')) notes.push(...phpMentions(text, file));
  }
  return { classes, notes };
}

async function pagesOf(files: InstallationFiles): Promise<readonly GosNote[]> {
  const notes = await each(await files.pages(), async (file) => {
    const text = await files.readCode(file);
    return text === undefined ? undefined : pageMentions(text, file);
  });
  return notes.flat();
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
  const own = [...new Set(found)].map((file) => ({ file, path: files.pathOf(file) }));
  return { found: await importedRouting(own, files), notes };
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
