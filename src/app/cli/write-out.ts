import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../make-folder.js';
import type { CliContext } from './program.js';

/** Writes a text into a file, whose folder is made where there is none, and says so; without a file it is printed. */
export async function writeOut(text: string, file: unknown, context: CliContext): Promise<void> {
  if (typeof file !== 'string') {
    context.out(text.trimEnd());
    return;
  }
  await makeFolder(dirname(file));
  await writeFile(file, text);
  context.err(`written: ${file}`);
}
