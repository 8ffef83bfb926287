import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createContainer } from '../../src/app/container.js';
import type { OfferedClass, Offers } from '../../src/app/handler-class.js';
import type { Plan } from '../../src/app/plan.js';
import { Reloading } from '../../src/app/reloading.js';
import { digestSettings } from '../../src/app/settings-digest.js';
import { PARTS, TOKENS } from '../../src/app/tokens.js';
import { loadSettings } from '../../src/config/index.js';
import type { Route } from '../../src/core/route.js';
import { testRoute } from '../../src/testing.js';
import { testFolder } from '../support/folder.js';

const WORDS = Symbol('words');
const SECRET = 'a ticket secret that nobody is told';

/** Each call gives another class, as a changed file does. */
const wordsOf = (text: string) =>
  class Words {
    static readonly service = WORDS;
    readonly text = text;
  };
const loginsOf = (role: string) => {
  // biome-ignore lint/security/noGlobalEval: the text of a class is what says whether it has changed.
  return eval(`(class Logins { find(id) { return { id, roles: ['${role}'] }; } })`);
};

class Alone {
  onPublish() {}
}
class Injected {
  static readonly inject = [WORDS];
  readonly words: { readonly text: string };
  constructor(words: { readonly text: string }) {
    this.words = words;
  }
}
class Strict {
  readonly access = { subscribe: ['owner'] };
}
class Lax {
  readonly access = { subscribe: ['user'] };
  onSubscribe() {}
}

interface Version {
  readonly settings?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly routes?: readonly Route[];
  readonly handlers?: Readonly<Record<string, OfferedClass>>;
  readonly periodic?: Readonly<Record<string, OfferedClass>>;
  readonly services?: ReadonlyMap<symbol, OfferedClass>;
}

async function planOf({ settings = '', env = {}, ...version }: Version): Promise<Plan> {
  const file = join(testFolder({ 'signalbox.yml': `log: { level: silent }\n${settings}` }), 'signalbox.yml');
  const offered = (classes: Iterable<readonly [unknown, OfferedClass]>) =>
    new Map([...classes].map(([name, one]) => [name, { class: one, file: 'app.ts' }]));
  const offers = {
    handlers: offered(Object.entries(version.handlers ?? {})),
    periodic: offered(Object.entries(version.periodic ?? {})),
    services: offered(version.services ?? []),
  };
  const routes =
    version.routes ?? Object.keys(version.handlers ?? {}).map((name) => testRoute(name, `${name}/{id}`));
  const { settings: read, overridden } = await loadSettings({ file, env });
  return { settings: read, routes, offers: offers as unknown as Offers, overridden };
}

/** A server that is built and does not listen. */
async function build(first: Version) {
  let next = first;
  const plan = await planOf(first);
  const container = createContainer(plan);
  const reloading = new Reloading(container, plan, async () => ({ plan: await planOf(next), findings: [] }));
  const handler = (name: string) => container.get(PARTS.realms).main.routing.handlers.get(name);
  return {
    container,
    reloading,
    handler,
    reload: (version: Version) => {
      next = version;
      return reloading.reload();
    },
    foresee: async (version: Version) => {
      const draft = await planOf(version);
      return reloading.foresee({ settings: digestSettings(draft) });
    },
  };
}

describe('a service of the application', () => {
  const version = (words: OfferedClass) => ({
    handlers: { alone: Alone, injected: Injected },
    services: new Map([[WORDS, words]]),
  });

  it('is made anew where its class is another one, with the handlers that inject it and no others', async () => {
    const before = wordsOf('before');
    const { reload, handler } = await build(version(before));
    const [alone, injected] = [handler('alone'), handler('injected')];
    expect(await reload(version(before))).toMatchObject({ handlers: [] });
    expect(handler('injected')).toBe(injected);
    expect(await reload(version(wordsOf('after')))).toMatchObject({ handlers: ['injected'], restart: [] });
    expect(handler('alone')).toBe(alone);
    expect(handler('injected')).toMatchObject({ words: { text: 'after' } });
  });

  it('that tells who peers are is named among what needs a restart, where it says something else', async () => {
    const offering = (role: string) => ({ services: new Map([[TOKENS.logins as symbol, loginsOf(role)]]) });
    const { reload } = await build(offering('member'));
    expect(await reload(offering('member'))).toMatchObject({ restart: [] });
    expect(await reload(offering('admin'))).toMatchObject({ restart: ['service logins'] });
    expect(await reload({})).toMatchObject({ restart: ['service logins'] });
    expect(await reload({ services: new Map([[TOKENS.accounts as symbol, Alone]]) })).toMatchObject({
      restart: ['service accounts', 'service logins'],
    });
    expect(await reload(offering('member'))).toMatchObject({ restart: [] });
  });
});

describe('a periodic task', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('runs as it is now: one that stays is not started again, one that has gone stops', async () => {
    const runs: string[] = [];
    const task = (name: string, interval: number) =>
      class {
        static readonly periodic = name;
        readonly interval = interval;
        tick() {
          runs.push(`${name} ${interval}`);
        }
      };
    const [staying, going] = [task('stays', 40), task('goes', 10)];
    const { reload, reloading } = await build({
      periodic: { stays: staying, goes: going, changes: task('changes', 25) },
    });
    await vi.advanceTimersByTimeAsync(30);
    expect(runs).toEqual(['goes 10', 'goes 10', 'changes 25', 'goes 10']);
    runs.length = 0;
    await reload({ periodic: { stays: staying, changes: task('changes', 15), comes: task('comes', 20) } });
    await vi.advanceTimersByTimeAsync(20);
    expect(runs).toEqual(['stays 40', 'changes 15', 'comes 20']);
    reloading.stop();
    runs.length = 0;
    await vi.advanceTimersByTimeAsync(100);
    expect(runs).toEqual([]);
  });
});

describe('settings that a reload takes over', () => {
  it('are in force when it is done, and are named', async () => {
    const { reload, container } = await build({ settings: 'origins: [https://old.example]' });
    const [origins, logger] = [container.get(PARTS.origins), container.get(TOKENS.logger)];
    const report = await reload({
      settings: 'origins: [https://new.example]\ntopics: { greeting: broadcast }',
    });
    expect(report).toMatchObject({ settings: ['origins', 'topics.greeting'], restart: [] });
    expect(() => origins.check('https://new.example')).not.toThrow();
    expect(() => origins.check('https://old.example')).toThrow('is not allowed');
    expect(await reload({ settings: 'origins: [https://new.example]' })).toMatchObject({
      settings: ['topics.greeting'],
    });
    expect(logger).toMatchObject({ level: 'silent' });
  });

  it('are not those that need a restart, which go on being named until there is one', async () => {
    const { reload } = await build({ settings: `auth: { secret: ${SECRET} }` });
    const changed = { settings: `auth: { secret: another ${SECRET} }\nlimits: { message: 32kb }` };
    for (let i = 0; i < 2; i++)
      expect(await reload(changed)).toMatchObject({
        settings: [],
        restart: ['auth.secret', 'limits.message'],
      });
    expect(await reload({ settings: `auth: { secret: ${SECRET} }` })).toMatchObject({ restart: [] });
  });
});

describe('settings of which a server is told digests alone', () => {
  it('are compared with those that it runs with, wherever their folder is', async () => {
    const { foresee } = await build({ settings: 'limits: { message: 64kb }\nstore: { path: var/a.db }' });
    expect(await foresee({ settings: 'store: { path: var/a.db }' })).toMatchObject({
      applied: true,
      settings: [],
      restart: [],
    });
    const other =
      'origins: [https://a.example]\nlimits: { message: 32kb }\nstore: { path: var/b.db }\npages: .';
    expect(await foresee({ settings: other })).toMatchObject({
      settings: ['origins'],
      restart: ['limits.message', 'store.path', 'pages'],
    });
  });

  it('are named as a section where that is new, and one by one where it is not', async () => {
    const { foresee } = await build({ settings: "auth: { keys: { shop: 'a key of the shop alone' } }" });
    const keys = "keys: { shop: 'a key of the shop alone', site: 'a key of the site alone' }";
    const jwt = "jwt: { algorithms: [HS256], audience: live, secret: 'a secret of those who issue tokens' }";
    expect(await foresee({ settings: `auth: { ${keys}, ${jwt} }` })).toMatchObject({
      restart: ['auth.keys.site', 'auth.jwt'],
    });
  });

  it('are not compared where the environment says them, here or there', async () => {
    const env = { SIGNALBOX_SECRET: SECRET, SIGNALBOX_LIMITS_MESSAGE: '16kb' };
    const { foresee } = await build({ env });
    expect(await foresee({ settings: 'limits: { message: 32kb }' })).toMatchObject({ restart: [] });
    expect(await foresee({ env: { SIGNALBOX_LIMITS_BODY: '2mb' } })).toMatchObject({ restart: [] });
  });

  it('are not compared with secrets that the server has made for itself', async () => {
    const plan = await planOf({});
    const { settings } = plan;
    const made = { ...settings, auth: { ...settings.auth, secret: SECRET } };
    const container = createContainer({ ...plan, settings: made, written: settings });
    const reloading = new Reloading(container, { ...plan, settings: made, written: settings }, undefined);
    expect(await reloading.foresee({ settings: digestSettings(plan) })).toMatchObject({ restart: [] });
  });

  it('cannot be read from them, and are others each time', async () => {
    const plan = await planOf({ settings: `auth: { secret: ${SECRET} }` });
    const [one, two] = [digestSettings(plan), digestSettings(plan)];
    expect(JSON.stringify(one)).not.toContain(SECRET);
    expect(one.digests['auth.secret']).toMatch(/^[\w-]{43}$/);
    const both = Object.keys(one.digests).filter((name) => one.digests[name] === two.digests[name]);
    expect(both).toEqual([]);
  });
});

describe('handlers of routes that a server is told of', () => {
  const room = (handler: string) => testRoute('room', 'room/{id}', { handler });
  const demands = (of: string, asks = false) => ({ access: { subscribe: [of] }, asks });

  it('are said to demand something else, or not to be there', async () => {
    const { reloading } = await build({ handlers: { strict: Strict }, routes: [room('strict')] });
    const foresee = (handler: string, handlers?: Record<string, ReturnType<typeof demands>>) =>
      reloading.foresee({ routes: [room(handler)], handlers });
    expect(await foresee('strict')).toMatchObject({ handlers: [], demands: [] });
    expect(await foresee('strict', { strict: demands('owner') })).toMatchObject({
      handlers: [],
      demands: [],
    });
    expect(await foresee('strict', { strict: demands('user') })).toMatchObject({
      handlers: ['strict'],
      demands: [
        {
          handler: 'strict',
          routes: ['room'],
          before: { subscribe: ['owner'] },
          after: { subscribe: ['user'] },
        },
      ],
    });
    const [known] = (await foresee('fresh', { fresh: demands('user') })).demands;
    expect(known).toEqual({
      handler: 'fresh',
      routes: ['room'],
      before: undefined,
      after: { subscribe: ['user'] },
    });
    const [unknown] = (await foresee('constructor', {})).demands;
    expect(unknown).toMatchObject({ handler: 'constructor', before: undefined, after: undefined });
  });

  it('are told of in a reload, too, where they are there', async () => {
    const { reload } = await build({ handlers: { chat: Strict } });
    expect(await reload({ handlers: { chat: Lax, more: Lax } })).toMatchObject({
      handlers: ['chat', 'more'],
      demands: [{ handler: 'chat', before: { subscribe: ['owner'] }, after: { subscribe: ['user'] } }],
    });
  });

  it('are refused with a demand that nobody understands', async () => {
    const { reloading } = await build({});
    const report = await reloading.foresee({ routes: [room('a')], handlers: { a: demands('user.id ==') } });
    expect(report).toMatchObject({
      applied: false,
      reason: expect.stringContaining('of handler a, "user.id =="'),
    });
  });

  it('are refused with an expression that a channel could keep busy', async () => {
    const { reloading } = await build({});
    const requirements = { id: { pattern: '(a+)+b', wildcard: false } };
    const report = await reloading.foresee({ routes: [testRoute('evil', 'x/{id}', { requirements })] });
    expect(report).toMatchObject({ applied: false, findings: [{ code: 'catastrophic-regex' }] });
  });
});
