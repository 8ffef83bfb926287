import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { RouterError } from '../core/errors.js';
import type { HttpEndpoint, HttpReply, HttpRequest } from '../core/http.js';
import { PAGE_TYPES } from './page-types.js';

/** A file as it was when it was read. */
interface Page {
  readonly content: Buffer;
  readonly etag: string;
}

/** What was read of a file, or is being read; all who ask meanwhile share it. */
interface Kept {
  /** Changes with the file. */
  readonly stamp: string;
  readonly size: number;
  readonly page: Promise<Page>;
}

/** One step of a path: no hidden file, nothing that another system reads as a step up or as a drive. */
const STEP = /^[\p{L}\p{N}_~@+,=()! -][\p{L}\p{N}_.~@+,=()! -]*$/u;
/** Steps, and characters of one. */
const DEEPEST = 16;
const LONGEST = 128;
/** Goes behind the end of a page, where browsers take it as its last element. A module that is named twice runs once. */
const WATCH = Buffer.from('<script type="module" src="/dev.js"></script>\n');
/** How many times `limits.page` is kept in memory, so that a page is not read for each visitor. */
const MOST_KEPT = 4;

/**
 * The application's own pages: every file of a folder whose type is known, read when it is asked for. Nothing hidden, nothing
 * that a link leads out of the folder to, nothing over `limits.page`.
 */
export class PageFolder implements HttpEndpoint {
  readonly method = 'GET';
  readonly path = '';
  readonly below = true;
  readonly bodyLimit = 0;
  readonly #folder: string;
  readonly #limit: number;
  readonly #watched: boolean;
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  /** `folder` is absolute, `limit` in octets; `watched` pages show what is wrong while their application is written. */
  constructor(folder: string, limit: number, watched = false) {
    this.#folder = folder;
    this.#limit = limit;
    this.#watched = watched;
  }

  async handle({ url, headers }: HttpRequest): Promise<HttpReply> {
    const file = fileOf(url.pathname);
    const type = file === undefined ? undefined : PAGE_TYPES[extname(file)];
    if (file === undefined || type === undefined) throw nothingAt(url.pathname);
    const { content, etag } = await this.#page(file, url.pathname);
    const reply = {
      'content-type': type,
      'referrer-policy': 'no-referrer', // the address of a page may hold a ticket
      'cache-control': 'no-cache',
      etag,
    };
    if (headers['if-none-match'] === etag) return { status: 304, headers: reply };
    return { status: 200, headers: reply, body: content };
  }

  async #page(file: string, asked: string): Promise<Page> {
    const real = await this.#locate(file);
    const found = real === undefined ? undefined : await stat(real).catch(() => undefined);
    if (real === undefined || found === undefined || !found.isFile()) throw nothingAt(asked);
    if (found.size > this.#limit)
      throw new RouterError('payload_too_large', `${asked} is over limits.page of ${this.#limit} bytes`, {
        limit: 'limits.page',
      });
    return this.#keep(real, found);
  }

  /** Where a file really is; a link is followed where it stays within the folder. */
  async #locate(file: string): Promise<string | undefined> {
    try {
      const [root, real] = await Promise.all([realpath(this.#folder), realpath(join(this.#folder, file))]);
      return real.startsWith(root + sep) ? real : undefined;
    } catch {
      return undefined;
    }
  }

  /** Many who ask for one file at once would otherwise have a copy each. */
  #keep(real: string, { mtimeMs, size }: Stats): Promise<Page> {
    const stamp = `${mtimeMs} ${size}`;
    const kept = this.#kept.get(real);
    if (kept?.stamp === stamp) return kept.page;
    this.#size += size - (kept?.size ?? 0);
    if (this.#size > MOST_KEPT * this.#limit) {
      this.#kept.clear();
      this.#size = size;
    }
    const page = read(real, this.#watched);
    this.#kept.set(real, { stamp, size, page });
    // Who asks next tries again.
    page.catch(() => this.#forget(real, page));
    return page;
  }

  #forget(real: string, page: Promise<Page>): void {
    const kept = this.#kept.get(real);
    if (kept?.page !== page) return;
    this.#kept.delete(real);
    this.#size -= kept.size;
  }
}

async function read(file: string, watched: boolean): Promise<Page> {
  const written = await readFile(file);
  const content = watched && isHtml(file) ? Buffer.concat([written, WATCH]) : written;
  return { content, etag: `"${createHash('sha256').update(content).digest('base64url')}"` };
}

function isHtml(file: string): boolean {
  return PAGE_TYPES[extname(file)]?.startsWith('text/html') === true;
}

/** The file that a path names, relative to the folder; undefined where none may be named so. */
function fileOf(path: string): string | undefined {
  const steps = decoded(path)?.split('/').slice(1);
  if (steps === undefined || steps.length > DEEPEST) return undefined;
  if (steps.at(-1) === '') steps[steps.length - 1] = 'index.html';
  const fits = steps.every((step) => step.length <= LONGEST && STEP.test(step));
  return fits ? steps.join('/') : undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function nothingAt(path: string): RouterError {
  return new RouterError('no_such_route', `nothing is served at ${path}`, {
    hint: 'pages names the folder of the files that are served; see docs/settings.md for the other paths',
  });
}
