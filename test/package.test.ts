import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from './support/autobahn.js';
import { makeFolder } from './support/folder.js';
import { type Outcome, run, TAP } from './support/run.js';
import { REPOSITORY, ServerProcess } from './support/server.js';
import { until } from './support/until.js';

const SERVICE = `
export const STORE = Symbol('store');

/** Counts notes; one instance for all who inject it. */
export class Store {
  static readonly service = STORE;
  #count = 0;
  next(): number {
    return ++this.#count;
  }
}
`;

const HANDLER = `
import { Payload, type PublishEvent, RouterError, type Session, type Topic, type TopicHandler, type TopicRequest } from 'signalbox';
import { STORE, type Store } from './store.js';

export class Notes implements TopicHandler {
  static readonly handler = 'notes';
  static readonly inject = [STORE];
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  onSubscribe(_session: Session, _topic: Topic, { params }: TopicRequest): void {
    if (params['id'] === 'secret') throw new RouterError('forbidden', 'this note is not for you');
  }

  onPublish(_session: Session, topic: Topic, _request: TopicRequest, { payload }: PublishEvent) {
    if (!(payload instanceof Payload)) throw new Error('another copy of the class');
    return topic.broadcast({ number: this.#store.next(), text: payload.value, typed: Payload.of('x').text });
  }
}
`;

const PLAIN_HANDLER = `
import { RouterError } from 'signalbox';

export class Plain {
  static handler = 'plain';
  onSubscribe(session, topic, { params }) {
    if (params.id === 'secret') throw new RouterError('forbidden', 'plainly not for you');
  }
  onPublish(session, topic, request, { payload }) {
    return topic.broadcast(payload.value);
  }
}
`;

const PERIODIC = `
import { type PeriodicTask, type Publisher, TOKENS } from 'signalbox';

export class Beat implements PeriodicTask {
  static readonly periodic = 'beat';
  static readonly inject = [TOKENS.publisher];
  readonly interval = 50;
  readonly #publisher: Publisher;

  constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  async tick(): Promise<void> {
    await this.#publisher.publish('beat', 'tick');
  }
}
`;

const ROUTING = `
notes: { channel: 'notes/{id}', handler: notes }
plain: { channel: 'plain/{id}', handler: plain }
beat: { channel: 'beat', handler: broadcast }
`;

/** What a program of the user's may write, and what the compiler should know about it. */
const TYPED = `
import { createServer, type RunningServer, RouterError, type TopicHandler } from 'signalbox';
import sync, { createPublisher, createSync, type Sync } from 'signalbox/client';
import { loadRouteTests, type RouteTest, TestServer, testRoute, testUser } from 'signalbox/testing';

export async function typed(): Promise<void> {
  const server: RunningServer = await createServer({ config: 'signalbox.yml' });
  const client: Sync = createSync({ url: server.url });
  client.subscribe('notes/1', (payload: unknown) => payload);
  sync.on('error', ({ code }: { code: string }) => code);
  const { id } = await createPublisher({ url: server.url, key: 'key' }).publish('notes/1', { a: 1 });
  const text: string | null = id;
  const handler: TopicHandler = { onSubscribe: () => undefined };
  const test = new TestServer({ routes: [testRoute('a', 'a')], handlers: { a: handler } });
  await test.connect(testUser('5')).subscribe('a');
  const routeTests: readonly RouteTest[] = await loadRouteTests({ config: 'signalbox.yml' });
  for (const { name, run } of routeTests) if (name !== text) run();
  // @ts-expect-error: a code that does not exist
  throw new RouterError('no_such_code', text ?? '');
}
`;

const PROGRAM = `
import assert from 'node:assert';
import { createServer, RouterError, TOKENS } from 'signalbox';
import sync, { createPublisher, createSync } from 'signalbox/client';
import { loadRouteTests, TestServer, testRoute } from 'signalbox/testing';

for (const thing of [createServer, RouterError, createPublisher, createSync, TestServer, sync.subscribe]) {
  assert.equal(typeof thing, 'function');
}
assert.ok(TOKENS.publisher);
const refusing = { onSubscribe() { throw new RouterError('forbidden', 'no'); } };
const server = new TestServer({ routes: [testRoute('a', 'a')], handlers: { a: refusing } });
await assert.rejects(server.connect().subscribe('a'), { code: 'forbidden' });
for (const { run } of await loadRouteTests()) run();
console.log('fine');
`;

let project: string;
let tarball: string;

function inProject(file: string, args: readonly string[]): Promise<Outcome> {
  return run(file, args, { cwd: project });
}

async function succeed(outcome: Promise<Outcome>): Promise<Outcome> {
  const { code, stdout, stderr } = await outcome;
  expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' });
  return { code, stdout, stderr };
}

beforeAll(async () => {
  project = makeFolder({
    'package.json': '{ "private": true, "type": "module" }',
    'signalbox.yml': 'access: { subscribe: anyone, publish: anyone }\n',
    'routing/websocket_routing.yml': ROUTING,
    'routing/notes.route-test.yml': '- { channel: notes/1, allow: { subscribe: anonymous } }\n',
    'topics/store.ts': SERVICE,
    'topics/notes.ts': HANDLER,
    'topics/plain.js': PLAIN_HANDLER,
    'topics/beat.ts': PERIODIC,
    'topics/notes.test.ts': 'throw new Error("tests are not loaded");\n',
    'typed.ts': TYPED,
    'program.js': PROGRAM,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        lib: ['es2023'],
        module: 'nodenext',
        strict: true,
        noEmit: true,
        types: ['node'],
        typeRoots: [`${REPOSITORY}node_modules/@types`],
      },
      include: ['typed.ts', 'topics'],
      exclude: ['topics/*.test.ts'],
    }),
  });
  const packed = await succeed(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project]),
  );
  tarball = `${project}/${JSON.parse(packed.stdout)[0].filename}`;
  await succeed(inProject('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball]));
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the package, installed by somebody', () => {
  it('has what it needs and nothing else', async () => {
    const { stdout } = await succeed(run('tar', ['-tzf', tarball]));
    const files = stdout
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, ''));
    const places = new Set(files.map((path) => path.split('/')[0]));
    expect([...places].sort()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin',
        'deploy',
        'dist',
        'docs',
        'grafana',
        'package.json',
        'public',
        'templates',
      ].sort(),
    );
    const own = files.filter((path) => !path.startsWith('templates/'));
    expect(
      own.filter((path) => /\.test\.|\.tsbuildinfo$|\.map$|(?<!\.d)\.ts$|(?:^|\/)\./.test(path)),
    ).toEqual([]);
  });

  it('is without fault for publint', async () => {
    const bytes = readFileSync(tarball);
    const { messages } = await publint({
      pack: { tarball: new Uint8Array(bytes).buffer },
      strict: true,
    });
    const manifest = JSON.parse(readFileSync(`${REPOSITORY}package.json`, 'utf8'));
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
  });

  it('is imported by its three doors', async () => {
    expect((await succeed(inProject(process.execPath, ['program.js']))).stdout).toBe('fine\n');
  });

  it('has types for all of them', { timeout: 60_000 }, async () => {
    await succeed(inProject(process.execPath, [`${REPOSITORY}node_modules/typescript/bin/tsc`, '-p', '.']));
  });

  it('is run by npx', async () => {
    const { version } = JSON.parse(readFileSync(`${REPOSITORY}package.json`, 'utf8'));
    const { stdout } = await succeed(inProject('npx', ['--no-install', 'signalbox', '--version']));
    expect(stdout).toBe(`${version}\n`);
    expect((await succeed(inProject('npx', ['--no-install', 'signalbox', 'check']))).stdout).toContain(
      '3 routes',
    );
  });

  it('makes projects that depend on itself, and whose tests pass', { timeout: 180_000 }, async () => {
    const presets = ['basic', 'chat', 'notifications', 'oro'];
    for (const preset of presets)
      await succeed(inProject('npx', ['--no-install', 'signalbox', 'init', preset, '--preset', preset]));
    const name = tarball.slice(project.length + 1);
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(`${project}/basic/package.json`, 'utf8'),
    );
    expect(dependencies).toEqual({ signalbox: `file:vendor/${name}` });
    expect(readFileSync(`${project}/basic/vendor/${name}`)).toEqual(readFileSync(tarball));
    const own = JSON.parse(readFileSync(`${REPOSITORY}package.json`, 'utf8'));
    expect(devDependencies['jiti']).toBe(`^${own.dependencies.jiti}`);
    const tests = presets.flatMap((preset) =>
      readdirSync(`${project}/${preset}/topics`)
        .filter((file) => file.endsWith('.test.ts'))
        .map((file) => `${preset}/topics/${file}`),
    );
    const { stdout } = await succeed(
      inProject(process.execPath, ['--import', 'jiti/register', '--test', TAP, ...tests]),
    );
    expect(stdout).toMatch(/^# pass 10$/m);
  });

  it('serves handlers in TypeScript and JavaScript, services and periodic tasks', async () => {
    const server = await ServerProcess.start({
      config: `${project}/signalbox.yml`,
      command: `${project}/node_modules/signalbox/bin/signalbox.js`,
    });
    onTestFinished(() => server.stop());
    const page = await Autobahn.connect(server.webSocketUrl());
    onTestFinished(() => page.socket.destroy());
    for (const channel of ['notes/1', 'plain/1', 'beat', 'notes/secret', 'plain/secret'])
      page.subscribe(channel);
    await page.settle();
    expect(page.errors.filter(([, id]) => String(id).endsWith('/secret'))).toEqual([
      [
        4,
        'notes/secret',
        'notes/secret',
        'this note is not for you',
        expect.objectContaining({ code: 403, error: 'forbidden' }),
      ],
      [
        4,
        'plain/secret',
        'plain/secret',
        'plainly not for you',
        expect.objectContaining({ code: 403, error: 'forbidden' }),
      ],
    ]);

    for (const text of ['a', 'b']) page.publish('notes/1', text);
    page.publish('plain/1', { as: 'it is' });
    await until(() => page.events('plain/1').length > 0 && page.events('beat').length > 1);
    expect(page.events('notes/1')).toEqual([
      { number: 1, text: 'a', typed: '"x"' },
      { number: 2, text: 'b', typed: '"x"' },
    ]);
    expect(page.events('plain/1')).toEqual([{ as: 'it is' }]);
    expect(page.events('beat').slice(0, 2)).toEqual(['tick', 'tick']);

    const script = await fetch(`${server.url}/sync.mjs`);
    expect([script.status, script.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ]);
    expect((await fetch(`${server.url}/`)).status).toBe(200);
    expect(existsSync(`${project}/.signalbox`)).toBe(false);
  });
});
