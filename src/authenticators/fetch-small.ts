/** Octets of the longest answer that is read. */
export const LONGEST_ANSWER = 65_536;

export interface SmallAnswer {
  readonly status: number;
  readonly text: string;
}

/** What an answer must not be. The message is for the log; `late` says that there was none in time. */
export class FetchFault extends Error {
  readonly late: boolean;

  constructor(message: string, { late = false, cause }: { late?: boolean; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.late = late;
  }
}

/**
 * GET of an address that the settings name: no redirects, at most 64 KiB, whole within `timeout` milliseconds. Throws
 * `FetchFault` for anything else.
 */
export async function fetchSmall(
  url: string,
  { headers, timeout }: { readonly headers: Readonly<Record<string, string>>; readonly timeout: number },
): Promise<SmallAnswer> {
  const ended = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    ended.abort();
  }, timeout);
  try {
    const answer = await fetch(url, { headers, redirect: 'error', signal: ended.signal });
    return { status: answer.status, text: await readSmall(answer) };
  } catch (error) {
    throw faultOf(error, late);
  } finally {
    clearTimeout(timer);
    // frees the connection of an answer that was not read to its end
    ended.abort();
  }
}

async function readSmall({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > LONGEST_ANSWER) throw new FetchFault(`the answer is over ${LONGEST_ANSWER} octets`);
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

function faultOf(error: unknown, late: boolean): FetchFault {
  if (error instanceof FetchFault) return error;
  if (late) return new FetchFault('there was no answer in time', { late: true });
  const { message, cause } = error as Error;
  const detail = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
  return new FetchFault(`${message}${detail}`, { cause: error });
}
