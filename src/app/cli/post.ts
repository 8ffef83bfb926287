import { findKey, findUrl } from './application-options.js';
import type { CliContext } from './program.js';

type Options = Readonly<Record<string, unknown>>;

/** Posts JSON to a running server with the back-end key that is found. Throws with the reason of a refusal. */
export async function post(
  path: string,
  body: unknown,
  { options, context }: { readonly options: Options; readonly context: CliContext },
): Promise<Readonly<Record<string, unknown>>> {
  const key = await findKey(options, context);
  if (key === undefined) {
    throw new Error('no back-end key: set SIGNALBOX_API_KEY, or start the server once in this folder');
  }
  const url = `${(await findUrl(options, context)).replace(/\/+$/, '')}${path}`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }).catch(
    (cause: unknown) => {
      throw new Error(`no answer from ${url}: check that the server runs`, { cause });
    },
  );
  const answer = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>;
  if (response.ok) return answer;
  const {
    code = response.status,
    message = 'refused',
    hint,
  } = (answer['error'] ?? {}) as Record<string, unknown>;
  throw new Error(`${code}: ${message}${hint === undefined ? '' : `\n${hint}`}`);
}
