import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

const ROOT = '/usr/lib/postgresql';

/** The programs of a server, if this machine has one; says so if it does not. */
function findPrograms(): string | undefined {
  const versions = existsSync(ROOT) ? readdirSync(ROOT).sort() : [];
  const folder = versions
    .map((version) => `${ROOT}/${version}/bin`)
    .findLast((bin) => existsSync(`${bin}/postgres`));
  if (folder === undefined) console.log('skipped what needs a PostgreSQL server: apt-get install postgresql');
  return folder;
}

const PROGRAMS = findPrograms();

/** Whether tests can start a PostgreSQL server. */
export const postgresInstalled = PROGRAMS !== undefined;

/** A PostgreSQL server of its own, on a free port of loopback, that keeps nothing. */
export class Postgres {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly port: number;

  private constructor(process: ChildProcess, folder: string, port: number) {
    this.#process = process;
    this.#folder = folder;
    this.port = port;
  }

  static async start(): Promise<Postgres> {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-postgres-'));
    const user = unprivileged(folder);
    execFileSync(`${PROGRAMS}/initdb`, ['-D', folder, '-U', 'oro', '-A', 'trust', '-E', 'UTF8', '-N'], {
      stdio: 'ignore',
      cwd: folder,
      ...user,
    });
    const port = await freePort();
    const settings = [
      'fsync=off',
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
    ];
    const child = spawn(
      `${PROGRAMS}/postgres`,
      ['-D', folder, ...settings.flatMap((setting) => ['-c', setting])],
      { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder, ...user },
    );
    const server = new Postgres(child, folder, port);
    await server.#ready();
    return server;
  }

  /** An address with a password that nobody checks, as OroPlatform writes it. */
  get dsn(): string {
    return `postgres://oro:a%20pass%2Fword@127.0.0.1:${this.port}/postgres?serverVersion=15.0&charset=utf8`;
  }

  async stop(): Promise<void> {
    const ended = this.#process.exitCode === null ? once(this.#process, 'exit') : undefined;
    this.#process.kill('SIGQUIT');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    let output = '';
    for await (const text of this.#process.stderr ?? []) {
      output += text;
      if (output.includes('ready to accept connections')) break;
    }
    if (!output.includes('ready to accept connections')) {
      await this.stop();
      throw new Error(`PostgreSQL did not start:\n${output}`);
    }
  }
}

/** PostgreSQL does not run as root: then its folder is given to the user that the package made. */
function unprivileged(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  );
  if (uid === undefined || gid === undefined) throw new Error('there is no user postgres');
  chownSync(folder, uid, gid);
  return { uid, gid };
}
