import { existsSync, readdirSync } from 'node:fs';
import { type Database, DatabaseProcess, type DatabaseProgram } from './database-process.js';

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

const PROGRAM: DatabaseProgram = {
  name: 'PostgreSQL',
  user: 'postgres',
  install: (folder) => [
    `${PROGRAMS}/initdb`,
    ...['-D', folder, '-U', 'oro', '-A', 'trust', '-E', 'UTF8', '-N'],
  ],
  serve: (folder, port) => [
    `${PROGRAMS}/postgres`,
    ...['-D', folder, '-c', 'fsync=off', '-c', `port=${port}`],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`],
  ],
  ready: 'ready to accept connections',
  stop: 'SIGQUIT',
};

/** A PostgreSQL server; its address has a password that nobody checks, as OroPlatform writes it. */
export async function startPostgres(): Promise<Database> {
  const server = await DatabaseProcess.start(PROGRAM);
  const dsn = `postgres://oro:a%20pass%2Fword@127.0.0.1:${server.port}/postgres?serverVersion=15.0&charset=utf8`;
  return { dsn, stop: () => server.stop() };
}
