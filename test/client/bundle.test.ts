import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { DefaultSync, OroWamp } from '../../src/client/index.js';
import { quiet } from '../support/until.js';
import { eventually, until, useServer } from './kit.js';

const test = useServer();
const old = useServer('wamp');
const script = fileURLToPath(new URL('../../scripts/bundle-client.mjs', import.meta.url));
let out: string;

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'signalbox-client-'));
  execFileSync(process.execPath, [script, '--out', out]);
});

afterAll(() => rmSync(out, { recursive: true }));

interface Globals {
  sync?: DefaultSync;
  signalbox?: { sync: DefaultSync; OroWamp: typeof OroWamp };
}

/** A window; `execute` runs the script in it as a tag, or as a loader that asks for a module does. */
function browser(globals: Record<string, unknown> = {}) {
  const document: { currentScript: unknown; cookie: string } = { currentScript: null, cookie: '' };
  const platform = { WebSocket, URL, console, fetch, setTimeout, clearTimeout, queueMicrotask };
  const window = createContext({ ...platform, document, ...globals }) as Globals & Record<string, unknown>;
  const execute = (dataset: Record<string, string> = {}, attributes: Record<string, string> = {}) => {
    const src = `http://127.0.0.1:${test.server.port}/sync.js`;
    document.currentScript = { src, dataset, getAttribute: (name: string) => attributes[name] ?? null };
    runInContext(readFileSync(join(out, 'sync.js'), 'utf8'), window);
    document.currentScript = null;
  };
  return { window, document, execute };
}

describe('the bundles', () => {
  it.each(['sync.js', 'sync.mjs'])('%s stays within 10,400 bytes gzipped', (name) => {
    expect(gzipSync(readFileSync(join(out, name))).length).toBeLessThanOrEqual(10_400);
  });

  it('that grow over their limit fail the build', () => {
    const { status, stderr } = spawnSync(process.execPath, [script, '--out', out, '--limit', '1000']);
    expect(status).toBe(1);
    expect(String(stderr)).toMatch(/sync\.js is \d+ bytes over its limit/);
  });
});

describe('a script tag', () => {
  it('gives the page a sync that finds the server beside the script', async () => {
    const { window, execute } = browser();
    execute();
    const heard = vi.fn();
    window.sync?.subscribe('oro/ping', heard);
    await until(() => test.server.peers[0]?.channels.has('oro/ping'));
    test.server.broadcast('oro/ping', 'alive');
    await eventually(() => expect(heard).toHaveBeenCalledWith('alive', { channel: 'oro/ping' }));
    expect(test.server.peer.request.url).toBe('/ws');
    expect(window.signalbox?.sync).toBe(window.sync);
    window.sync?.close();
  });

  it('takes url and ticket from its attributes', async () => {
    const { window, execute } = browser();
    execute({ url: `${test.server.url}/deep`, ticket: 'from-the-tag' });
    window.sync?.connect();
    await until(() => test.server.peers.length === 1);
    expect(test.server.peer.request.url).toBe('/ws/deep?ticket=from-the-tag');
    window.sync?.close();
  });

  it('takes the protocol of old servers from its attributes, and the realm of new ones', async () => {
    const [first, second] = [browser(), browser()];
    first.execute({ url: old.server.url, protocol: 'wamp' });
    second.execute({ realm: 'other' });
    first.window.sync?.connect();
    second.window.sync?.connect();
    await until(() => first.window.sync?.state === 'open' && second.window.sync?.state === 'open');
    expect(test.server.peer.received[0]).toMatchObject([1, 'other', {}]);
    first.window.sync?.close();
    second.window.sync?.close();
  });

  it('with data-auto-connect="false" waits for the page', async () => {
    const { window, execute } = browser();
    execute({ autoConnect: 'false' });
    window.sync?.subscribe('a', () => {});
    await quiet();
    expect(window.sync?.state).toBe('idle');
  });

  it('run twice is one sync', () => {
    const { window, execute } = browser();
    execute();
    const first = window.sync;
    execute();
    expect(window.sync).toBe(first);
  });
});

/** An AMD loader in small: modules by name, and what came without one goes to the name that was asked for. */
function loader() {
  const modules = new Map<string, unknown>();
  const anonymous: (() => unknown)[] = [];
  const add = (...args: unknown[]) => {
    const factory = args.pop() as () => unknown;
    if (typeof args[0] === 'string') modules.set(args[0], factory());
    else anonymous.push(factory);
  };
  const define = Object.assign(add, { amd: {} });
  const page = browser({ define });
  /** Loads the script with a script element, as RequireJS does. */
  const load = (name: string) => {
    page.execute({}, { 'data-requiremodule': name });
    if (anonymous.length > 0 && !modules.has(name)) modules.set(name, anonymous[0]?.());
    expect(anonymous.length).toBeLessThanOrEqual(1);
  };
  return { ...page, load, modules, define, anonymous };
}

describe('an AMD loader', () => {
  it("has orosync/js/sync for require(['orosync/js/sync'])", async () => {
    const { load, modules, window } = loader();
    load('orosync/js/sync');
    const sync = modules.get('orosync/js/sync') as DefaultSync;
    const heard = vi.fn();
    sync.subscribe('oro/ping', heard);
    await until(() => test.server.peers[0]?.channels.has('oro/ping'));
    test.server.broadcast('oro/ping', 1);
    await eventually(() => expect(heard).toHaveBeenCalledTimes(1));
    expect(window.sync).toBeUndefined();
    expect(window.signalbox?.sync).toBe(sync);
    sync.close();
  });

  it('has it under any other name it asked by', () => {
    const { load, modules } = loader();
    load('live/updates');
    expect(modules.get('live/updates')).toBe(modules.get('orosync/js/sync'));
    expect(modules.get('live/updates')).toBeTypeOf('function');
  });

  it('beside a plain tag gets named modules only, since an anonymous one is an error there', () => {
    const { execute, modules, anonymous } = loader();
    execute();
    expect([...modules.keys()].sort()).toEqual(['orosync/js/sync', 'orosync/js/sync/wamp']);
    expect(anonymous).toEqual([]);
  });

  it('that runs the text itself, with a define of its own, gets an anonymous module too', () => {
    const { window, define, anonymous, modules } = loader();
    const text = readFileSync(join(out, 'sync.js'), 'utf8');
    window['define'] = undefined;
    runInContext(`(function (define) {${text}\n})`, createContext(window))(define);
    expect(anonymous).toHaveLength(1);
    expect(anonymous[0]?.()).toBe(modules.get('orosync/js/sync'));
  });

  it('runs the page of an OroPlatform unchanged: sync(new Wamp({...}))', async () => {
    const { load, modules, document, window } = loader();
    Object.assign(window, { location: { href: 'http://127.0.0.1/', protocol: 'http:' } });
    document.cookie = 'a=b; _csrf=to%20ken';
    const asked: unknown[] = [];
    window['fetch'] = async (url: URL, request: unknown) => {
      asked.push(url.href, request);
      return { ok: true, json: async () => ({ ticket: 'oro-ticket' }) };
    };
    load('orosync/js/sync');
    load('orosync/js/sync/wamp');
    const sync = modules.get('orosync/js/sync') as DefaultSync;
    const Wamp = modules.get('orosync/js/sync/wamp') as typeof OroWamp;
    const heard = vi.fn();
    sync.configure({ autoConnect: false }).subscribe('oro/maintenance', heard);
    const { port } = old.server;
    const host = '127.0.0.1';
    sync(new Wamp({ secure: false, host, port, path: 'ws', syncTicketUrl: '/sync/ticket' }));
    await until(() => old.server.peers[0]?.channels.has('oro/maintenance'));
    old.server.broadcast('oro/maintenance', { isOn: true });
    await eventually(() => expect(heard).toHaveBeenCalledTimes(1));
    expect(old.server.peer.ticket).toBe('oro-ticket');
    expect(asked).toMatchObject([
      'http://127.0.0.1/sync/ticket',
      { method: 'POST', headers: { 'x-csrf-header': 'to ken', 'x-requested-with': 'XMLHttpRequest' } },
    ]);
    sync.close();
  });
});

describe('the module', () => {
  it('exports sync by name and by default, and the makers; the publisher, whose key is no browser’s, is for Node alone', async () => {
    const module = await import(pathToFileURL(join(out, 'sync.mjs')).href);
    expect(module.default).toBe(module.sync);
    expect(Object.keys(module).sort()).toEqual(['OroWamp', 'SyncError', 'createSync', 'default', 'sync']);
  });
});
