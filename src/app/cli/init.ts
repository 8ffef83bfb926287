import { copyFile, readdir } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { Option } from 'commander';
import { makeFolder } from '../make-folder.js';
import { type OwnPackage, ownPackage } from '../own-package.js';
import { readTemplates } from '../templates.js';
import { writeNew } from '../write-new.js';
import type { CliCommand, CliContext } from './program.js';

/** The folders of templates that each preset is made of. */
const PRESETS: Readonly<Record<string, readonly string[]>> = {
  basic: ['project', 'page', 'basic'],
  chat: ['project', 'page', 'chat'],
  notifications: ['project', 'page', 'notifications'],
  oro: ['project', 'oro'],
};

/** Said where an image cannot be built as it is. */
const NO_IMAGE =
  ', once `signalbox` in package.json is a package that npm can fetch there, or a file of this folder';

/** Makes a project that runs. */
export const init: CliCommand = {
  describe: (command) =>
    command
      .description('make a project that runs: settings, routes, a handler, its test and a page')
      .argument('[dir]', 'the folder of the project; made if it is not there', '.')
      .addOption(
        new Option('--preset <name>', 'what it begins with').choices(Object.keys(PRESETS)).default('basic'),
      )
      .option('--package <spec>', 'signalbox as package.json is to name it; this very copy unless given')
      .option('--yes', 'put it into a folder that has other files'),
  async run({ args: [dir = '.'], options, context }) {
    const folder = resolve(dir);
    if (options['yes'] !== true) await checkEmpty(folder, dir);
    const { spec, tarball } = await dependency(folder, options['package'] as string | undefined);
    const files = await readTemplates(PRESETS[String(options['preset'])] ?? [], {
      name: nameOf(folder),
      package: JSON.stringify(spec).slice(1, -1),
      docker: spec.startsWith('file:') && tarball === undefined ? NO_IMAGE : '',
    });
    await writeNew(folder, files);
    if (tarball !== undefined) await take(tarball, folder);
    tell({ dir, paths: files.map(({ path }) => path), spec }, context);
    return 0;
  },
};

async function checkEmpty(folder: string, dir: string): Promise<void> {
  const there = await readdir(folder).catch(() => []);
  if (there.length === 0) return;
  const shown = there.slice(0, 5).join(', ') + (there.length > 5 ? ` and ${there.length - 5} more` : '');
  throw new Error(
    `${dir} has files: ${shown}; name another folder, or add --yes to put the project among them`,
  );
}

interface Dependency {
  readonly spec: string;
  /** A packed copy that the project takes into its own folder, so that it depends on nothing else of this machine. */
  readonly tarball?: string;
}

async function dependency(folder: string, given: string | undefined): Promise<Dependency> {
  if (given !== undefined) return { spec: given };
  const own: OwnPackage = await ownPackage();
  if (own.from === 'registry') return { spec: own.range };
  if (own.from === 'folder') return { spec: `file:${relative(folder, own.folder)}` };
  return { spec: `file:vendor/${basename(own.file)}`, tarball: own.file };
}

async function take(tarball: string, folder: string): Promise<void> {
  await makeFolder(join(folder, 'vendor'));
  await copyFile(tarball, join(folder, 'vendor', basename(tarball)));
}

/** A name that npm takes, and that is not the name of what the project depends on. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 100);
  return name === '' || name === 'signalbox' ? 'signalbox-app' : name;
}

function tell(
  { dir, paths, spec }: { dir: string; paths: readonly string[]; spec: string },
  context: CliContext,
): void {
  context.out(`made in ${dir}, with signalbox ${spec}:`);
  for (const path of paths) context.out(`  ${path}`);
  context.out('');
  context.out(`next: ${dir === '.' ? '' : `cd ${dir} && `}npm install && npm start`);
  context.out('then open http://127.0.0.1:8080/ and read README.md');
}
