import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { makeFolder } from './folder.js';
import { KEY, REPOSITORY, testEnvironment } from './server.js';
import type { Snippet } from './snippets.js';

/** The application of this repository, with what the pages speak of beside it. */
export function settingsOfRequests(): string {
  const own = parse(readFileSync(`${REPOSITORY}signalbox.yml`, 'utf8'));
  const routing = `
news: { channel: 'news/{name}', handler: broadcast, history: { size: 10, ttl: 1h } }
doc: { channel: 'doc/{id}', handler: broadcast, presence: true }
`;
  const folder = makeFolder({ 'routes.yml': routing, 'signalbox.yml': '' });
  const settings = {
    ...own,
    routing: [`${REPOSITORY}routing`, 'routes.yml'],
    topics: { ...own.topics, handlers: `${REPOSITORY}topics` },
    listen: {},
    store: { path: `${folder}/log.db` },
    auth: {
      logins: { ...own.auth.logins, ann: { secret: 'her-password' } },
      keys: { shop: { env: 'SHOP_API_KEY' } },
      secret: { env: 'SIGNALBOX_SECRET' },
    },
  };
  writeFileSync(`${folder}/signalbox.yml`, stringify(settings));
  return `${folder}/signalbox.yml`;
}

/** The JSON that a page shows below a request, if it is one. */
export function answerTo(snippet: Snippet, line: string): object | undefined {
  const shown = snippet.code.replaceAll(/\\\n\s*/g, ' ').split('\n');
  const next = shown[shown.findIndex((text) => text.includes(line)) + 1] ?? '';
  return next.startsWith('{') ? (JSON.parse(next) as object) : undefined;
}

/** Has a shell send a request; streams are left after a while. */
export async function send(line: string): Promise<{ readonly status: string; readonly body: string }> {
  const script = `curl() { command curl -sS --max-time 2 -w '\n%{http_code}' "$@" || [[ $? == 28 ]]; }\n${line}`;
  const env = testEnvironment({ SHOP_API_KEY: KEY });
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env });
  const at = stdout.lastIndexOf('\n');
  return { status: stdout.slice(at + 1), body: stdout.slice(0, at) };
}
