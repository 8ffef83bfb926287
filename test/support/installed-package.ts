import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { REPOSITORY } from './server.js';

/** What the package has, as far as projects run it. */
const PARTS = ['package.json', 'bin', 'dist', 'public', 'templates'];

/**
 * The built package in a project as npm would install it, with the packages of this repository beside it: a link to the
 * checkout would have loaders compile what is compiled already.
 */
export function installPackage(project: string): void {
  const modules = `${project}/node_modules`;
  linkPackages(modules);
  mkdirSync(`${modules}/signalbox`);
  for (const part of PARTS)
    cpSync(`${REPOSITORY}${part}`, `${modules}/signalbox/${part}`, {
      recursive: true,
      filter: (path) => !path.endsWith('.map'),
    });
}

/** The packages of this repository in a new folder for them, without its own. */
export function linkPackages(modules: string): void {
  mkdirSync(modules, { recursive: true });
  for (const name of readdirSync(`${REPOSITORY}node_modules`))
    if (name !== 'signalbox' && !name.startsWith('.'))
      symlinkSync(`${REPOSITORY}node_modules/${name}`, `${modules}/${name}`);
}
