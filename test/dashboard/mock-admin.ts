import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { adminPageEndpoints } from '../../src/app/admin-page.js';
import type { HttpEndpoint } from '../../src/core/http.js';
import { makeFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import {
  CHANNELS,
  channelRow,
  NODES,
  overview,
  PRESENCE,
  publicationRow,
  QUEUES,
  REFUSALS,
  RELOADS,
  ROUTES,
  rowAt,
  SLOW,
  sessionDetail,
  sessionRow,
} from './mock-answers.js';

export const ADMIN_KEY = 'a-key-for-operators-in-tests';

/** Sessions that it says to have, each in the lists. */
const SESSIONS = 10_000;
const ROWS = 300;
const FIGURES = ['sessions', 'channels', 'publications', 'deliveries', 'refusals', 'cpu', 'loopDelay'];
/** Members that are times, or short and chosen by the server. */
const OUR_OWN = new Set([
  ...['time', 'startedAt', 'loadedAt', 'since', 'mode', 'kind', 'match', 'names', 'session'],
  ...['protocol', 'transport', 'code', 'version', 'table', 'this'],
]);

/**
 * Speaks the API of /admin, for states of a server that are hard to make, and serves the page as it is built. It is no judge of
 * rules: what is allowed is what the test says.
 */
export class MockAdmin {
  mode: 'read' | 'full' = 'full';
  /** What was posted, in order. */
  readonly posted: { readonly path: string; readonly body: unknown }[] = [];
  readonly #server: Server;
  readonly #files: readonly HttpEndpoint[];
  /** Open streams by their path and query. */
  readonly #streams = new Set<{ readonly url: URL; readonly response: ServerResponse }>();
  #second = ROWS;
  #clock: ReturnType<typeof setInterval> | undefined;

  private constructor(files: readonly HttpEndpoint[]) {
    this.#files = files;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<MockAdmin> {
    const folder = makeFolder();
    const script = fileURLToPath(new URL('../../scripts/bundle-dashboard.mjs', import.meta.url));
    execFileSync(process.execPath, [script, '--out', folder]);
    const mock = new MockAdmin(adminPageEndpoints(pathToFileURL(`${folder}/`)));
    await mock.listen(await freePort());
    return mock;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/admin`;
  }

  /** Takes connections at this port, which may be the one that it had before. */
  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#clock = setInterval(() => this.#tick(), 1_000);
  }

  /** Ends all that is open, and takes nothing more. */
  async stop(): Promise<void> {
    clearInterval(this.#clock);
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#streams.clear();
    await closed;
  }

  /** What a peer would have chosen in place of a text. */
  disguise: ((text: string) => string) | undefined;
  /** Whether connections stay open without a word, as behind a cable that was pulled. */
  isSilent = false;

  /** Ends the streams of pages to make room for others, as the server does. */
  endOldest(): void {
    const ended = {
      code: 'limit_exceeded',
      reason: 'another operator came',
      hint: 'set admin.streams higher',
    };
    for (const { url, response } of this.#streams) {
      if (!url.pathname.endsWith('/stream')) continue;
      this.#write(response, 'ended', ended);
      response.end();
    }
  }

  /** Sends an event to all open streams whose query has this; to how many. */
  send(event: string, data: unknown, parameter: string): number {
    const open = [...this.#streams].filter(({ url }) => url.searchParams.has(parameter));
    for (const { response } of open) this.#write(response, event, data);
    return open.length;
  }

  #tick(): void {
    if (this.isSilent) return;
    const row = rowAt(this.#second++);
    for (const { url, response } of this.#streams) {
      if (url.pathname.endsWith('/stream'))
        this.#write(response, 'overview', { ...overview(this.mode), row });
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://mock');
    const file = this.#files.find(({ path }) => path === url.pathname);
    if (file !== undefined) {
      const { status, headers, body } = await file.handle({ headers: request.headers } as never);
      return void response.writeHead(status, headers).end(body);
    }
    if (request.headers.authorization !== `Bearer ${ADMIN_KEY}`) {
      return refuse(response, 401, {
        code: 'unauthorized',
        message: 'the key is not known',
        hint: 'compare it with admin.key',
      });
    }
    const path = url.pathname.replace('/admin/api/', '');
    if (request.method === 'POST') return this.#post(path, await bodyOf(request), response);
    if (['stream', 'console', 'replay'].includes(path)) return this.#open(path, url, response);
    const answer = this.#answer(path, url.searchParams);
    if (answer === undefined)
      return refuse(response, 404, { code: 'not_found', message: `nothing at ${path}` });
    this.#answerWith(response, answer);
  }

  #post(path: string, body: unknown, response: ServerResponse): void {
    this.posted.push({ path, body });
    const explained = { allowed: false, lines: ['  oro_email.event: matches', '  owner: no', 'REFUSED'] };
    const done = path === 'publish' ? { channel: 'x', id: '77', offset: 311 } : { sessions: 1 };
    if (path === 'explain') this.#answerWith(response, explained);
    else if (path === 'plan') this.#answerWith(response, RELOADS[1]);
    else if (this.mode === 'full') this.#answerWith(response, done);
    else refuse(response, 403, { code: 'forbidden', message: 'operators may only look' });
  }

  #open(path: string, url: URL, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const stream = { url, response };
    this.#streams.add(stream);
    response.on('close', () => this.#streams.delete(stream));
    if (path === 'stream')
      this.#write(response, 'overview', { ...overview(this.mode), row: rowAt(this.#second) });
    if (path === 'console') this.#write(response, 'joined', { position: '0fdd41f7.310', recovered: false });
    if (path !== 'replay') return;
    for (let offset = 301; offset <= 310; offset++)
      this.#write(response, 'publication', publicationRow(offset));
    response.end();
  }

  #write(response: ServerResponse, event: string, data: unknown): void {
    response.write(`event: ${event}\ndata: ${this.#text(data)}\n\n`);
  }

  #answerWith(response: ServerResponse, answer: unknown): void {
    response.writeHead(200, { 'content-type': 'application/json' }).end(this.#text(answer));
  }

  #text(value: unknown): string {
    return JSON.stringify(this.disguise === undefined ? value : disguised(value, this.disguise));
  }

  #answer(path: string, query: URLSearchParams): unknown {
    if (path === 'overview') {
      const rows = Array.from({ length: ROWS }, (_, index) => rowAt(this.#second - ROWS + index));
      return { ...overview(this.mode), series: { step: 1_000, names: FIGURES, rows } };
    }
    if (path.startsWith('sessions/')) return sessionDetail(path.slice('sessions/'.length));
    const answers: Readonly<Record<string, () => unknown>> = {
      sessions: () => sessions(query),
      channels: () => channels(query),
      routes: () => ({ routes: ROUTES }),
      refusals: () => ({ refusals: REFUSALS }),
      slow: () => ({ slow: SLOW }),
      nodes: () => NODES,
      queues: () => ({ queues: QUEUES }),
      reloads: () => ({ reloads: RELOADS }),
      presence: () => PRESENCE,
      history: () => history(query),
    };
    return answers[path]?.();
  }
}

/** One mock for all tests of a file. */
export function useMockAdmin(): () => MockAdmin {
  let mock: MockAdmin | undefined;
  beforeAll(async () => {
    mock = await MockAdmin.start();
  });
  afterAll(() => mock?.stop());
  return () => {
    if (mock === undefined) throw new Error('the mock is started before the first test');
    return mock;
  };
}

function sessions(query: URLSearchParams): unknown {
  const [search, protocol] = [query.get('search') ?? '', query.get('protocol') ?? ''];
  const found = Array.from({ length: SESSIONS }, (_, index) => sessionRow(index)).filter(
    (row) =>
      (protocol === '' || row.protocol === protocol) &&
      [row.id, row.remoteAddress, row.principal.id ?? ''].some((text) => text.includes(search)),
  );
  return { ...page(found, query, (row) => row.id), sessions: pageOf(found, query, (row) => row.id) };
}

function channels(query: URLSearchParams): unknown {
  const rows = CHANNELS.map(channelRow).filter(({ channel }) => channel.includes(query.get('search') ?? ''));
  const by = query.get('sort');
  if (by === 'rate' || by === 'subscribers') rows.sort((a, b) => b[by] - a[by]);
  return { channels: rows, total: rows.length };
}

function history(query: URLSearchParams): unknown {
  const [limit, since] = [Number(query.get('limit')), query.get('since')];
  const first = since === null ? 311 - limit : Number(since) + 1;
  const offsets = Array.from({ length: limit }, (_, index) => first + index).filter(
    (offset) => offset > 210 && offset <= 310,
  );
  return { publications: offsets.map((offset) => publicationRow(offset)) };
}

function pageOf<T>(rows: readonly T[], query: URLSearchParams, nameOf: (row: T) => string): readonly T[] {
  const after = query.get('after');
  const start = after === null ? 0 : rows.findIndex((row) => nameOf(row) === after) + 1;
  return rows.slice(start, start + Number(query.get('limit') ?? 50));
}

function page<T>(rows: readonly T[], query: URLSearchParams, nameOf: (row: T) => string): object {
  const last = pageOf(rows, query, nameOf).at(-1);
  const isLast = last === undefined || last === rows.at(-1);
  return { total: rows.length, ...(!isLast && { next: nameOf(last) }) };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return JSON.parse(Buffer.concat(pieces).toString('utf8'));
}

function refuse(response: ServerResponse, status: number, error: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}

/** An answer with all that others may choose in it as they would. */
function disguised(value: unknown, disguise: (text: string) => string): unknown {
  if (typeof value === 'string') return disguise(value);
  if (Array.isArray(value)) return value.map((each) => disguised(each, disguise));
  if (typeof value !== 'object' || value === null) return value;
  // Ids of users alone, of those of the server.
  const isOurs = (name: string) =>
    OUR_OWN.has(name) || (name === 'id' && !('kind' in value || 'name' in value));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, isOurs(name) ? each : disguised(each, disguise)]),
  );
}
