import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { HttpEndpoint } from '../core/http.js';
import { FileEndpoint } from './file-endpoint.js';
import { PageFolder } from './page-folder.js';
import { PAGE_TYPES } from './page-types.js';

/** Nothing from elsewhere, nothing inline: text that peers send can never become code. */
const POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/** The browser client, which the build puts beside the server. */
const CLIENT = 'dist/client/';
/** The page at `/` of a server whose application has none. */
const OWN_PAGE = 'public/';
/** Served while an application is developed alone. */
const WATCHING = '/dev.js';

/** What the page has to know of its server. */
interface ServerFacts {
  /** Whether refusals say how they came about. */
  readonly development: boolean;
  /** Whether visitors may be any user. */
  readonly login: boolean;
  /** Whether files are taken over as they are saved, and pages told of it. */
  readonly watched: boolean;
}

/** The application's own pages. */
interface OwnPages {
  /** Absolute; undefined where it has none. */
  readonly folder: string | undefined;
  /** Octets of a file. */
  readonly limit: number;
}

/**
 * The browser client, and the application's own pages or, without any, the page at `/` with what it has to know. A folder
 * that was not built is not served.
 */
export function pageEndpoints(facts: ServerFacts, { folder, limit }: OwnPages): readonly HttpEndpoint[] {
  const own = fileEndpoints(OWN_PAGE).filter(({ path }) => path !== WATCHING);
  const client = [...fileEndpoints(CLIENT), ...(facts.watched ? watching() : [])];
  if (folder !== undefined) return [...client, new PageFolder(folder, limit, facts.watched)];
  const content = Buffer.from(JSON.stringify(facts));
  const page = served('/page/server.json', 'application/json', content);
  return [page, ...own, ...client];
}

/** What shows findings in pages. */
function watching(): readonly FileEndpoint[] {
  return fileEndpoints(OWN_PAGE).filter(({ path }) => path === WATCHING);
}

function fileEndpoints(folder: string): readonly FileEndpoint[] {
  const place = ['../../', '../../../']
    .map((up) => new URL(up + folder, import.meta.url))
    .find((url) => existsSync(url));
  return place === undefined ? [] : filesIn(place);
}

function filesIn(folder: URL, prefix = '/'): readonly FileEndpoint[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = prefix + entry.name;
    if (entry.isDirectory()) return filesIn(new URL(`${entry.name}/`, folder), `${path}/`);
    const type = PAGE_TYPES[extname(entry.name)];
    return type === undefined ? [] : served(path, type, readFileSync(new URL(entry.name, folder)));
  });
}

function served(path: string, type: string, content: Buffer): FileEndpoint {
  const headers = path.startsWith('/sync.') ? { 'access-control-allow-origin': '*' } : {};
  return new FileEndpoint({
    path: path === '/index.html' ? '/' : path,
    type,
    content,
    policy: POLICY,
    headers,
  });
}
