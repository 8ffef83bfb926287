import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { HttpEndpoint, HttpReply, HttpRequest } from '../core/http.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing from elsewhere, nothing inline: text that peers send can never become code. */
const POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/** What is served from the root: the page, and the browser client that the build puts beside the server. */
const FOLDERS = ['public/', 'dist/client/'];

/** What the page has to know of its server. */
interface ServerFacts {
  /** Whether refusals say how they came about. */
  readonly development: boolean;
  /** Whether visitors may be any user. */
  readonly login: boolean;
}

/** The page at `/` and the browser client, read once, and what the page has to know. A folder that was not built is not served. */
export function pageEndpoints(facts: ServerFacts): readonly HttpEndpoint[] {
  const content = Buffer.from(JSON.stringify(facts));
  return [new FileEndpoint('/page/server.json', 'application/json', content), ...fileEndpoints()];
}

function fileEndpoints(): readonly FileEndpoint[] {
  return FOLDERS.flatMap((folder) => {
    const place = ['../../', '../../../']
      .map((up) => new URL(up + folder, import.meta.url))
      .find((url) => existsSync(url));
    return place === undefined ? [] : filesIn(place);
  });
}

function filesIn(folder: URL, prefix = '/'): readonly FileEndpoint[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = prefix + entry.name;
    if (entry.isDirectory()) return filesIn(new URL(`${entry.name}/`, folder), `${path}/`);
    const type = TYPES[extname(entry.name)];
    return type === undefined ? [] : new FileEndpoint(path, type, readFileSync(new URL(entry.name, folder)));
  });
}

class FileEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path: string;
  readonly bodyLimit = 0;
  readonly #content: Buffer;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(path: string, type: string, content: Buffer) {
    this.path = path === '/index.html' ? '/' : path;
    this.#content = content;
    this.#headers = {
      'content-type': type,
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer', // the address of the page may hold a ticket
      'cache-control': 'no-cache',
      etag: `"${createHash('sha256').update(content).digest('base64url')}"`,
      ...(path.startsWith('/sync.') && { 'access-control-allow-origin': '*' }),
    };
  }

  handle({ headers }: HttpRequest): HttpReply {
    if (headers['if-none-match'] === this.#headers['etag']) return { status: 304, headers: this.#headers };
    return { status: 200, headers: this.#headers, body: this.#content };
  }
}
