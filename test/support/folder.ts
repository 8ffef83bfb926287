import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './run-folder.js';

/** A folder outside the repository with these files, by their path in it; removed when the run ends. */
export function makeFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder('test');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The same, removed with the test. */
export function testFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = makeFolder(files);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
