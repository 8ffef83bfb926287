import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.js';

/** A version of Node that is not the one that runs the tests. */
export interface OtherNode {
  readonly version: string;
  /** The program. */
  readonly path: string;
}

/** Kept from one run to the next, since each has more than a hundred megabytes. */
const CACHE = join(tmpdir(), 'signalbox-node-versions');
const SYSTEM = platform() === 'win32' ? 'win' : platform();
const PACKAGE = `node-${SYSTEM}-${arch()}`;

/** The newest of each major version that npm has; says so for each that cannot be had. */
export async function otherNodes(...majors: readonly number[]): Promise<readonly OtherNode[]> {
  const nodes = await Promise.all(majors.map(otherNode));
  return nodes.filter((node) => node !== undefined);
}

async function otherNode(major: number): Promise<OtherNode | undefined> {
  const folder = join(CACHE, String(major));
  const path = join(folder, 'node_modules', PACKAGE, 'bin', SYSTEM === 'win' ? 'node.exe' : 'node');
  const fault = existsSync(path) ? '' : await install(folder, `${PACKAGE}@${major}`);
  const { code, stdout, stderr } = await run(path, ['--version']).catch(notThere);
  if (code === 0) return { version: stdout.trim(), path };
  console.log(`skipped what runs on Node ${major}: ${fault || stderr}`);
  return undefined;
}

/** Installs a package without what it would run; the first line of what npm says if it cannot. */
async function install(folder: string, wanted: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--prefix', folder];
  const { code, stderr } = await run('npm', ['install', ...options, wanted], { cwd: folder });
  return code === 0 ? '' : (stderr.split('\n')[0] ?? '');
}

function notThere(error: Error) {
  return { code: null, stdout: '', stderr: error.message };
}
