import { EventReader, type StreamEvent } from './event-reader.js';

export type Query = Readonly<Record<string, string | number | undefined>>;

/** Why the API gave no answer: its own words, or that it could not be reached (`status` 0). */
export class ApiFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(status: number, code: string, message: string, hint?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** The API of the server that the page came from, asked with one key. Everything it throws is an `ApiFault`. */
export class AdminApi {
  readonly #key: string;
  readonly #base: URL;

  constructor(key: string, base: URL) {
    this.#key = key;
    this.#base = base;
  }

  async get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return readJson<T>(await this.#ask(path, query, signal === undefined ? {} : { signal }));
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return readJson<T>(await this.#ask(path, {}, { method: 'POST', body: JSON.stringify(body), headers }));
  }

  /** The events of a stream until it ends, or until the signal ends it without a word. */
  async *stream(path: string, query: Query, signal: AbortSignal): AsyncGenerator<readonly StreamEvent[]> {
    const { body } = await this.#ask(path, query, { signal, headers: { accept: 'text/event-stream' } });
    const pieces = body?.pipeThrough(new TextDecoderStream()).getReader();
    const reader = new EventReader();
    try {
      for (;;) {
        const next = await pieces?.read();
        if (next === undefined || next.done) return;
        const events = reader.read(next.value);
        if (events.length > 0) yield events;
      }
    } catch {
      if (!signal.aborted) throw unreachable();
    } finally {
      void pieces?.cancel().catch(() => undefined);
    }
  }

  async #ask(path: string, query: Query, init: RequestInit): Promise<Response> {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
    }
    const headers = { ...init.headers, authorization: `Bearer ${this.#key}` };
    const response = await fetch(url, { ...init, headers, cache: 'no-store' }).catch(() => {
      throw unreachable();
    });
    if (!response.ok) throw await faultOf(response);
    return response;
  }
}

/** What any error is to the page. */
export function asFault(error: unknown): ApiFault {
  return error instanceof ApiFault ? error : new ApiFault(0, 'page', String(error));
}

function unreachable(): ApiFault {
  return new ApiFault(
    0,
    'unreachable',
    'the server cannot be reached',
    'check that it runs, and the network',
  );
}

async function readJson<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiFault(response.status, 'unreadable', 'the answer of the server was cut short');
  }
}

async function faultOf(response: Response): Promise<ApiFault> {
  const { status } = response;
  const body = (await response.json().catch(() => undefined)) as
    | { error?: Record<string, unknown> }
    | undefined;
  const { code = String(status), message = `the server answered ${status}`, hint } = body?.error ?? {};
  return new ApiFault(status, String(code), String(message), hint === undefined ? undefined : String(hint));
}
