import { spawnSync } from 'node:child_process';
import { type Database, DatabaseProcess, type DatabaseProgram } from './database-process.js';

/** Whether tests can start a MariaDB server; says so if they cannot. */
export const mariadbInstalled = ['mariadbd', 'mariadb-install-db'].every(
  (program) => spawnSync('which', [program]).status === 0,
);
if (!mariadbInstalled) console.log('skipped what needs a MariaDB server: apt-get install mariadb-server');

const PROGRAM: DatabaseProgram = {
  name: 'MariaDB',
  user: 'mysql',
  install: (folder) => [
    'mariadb-install-db',
    ...['--no-defaults', `--datadir=${folder}/data`],
    ...['--auth-root-authentication-method=normal', '--skip-test-db'],
  ],
  serve: (folder, port) => [
    'mariadbd',
    ...['--no-defaults', `--datadir=${folder}/data`, `--port=${port}`, '--bind-address=127.0.0.1'],
    ...[`--socket=${folder}/s`, `--pid-file=${folder}/pid`, '--skip-grant-tables', '--skip-networking=0'],
  ],
  ready: 'ready for connections',
  stop: 'SIGKILL',
};

/** A MariaDB server; its address has a password that nobody checks, as OroPlatform writes it. */
export async function startMariadb(): Promise<Database & { readonly port: number }> {
  const server = await DatabaseProcess.start(PROGRAM);
  const dsn = `mysql://oro:a%20pass%2Fword@127.0.0.1:${server.port}/mysql?serverVersion=10.11.0-MariaDB&charset=utf8mb4`;
  return { dsn, port: server.port, stop: () => server.stop() };
}
