import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type GosHandler, type GosInstallation, type GosNote, loadRouting } from '../../config/index.js';
import type { Route } from '../../core/route.js';
import type { NewFile } from '../templates.js';
import { copiesOf, misplaced, type RoutingCopy } from './copies.js';
import { isBuiltIn, topicEntry } from './known-topics.js';
import { migratedSettings } from './migrated-settings.js';
import { type Stub, stubOf } from './stub.js';

/** What an installation becomes. */
export interface Migration {
  /** Settings, routes and classes; the report is made when they have been checked. */
  readonly files: readonly NewFile[];
  readonly notes: readonly GosNote[];
  /** What each route was read from and goes to. */
  readonly copies: readonly RoutingCopy[];
  /** How many handlers are built-in classes here, how many were written, and how many are stubs. */
  readonly builtIn: number;
  readonly written: number;
  readonly stubs: number;
}

const ACCESS = { subscribe: ['user'], publish: ['backend'] };

/** Takes over what can be, and says what cannot. */
export async function migrate(installation: GosInstallation): Promise<Migration> {
  const copies = copiesOf(installation.routing);
  const listed = installation.routing.filter(({ importedBy }) => importedBy === undefined);
  const sources = listed.map(({ path }) => path);
  const { routes: read } = await loadRouting({ sources, defaultAccess: ACCESS });
  const routes = read.map((route) => placed(route, installation.routing));
  const routing = await Promise.all(
    installation.routing.map(async ({ path }, i) => ({
      path: copies[i]?.to ?? '',
      text: await readFile(path, 'utf8'),
    })),
  );
  const handlers = lastOfEach(installation.handlers);
  const named = handlers.filter((handler) => handler.kind === 'topic' && isBuiltIn(handler));
  const stubs = unique(handlers.filter((handler) => !named.includes(handler)).flatMap(stubsOf));
  const orphans = orphansOf(routes, handlers);
  const topics = named.map((handler) => [handler.name ?? '', topicEntry(handler)] as const);
  const settings = migratedSettings(installation, {
    routing: copies.slice(0, listed.length).map(({ to }) => to),
    topics,
    hasStubs: stubs.length > 0,
  });
  return {
    files: [{ path: 'signalbox.yml', text: settings }, ...routing, ...stubs],
    notes: [
      ...notesOf(named, stubs, handlers),
      ...orphans,
      ...misplaced(copies),
      ...publishers(routes, handlers),
      ...installation.notes,
    ],
    copies,
    builtIn: named.length,
    written: stubs.filter(({ isWhole }) => isWhole).length,
    stubs: stubs.filter(({ isWhole }) => !isWhole).length,
  };
}

/** Its file as it is called in the installation. */
function placed(route: Route, routing: GosInstallation['routing']): Route {
  const { source } = route;
  const found = routing.find(({ path }) => source !== undefined && path === resolve(source.file));
  return source === undefined || found === undefined
    ? route
    : { ...route, source: { ...source, file: found.file } };
}

/** Two of one name: the later one held. */
function lastOfEach(handlers: readonly GosHandler[]): readonly GosHandler[] {
  const last = new Map(
    handlers.map((handler) => [`${handler.kind} ${handler.name ?? handler.class}`, handler]),
  );
  return [...last.values()];
}

function stubsOf(handler: GosHandler): readonly Stub[] {
  return [stubOf(handler, handler.name ?? handler.class.replaceAll('\\', '.'))];
}

/** Classes of one short name in files of their own. */
function unique(stubs: readonly Stub[]): readonly Stub[] {
  const seen = new Map<string, number>();
  return stubs.map((stub) => {
    const count = (seen.get(stub.path) ?? 0) + 1;
    seen.set(stub.path, count);
    if (count === 1) return stub;
    const path = stub.path.replace(/\.ts$/, `-${count}.ts`);
    return { ...stub, path, todo: stub.todo.replace(stub.path, path) };
  });
}

/** Names that routes use and nobody registers; a client stayed subscribed there and heard nothing. */
function orphansOf(routes: readonly Route[], handlers: readonly GosHandler[]): readonly GosNote[] {
  const known = new Set(handlers.flatMap(({ name }) => name ?? []));
  return routes.flatMap(({ name, handler, source }) =>
    handler === undefined || known.has(handler)
      ? []
      : [
          {
            kind: 'todo' as const,
            at: source,
            text: `route ${name} names handler ${handler}, which no service was found for: write a class, or give the name one below \`topics:\``,
          },
        ],
  );
}

/** Who could publish there by Gos's rules, and cannot by ours unless the route says so. */
function publishers(routes: readonly Route[], handlers: readonly GosHandler[]): readonly GosNote[] {
  const topics = handlers.filter(
    ({ kind, php }) => kind === 'topic' && php?.methods.some(({ name }) => name === 'onPublish'),
  );
  const open = new Set(topics.flatMap(({ name }) => name ?? []));
  return routes
    .filter(({ handler }) => handler !== undefined && open.has(handler))
    .map(({ name, source }) => ({
      kind: 'differs' as const,
      at: source,
      text: `every client could publish to ${name}; now back ends alone may: if pages do, write \`access: { publish: user }\``,
    }));
}

function notesOf(
  named: readonly GosHandler[],
  stubs: readonly Stub[],
  handlers: readonly GosHandler[],
): readonly GosNote[] {
  const taken = named.map((handler) => ({
    kind: 'taken' as const,
    at: handler.at,
    text: `${handler.name} (${handler.class}) is the built-in class ${topicEntry(handler)}`,
  }));
  const others = handlers.filter((handler) => !named.includes(handler));
  const todo = stubs.map(({ todo: text, isWhole }, i) => {
    const { php, at } = others[i] ?? {};
    const kind = isWhole ? ('taken' as const) : ('todo' as const);
    return { kind, at: php === undefined ? at : { file: php.file, line: php.line }, text };
  });
  return [...taken, ...todo];
}
