import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

/** Whether tests can start a MariaDB server; says so if they cannot. */
export const mariadbInstalled = ['mariadbd', 'mariadb-install-db'].every(
  (program) => spawnSync('which', [program]).status === 0,
);
if (!mariadbInstalled) console.log('skipped what needs a MariaDB server: apt-get install mariadb-server');

/** A MariaDB server of its own, on a free port of loopback, that keeps nothing. */
export class Mariadb {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly port: number;

  private constructor(process: ChildProcess, folder: string, port: number) {
    this.#process = process;
    this.#folder = folder;
    this.port = port;
  }

  static async start(): Promise<Mariadb> {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-mariadb-'));
    const user = unprivileged(folder);
    const data = `--datadir=${folder}/data`;
    const made = ['--no-defaults', data, '--auth-root-authentication-method=normal', '--skip-test-db'];
    execFileSync('mariadb-install-db', made, { stdio: 'ignore', cwd: folder, ...user });
    const port = await freePort();
    const settings = [
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${folder}/s`,
      `--pid-file=${folder}/pid`,
    ];
    const child = spawn(
      'mariadbd',
      ['--no-defaults', data, ...settings, '--skip-grant-tables', '--skip-networking=0'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        cwd: folder,
        ...user,
      },
    );
    const server = new Mariadb(child, folder, port);
    await server.#ready();
    return server;
  }

  /** An address with a password that nobody checks, as OroPlatform writes it. */
  get dsn(): string {
    return `mysql://oro:a%20pass%2Fword@127.0.0.1:${this.port}/mysql?serverVersion=10.11.0-MariaDB&charset=utf8mb4`;
  }

  async stop(): Promise<void> {
    const ended = this.#process.exitCode === null ? once(this.#process, 'exit') : undefined;
    this.#process.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    let output = '';
    for await (const text of this.#process.stderr ?? []) {
      output += text;
      if (output.includes('ready for connections')) return;
    }
    await this.stop();
    throw new Error(`MariaDB did not start:\n${output}`);
  }
}

/** MariaDB does not run as root: then its folder is given to the user that the package made. */
function unprivileged(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'mysql'], { encoding: 'utf8' })),
  );
  if (uid === undefined || gid === undefined) throw new Error('there is no user mysql');
  chownSync(folder, uid, gid);
  return { uid, gid };
}
