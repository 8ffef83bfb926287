import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { HttpEndpoint, HttpReply, HttpRequest } from '../core/http.js';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Nothing from elsewhere, nothing inline: text that peers send can never become code. */
const POLICY = "default-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'";

/** Files of this package by the path they are served at. */
const FILES: readonly (readonly [path: string, file: string])[] = [
  ['/', 'public/index.html'],
  ['/page.css', 'public/page.css'],
  ['/page.js', 'public/page.js'],
  ['/sync.js', 'dist/client/sync.js'],
  ['/sync.mjs', 'dist/client/sync.mjs'],
];

/** The page at `/` and the browser client, read once. A file that was not built is not served. */
export function pageEndpoints(): readonly HttpEndpoint[] {
  return FILES.flatMap(([path, file]) => {
    const place = ['../../', '../../../']
      .map((up) => new URL(up + file, import.meta.url))
      .find((url) => existsSync(url));
    return place === undefined ? [] : new FileEndpoint(path, readFileSync(place));
  });
}

class FileEndpoint implements HttpEndpoint {
  readonly method = 'GET';
  readonly path: string;
  readonly bodyLimit = 0;
  readonly #content: Buffer;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(path: string, content: Buffer) {
    const type = path === '/' ? 'html' : (path.split('.').at(-1) ?? '');
    this.path = path;
    this.#content = content;
    this.#headers = {
      'content-type': TYPES[type] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
      etag: `"${createHash('sha256').update(content).digest('base64url')}"`,
      ...(path.startsWith('/sync') && { 'access-control-allow-origin': '*' }),
    };
  }

  handle({ headers }: HttpRequest): HttpReply {
    if (headers['if-none-match'] === this.#headers['etag']) return { status: 304, headers: this.#headers };
    return { status: 200, headers: this.#headers, body: this.#content };
  }
}
