import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from './make-folder.js';
import type { NewFile } from './templates.js';

/**
 * Makes files below a folder, all of them or none: throws with the names of those that are there already, or as the system
 * does, and has removed what it made until then.
 */
export async function writeNew(folder: string, files: readonly NewFile[]): Promise<void> {
  const made: string[] = [];
  const there: string[] = [];
  try {
    for (const { path, text } of files) {
      const place = join(folder, path);
      await makeFolder(dirname(place));
      if (await writeOnce(place, text)) made.push(place);
      else there.push(path);
    }
    if (there.length > 0) throw new Error(`already there, and not overwritten: ${there.join(', ')}`);
  } catch (error) {
    await Promise.all(made.map((place) => rm(place, { force: true })));
    throw error;
  }
}

async function writeOnce(place: string, text: string): Promise<boolean> {
  try {
    await writeFile(place, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
