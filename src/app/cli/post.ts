import { isRecord } from '../../core/json-schema.js';
import { boundedText } from '../bounded-text.js';
import { findKey, findUrl, noKey } from './application-options.js';
import type { CliContext } from './program.js';

type Options = Readonly<Record<string, unknown>>;

/** The answer of a server. */
export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Posts JSON to a running server with the back-end key that is found. Throws with the reason of a refusal. */
export async function post(
  path: string,
  body: unknown,
  how: { readonly options: Options; readonly context: CliContext },
): Promise<Answer['body']> {
  const answer = await ask(path, body, how);
  if (answer.ok) return answer.body;
  throw refusalOf(answer);
}

/** What a server says of a request that it has refused. */
export function refusalOf({ status, body }: Answer): Error {
  const { code = status, message = 'refused', hint } = (body['error'] ?? {}) as Record<string, unknown>;
  return new Error(`${code}: ${message}${hint === undefined ? '' : `\n${hint}`}`);
}

/** The same, whatever is answered. Without a body it gets what is at the path. */
export async function ask(
  path: string,
  body: unknown,
  { options, context }: { readonly options: Options; readonly context: CliContext },
): Promise<Answer> {
  const key = await findKey(options, context);
  if (key === undefined) throw new Error(await noKey(options, context));
  const url = `${await findUrl(options, context)}${path}`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  // Where it leads to another server, that one is not the one that was named.
  const response = await fetch(url, { ...request, headers, redirect: 'manual' }).catch((cause: unknown) => {
    const what = `no answer from ${url}: ${reasonOf(cause)}`;
    throw new Error(`${what}\ncheck the address, and that the server runs`, { cause });
  });
  const { ok, status } = response;
  const to = response.headers.get('location');
  if (status >= 300 && status < 400 && to !== null)
    throw new Error(`${url} leads to ${to}: name the address of the server itself`);
  return { ok, status, body: parsed(await boundedText(response)) };
}

function parsed(text: string): Answer['body'] {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** `fetch` says why only in what caused its error. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message;
}
