import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type Finding,
  loadRouting,
  type Routing,
  type RoutingRequest,
  readRouteTests,
} from '../../src/config/index.js';
import { readActor } from '../../src/core/actor.js';

export const DEFAULT_ACCESS = { subscribe: ['user'], publish: ['backend'] };

/** A folder with these files, removed after the test. */
export async function folderOf(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-config-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFiles(folder, files);
  return folder;
}

export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** Loads one routing file, or several by name. */
export async function load(
  files: string | Buffer | Readonly<Record<string, string | Buffer>>,
  request: Partial<RoutingRequest> = {},
): Promise<Routing> {
  const all = typeof files === 'string' || Buffer.isBuffer(files) ? { 'routes.yml': files } : files;
  const folder = await folderOf(all);
  return loadRouting({ sources: [folder], defaultAccess: DEFAULT_ACCESS, ...request });
}

/** Reads one route test file, or several by name. */
export async function loadTests(files: string | Readonly<Record<string, string>>) {
  const folder = await folderOf(typeof files === 'string' ? { 'a.route-test.yml': files } : files);
  return readRouteTests([folder], readActor);
}

/** The findings as `code line:column`. */
export function brief(findings: readonly Finding[]): string[] {
  return findings.map(({ code, line, column }) => `${code} ${line}:${column}`);
}
