import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Says to the threads of a run where its folders are. */
const VARIABLE = 'TEST_RUN_FOLDER';

/** Makes the folder below which a run makes all its own; returns what removes it. */
export function openRunFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-run-'));
  // Servers of tests that do not run as root may have theirs below it.
  chmodSync(folder, 0o711);
  process.env[VARIABLE] = folder;
  // A program that a test has killed may be writing its last file.
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** A new folder, removed with the run at the latest; outside of one it is nobody's but the caller's. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(process.env[VARIABLE] ?? tmpdir(), `signalbox-${name}-`));
}
