import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const USUAL = 'websocket_routing.yml';

/** The file that a new route goes into: the one that is given, or the one file, or the usual one, of the first folder of routes. */
export async function routingPlace(sources: readonly string[], given?: string): Promise<string> {
  if (given !== undefined) return given;
  const [source = 'routing'] = sources;
  const found = await stat(source).catch(() => undefined);
  if (found?.isFile() === true) return source;
  const names = await readdir(source).catch(() => []);
  const files = names.filter((name) => /\.ya?ml$/.test(name) && !/\.route-test\.ya?ml$/.test(name));
  const [only] = files;
  return join(source, files.length === 1 && only !== undefined ? only : USUAL);
}

/** What a file was, so that it can be so again. */
export interface Before {
  readonly file: string;
  /** Undefined where there was none. */
  readonly text: string | undefined;
}

/** Writes a route at the end of a file, which stays as it is above. */
export async function appendRoute(file: string, route: string): Promise<Before> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const lines = text === undefined || text.trim() === '' ? (text ?? '') : `${text.trimEnd()}\n\n`;
  await writeFile(file, lines + route);
  return { file, text };
}
