import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { mintTicket } from '../../src/authenticators/index.js';
import { temporaryFolder } from './run-folder.js';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
export const COMMAND = `${REPOSITORY}bin/signalbox.js`;
export const KEY = 'a-back-end-key-for-tests-only';
export const SECRET = 'a ticket secret of forty characters, for tests';

const READY = /^signalbox ready (\S+)$/m;
const ALL_READY = new RegExp(READY, 'gm');
const PATIENCE = 50_000;

/** For this repository's settings, which name ports, beside a port that is not picked by the system. */
const FREE_PORTS = { SIGNALBOX_STOMP_PORT: '0', SIGNALBOX_XMLSOCKET_PORT: '0' };

export interface ServerOptions {
  /** A settings file; without it that of this repository. */
  readonly config?: string;
  /** Environment variables such as `SIGNALBOX_LIMITS_DRAIN`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** `serve` unless given. */
  readonly verb?: 'serve' | 'dev';
  /** The program to start in place of this repository's own. */
  readonly command?: string;
  /** The Node that runs it; the one of the tests unless given. */
  readonly node?: string;
}

/** A machine that is busy with other tests is no load of the server: it would refuse peers, rightly. */
const UNHURRIED = { SIGNALBOX_LIMITS_LOOP_DELAY: 'false' };

/** Below it are the stores of servers that run this repository's application. Outside of a run of tests it goes with the process. */
let stores: string | undefined;
let started = 0;

/** A file that no other server has. */
function storePath(): string {
  if (stores === undefined) {
    const folder = temporaryFolder('stores');
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    stores = folder;
  }
  return join(stores, `${++started}.db`);
}

/** An environment that tests run commands in: nothing of the surrounding SIGNALBOX_* variables is inherited. */
export function testEnvironment(env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SIGNALBOX_'));
  return {
    ...Object.fromEntries(inherited),
    NO_COLOR: '1',
    SIGNALBOX_API_KEY: KEY,
    SIGNALBOX_SECRET: SECRET,
    ...env,
  };
}

/** The built server as a process of its own, on a free port of loopback. */
export class ServerProcess {
  readonly process: ChildProcess;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Such as `http://127.0.0.1:40123`. */
  url = '';
  stdout = '';
  stderr = '';

  private constructor(process: ChildProcess) {
    this.process = process;
    process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exit = once(process, 'close').then(([code, signal]) => ({ code, signal }));
  }

  /** Resolves when the server takes connections; throws with its output if it ends before. */
  static async start({
    config,
    env,
    args = [],
    command = COMMAND,
    verb = 'serve',
    node = process.execPath,
  }: ServerOptions = {}): Promise<ServerProcess> {
    if (!existsSync(`${REPOSITORY}dist/src/app/cli/index.js`)) {
      throw new Error('nothing is built: run npm run build, or npm test, which does it');
    }
    const file = config ?? `${REPOSITORY}signalbox.yml`;
    const others = config === undefined && args.includes('--port') ? FREE_PORTS : {};
    const store = config === undefined ? { SIGNALBOX_STORE_PATH: storePath() } : {};
    const child = spawn(
      node,
      [command, verb, '--config', file, '--host', '127.0.0.1', '--port', '0', ...args],
      {
        cwd: REPOSITORY,
        env: testEnvironment({ ...UNHURRIED, ...others, ...store, ...env }),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const server = new ServerProcess(child);
    await server.#ready();
    return server;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** All addresses, as in `{ http: 'http://127.0.0.1:40123', stomp: 'stomp://127.0.0.1:40124' }`. */
  get urls(): Readonly<Record<string, string>> {
    const addresses = [...this.stdout.matchAll(ALL_READY)].map(([, url = '']) => url);
    return Object.fromEntries(addresses.map((url) => [url.slice(0, url.indexOf(':')), url]));
  }

  /** The port of a protocol that has one of its own, such as `stomp`; throws where there is none. */
  portOf(scheme: string): number {
    const url = this.urls[scheme];
    if (url === undefined) throw new Error(`the server has no port for ${scheme}:\n${this.stdout}`);
    return Number(new URL(url).port);
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** The address for WebSocket clients, with a ticket of the user if one is named. */
  webSocketUrl(user?: string, organizations: readonly string[] = []): string {
    const ticket = user === undefined ? '' : `?ticket=${this.ticket(user, organizations)}`;
    return `${this.url.replace('http', 'ws')}/ws${ticket}`;
  }

  ticket(user: string, organizations: readonly string[] = []): string {
    return mintTicket({ user, organizations, ttl: 60_000 }, SECRET);
  }

  /** `POST /api/publish` with the back-end key. */
  publish(
    channel: string,
    payload: unknown,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<Response> {
    return fetch(`${this.url}/api/publish`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel, payload, ...more }),
    });
  }

  /** One figure of `/metrics`, summed over its labels; 0 if it is not there yet. */
  async metric(name: string): Promise<number> {
    const response = await fetch(`${this.url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
    const lines = (await response.text()).split('\n');
    const figures = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return figures.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** Ends the server at once, whatever state it is in. */
  async stop(): Promise<void> {
    if (this.running) this.process.kill('SIGKILL');
    await this.exit;
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (this.url === '') {
      const [, url] = READY.exec(this.stdout) ?? [];
      if (url !== undefined) this.url = url;
      else if (!this.running || Date.now() > deadline) {
        await this.stop();
        throw new Error(`the server did not start:\n${this.stdout}${this.stderr}`);
      } else await sleep(10);
    }
  }
}
