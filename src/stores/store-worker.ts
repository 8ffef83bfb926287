import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'libsql';
import type { LogSelection, StoreAnswer, StoreChange, StoredRow, StoreRequest } from './store-requests.js';

/**
 * The thread that writes and reads the file: a commit waits for the disk, and those who deliver must not. It imports no
 * other file, so that it can be started as it is.
 */

/** Each step brings a file from one version to the next. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE queue_messages (
     key INTEGER PRIMARY KEY, attempts INTEGER NOT NULL, about TEXT NOT NULL, body BLOB NOT NULL
   );
   CREATE TABLE log (
     key INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, time INTEGER NOT NULL, expires INTEGER,
     about TEXT NOT NULL, body BLOB NOT NULL
   );
   CREATE INDEX log_by_channel ON log (channel, key);
   CREATE INDEX log_by_end ON log (expires) WHERE expires IS NOT NULL;
   CREATE VIRTUAL TABLE log_text USING fts5(
     text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
   );`,
];

const { path } = workerData as { readonly path: string };

function say(answer: StoreAnswer): void {
  parentPort?.postMessage(answer);
}

/** The errors of the library are not of this thread's class. */
function faultOf(error: unknown): StoreAnswer {
  const { message, code } = error as { message?: string; code?: string };
  return { fault: message ?? code ?? String(error) };
}

function openOrEnd(): Database.Database {
  try {
    return open();
  } catch (error) {
    say(faultOf(error));
    process.exit();
  }
}

function open(): Database.Database {
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path, { timeout: 0 });
  // Of one process alone: what others wrote would not be noticed.
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  migrate(database);
  return database;
}

function migrate(database: Database.Database): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > MIGRATIONS.length)
    throw new Error(`the file is of a later version of the server (${version})`);
  database.exec('BEGIN EXCLUSIVE');
  for (const step of MIGRATIONS.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT;`);
}

const database = openOrEnd();

const add = database.prepare('INSERT INTO queue_messages (key, attempts, about, body) VALUES (?, ?, ?, ?)');
const remove = database.prepare('DELETE FROM queue_messages WHERE key = ?');
const attempted = database.prepare('UPDATE queue_messages SET attempts = ? WHERE key = ?');
const load = database.prepare(
  'SELECT key, attempts, about, body FROM queue_messages WHERE key > ? ORDER BY key LIMIT ?',
);
const log = database.prepare('INSERT INTO log (channel, time, expires, about, body) VALUES (?, ?, ?, ?, ?)');
const logText = database.prepare('INSERT INTO log_text (rowid, text) VALUES (?, ?)');
const expired = database.prepare('SELECT key FROM log WHERE expires <= ? ORDER BY expires LIMIT ?');
const purge = database.prepare('DELETE FROM log WHERE key = ?');
const purgeText = database.prepare('DELETE FROM log_text WHERE rowid = ?');

function change(changes: readonly StoreChange[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const one of changes) apply(one);
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function apply(change: StoreChange): void {
  switch (change.do) {
    case 'add':
      add.run(change.key, change.attempts, change.about, change.body);
      return;
    case 'remove':
      remove.run(change.key);
      return;
    case 'attempted':
      attempted.run(change.attempts, change.key);
      return;
    case 'log': {
      const { channel, time, expires, text, about, body } = change;
      const { lastInsertRowid } = log.run(channel, time, expires, about, body);
      logText.run(lastInsertRowid, text);
      return;
    }
    case 'purge':
      for (const { key } of expired.all(change.now, change.most) as { key: number }[]) {
        purge.run(key);
        purgeText.run(key);
      }
  }
}

function search({ channels, match, oldestFirst, ...range }: LogSelection): readonly StoredRow[] {
  const found = match === null ? '' : 'AND key IN (SELECT rowid FROM log_text WHERE log_text MATCH ?)';
  const rows = database
    .prepare(
      `SELECT key, about, body FROM log WHERE channel IN (${channels.map(() => '?').join(', ')}) ${found}
       AND time >= ? AND time < ? AND key < ? AND key > ? ORDER BY key ${oldestFirst ? 'ASC' : 'DESC'} LIMIT ?`,
    )
    .all(
      ...channels,
      ...(match === null ? [] : [match]),
      range.from,
      range.until,
      range.before,
      range.after,
      range.limit,
    );
  return rowsOf(oldestFirst ? rows : rows.reverse());
}

/** The library gives octets of many rows as an ArrayBuffer, of one as a Buffer. */
function rowsOf(found: readonly unknown[]): readonly StoredRow[] {
  const rows = found as readonly (Omit<StoredRow, 'body'> & { readonly body: ArrayBuffer })[];
  return rows.map(({ key, attempts = 0, about, body }) => ({
    key,
    attempts,
    about,
    body: new Uint8Array(body),
  }));
}

function answer(request: StoreRequest): readonly StoredRow[] {
  switch (request.ask) {
    case 'change':
      change(request.changes);
      return [];
    case 'load':
      return rowsOf(load.all(request.after, request.limit));
    case 'search':
      return search(request.selection);
    case 'close':
      database.close();
      return [];
  }
}

parentPort?.on('message', (request: StoreRequest) => {
  try {
    say({ rows: answer(request) });
  } catch (error) {
    say(faultOf(error));
  }
});
say({ rows: [] });
