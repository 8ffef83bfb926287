import { existsSync, readFileSync } from 'node:fs';
import type { HttpEndpoint } from '../core/http.js';
import { FileEndpoint } from './file-endpoint.js';

/** Nothing but the files beside it and the server itself: what peers send can never become code, and no page can frame it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ');

const FILES = [
  { name: 'index.html', path: '/admin', type: 'text/html; charset=utf-8' },
  { name: 'app.js', path: '/admin/app.js', type: 'text/javascript; charset=utf-8' },
  { name: 'app.css', path: '/admin/app.css', type: 'text/css; charset=utf-8' },
];

/** The page of /admin, which holds no secret: it asks for the key. Nothing where it was not built. */
export function adminPageEndpoints(folder = builtFolder()): readonly HttpEndpoint[] {
  if (folder === undefined) return [];
  return FILES.map(({ name, path, type }) => {
    const content = readFileSync(new URL(name, folder));
    return new FileEndpoint({ path, type, content, policy: POLICY });
  });
}

/** Where the build puts it, seen from here and from what is built of this. */
function builtFolder(): URL | undefined {
  return ['../../dist/admin/', '../../../dist/admin/']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(new URL('index.html', url)));
}
