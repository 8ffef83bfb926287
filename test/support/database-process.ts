import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

type Command = readonly [program: string, ...args: string[]];

/** How a database server is made and run. */
export interface DatabaseProgram {
  readonly name: string;
  /** Whom its folder belongs to, since it does not run as root. */
  readonly user: string;
  /** Makes an empty database in a folder. */
  install(folder: string): Command;
  serve(folder: string, port: number): Command;
  /** What it says on its error stream once it takes connections. */
  readonly ready: string;
  readonly stop: NodeJS.Signals;
}

/** A server that runs, and its address. */
export interface Database {
  readonly dsn: string;
  stop(): Promise<void>;
}

/** A database server of a test's own, on a free port of loopback, that keeps nothing. */
export class DatabaseProcess {
  readonly port: number;
  readonly #program: DatabaseProgram;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(program: DatabaseProgram, process: ChildProcess, folder: string, port: number) {
    this.#program = program;
    this.#process = process;
    this.#folder = folder;
    this.port = port;
  }

  static async start(program: DatabaseProgram): Promise<DatabaseProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-database-'));
    const owner = unprivileged(program.user, folder);
    const [install, ...options] = program.install(folder);
    execFileSync(install, options, { stdio: 'ignore', cwd: folder, ...owner });
    const port = await freePort();
    const [serve, ...settings] = program.serve(folder, port);
    const child = spawn(serve, settings, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder, ...owner });
    const server = new DatabaseProcess(program, child, folder, port);
    await server.#ready();
    return server;
  }

  async stop(): Promise<void> {
    const ended = this.#process.exitCode === null ? once(this.#process, 'exit') : undefined;
    this.#process.kill(this.#program.stop);
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    const { name, ready } = this.#program;
    let output = '';
    for await (const text of this.#process.stderr ?? []) {
      output += text;
      if (output.includes(ready)) return;
    }
    await this.stop();
    throw new Error(`${name} did not start:\n${output}`);
  }
}

function unprivileged(user: string, folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  chownSync(folder, uid, gid);
  return { uid, gid };
}
