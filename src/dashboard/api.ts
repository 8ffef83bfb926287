import { EventReader, type StreamEvent } from './event-reader.js';
import { Silence } from './silence.js';

/** Milliseconds that an answer may take. */
const PATIENCE = 10_000;
/** The server says something every second in the stream of a page, and every eleven elsewhere; after this nobody is there. */
const SILENCE = 8_000;
const LONG_SILENCE = 30_000;

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
    const patience = AbortSignal.timeout(PATIENCE);
    const either = signal === undefined ? patience : AbortSignal.any([signal, patience]);
    return readJson<T>(await this.#ask(path, query, { signal: either }));
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return readJson<T>(await this.#ask(path, {}, { method: 'POST', body: JSON.stringify(body), headers }));
  }

  /**
   * The events of a stream until it ends, or until the signal ends it without a word. One that falls silent is given up, as a
   * connection can be dead without being closed.
   */
  async *stream(path: string, query: Query, signal: AbortSignal): AsyncGenerator<readonly StreamEvent[]> {
    const silence = new Silence(path === 'stream' ? SILENCE : LONG_SILENCE);
    try {
      const init = {
        signal: AbortSignal.any([signal, silence.signal]),
        headers: { accept: 'text/event-stream' },
      };
      yield* eventsOf(await this.#ask(path, query, init), silence);
    } catch (error) {
      if (silence.signal.aborted) throw silent();
      if (error instanceof ApiFault) throw error;
      if (!signal.aborted) throw unreachable();
    } finally {
      silence.stop();
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

/** What arrives, in the pieces in which it does. Throws an `ApiFault` where the server has made room for another stream. */
async function* eventsOf({ body }: Response, silence: Silence): AsyncGenerator<readonly StreamEvent[]> {
  const pieces = body?.pipeThrough(new TextDecoderStream()).getReader();
  const reader = new EventReader();
  try {
    for (;;) {
      const next = await pieces?.read();
      if (next === undefined || next.done) return;
      silence.isBroken();
      const events = reader.read(next.value);
      if (events.length > 0) yield events;
      for (const event of events) throwIfCut(event);
    }
  } finally {
    void pieces?.cancel().catch(() => undefined);
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

function silent(): ApiFault {
  return new ApiFault(
    0,
    'silent',
    'the server has fallen silent',
    'check that it runs, and what stands between: it says something every second',
  );
}

/** The server has ended a stream to make room for another: whoever came back by itself would end that one. */
function throwIfCut({ event, data }: StreamEvent): void {
  if (event !== 'ended') return;
  const { code, reason, hint } = data as Readonly<Record<string, unknown>>;
  if (code === 'limit_exceeded') throw new ApiFault(429, code, String(reason), String(hint));
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
