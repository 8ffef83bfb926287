import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { workerData } from 'node:worker_threads';
import Database from 'libsql';
import type { HistoryChange, StoreChange, StoredRows, StoreRequest } from './store-requests.js';
import { answerRequests, NO_ROWS, rowOf } from './worker-port.js';

/** The thread that writes the file: a commit waits for the disk, and those who deliver must not. */

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
  `CREATE TABLE histories (
     key INTEGER PRIMARY KEY, channel TEXT NOT NULL UNIQUE, floor TEXT NOT NULL, version INTEGER NOT NULL
   );
   CREATE TABLE history_entries (
     key INTEGER PRIMARY KEY, channel TEXT NOT NULL, place INTEGER NOT NULL, until INTEGER,
     about TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (channel, place)
   );`,
];

/** Octets of the file of recent changes that it keeps when they have been moved to the file itself. */
const MOST_SPARE = 64 * 1024 * 1024;

const { path } = workerData as { readonly path: string };

answerRequests(() => {
  mkdirSync(dirname(path), { recursive: true });
  const lock = lockFile();
  const database = new Database(path, { timeout: 0 });
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${MOST_SPARE};`,
  );
  migrate(database);
  const statements = prepare(database);
  return (request: StoreRequest): StoredRows => {
    switch (request.ask) {
      case 'change':
        return change(database, () => {
          for (const one of request.changes) apply(one, statements);
          return NO_ROWS;
        });
      case 'load':
        return load(request, statements.load);
      case 'load-histories':
        return load(request, statements.loadHistories);
      case 'load-entries':
        return load(request, statements.loadEntries);
      case 'purge':
        return change(database, () => purge(request, statements));
      case 'close':
        database.close();
        lock.close();
        return NO_ROWS;
    }
  };
});

/**
 * Held as long as the thread lives, whatever ends it. The file itself may be read by others, as for a backup; a second server would
 * give out the messages of its queues twice.
 */
function lockFile(): Database.Database {
  const lock = new Database(`${path}-lock`, { timeout: 0 });
  lock.exec('PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  return lock;
}

function migrate(database: Database.Database): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > MIGRATIONS.length)
    throw new Error(`the file is of a later version of the server (${version})`);
  if (version === MIGRATIONS.length) return;
  change(database, () => {
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    return NO_ROWS;
  });
}

/** The library takes octets that are a first argument for an object of names, and ends the process. */
function prepare(database: Database.Database) {
  return {
    add: database.prepare('INSERT INTO queue_messages (key, attempts, about, body) VALUES (?, ?, ?, ?)'),
    remove: database.prepare('DELETE FROM queue_messages WHERE key = ?'),
    attempted: database.prepare('UPDATE queue_messages SET attempts = ? WHERE key = ?'),
    load: database.prepare(
      'SELECT key, attempts, about, body FROM queue_messages WHERE key > ? ORDER BY key LIMIT ?',
    ),
    log: database.prepare('INSERT INTO log (channel, time, expires, about, body) VALUES (?, ?, ?, ?, ?)'),
    logText: database.prepare('INSERT INTO log_text (rowid, text) VALUES (?, ?)'),
    expired: database.prepare('SELECT key FROM log WHERE expires <= ? ORDER BY expires LIMIT ?'),
    purge: database.prepare('DELETE FROM log WHERE key = ?'),
    purgeText: database.prepare('DELETE FROM log_text WHERE rowid = ?'),
    ...prepareHistories(database),
  };
}

function prepareHistories(database: Database.Database) {
  return {
    beginHistory: database.prepare(
      `INSERT INTO histories (channel, floor, version) VALUES (?, ?, ?)
       ON CONFLICT (channel) DO UPDATE SET version = max(version, excluded.version)`,
    ),
    addEntry: database.prepare(
      'INSERT INTO history_entries (channel, place, until, about, body) VALUES (?, ?, ?, ?, ?)',
    ),
    moveFloor: database.prepare('UPDATE histories SET floor = ? WHERE channel = ?'),
    trimEntries: database.prepare('DELETE FROM history_entries WHERE channel = ? AND place <= ?'),
    forgetHistory: database.prepare('DELETE FROM histories WHERE channel = ?'),
    forgetEntries: database.prepare('DELETE FROM history_entries WHERE channel = ?'),
    loadHistories: database.prepare(
      `SELECT key, json_object('channel', channel, 'floor', floor, 'version', version) AS about, x'' AS body
       FROM histories WHERE key > ? ORDER BY key LIMIT ?`,
    ),
    loadEntries: database.prepare(
      'SELECT key, until, about, body FROM history_entries WHERE key > ? ORDER BY key LIMIT ?',
    ),
  };
}

type Statements = ReturnType<typeof prepare>;

function change(database: Database.Database, make: () => StoredRows): StoredRows {
  database.exec('BEGIN IMMEDIATE');
  try {
    const made = make();
    database.exec('COMMIT');
    return made;
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function apply(change: StoreChange, statements: Statements): void {
  switch (change.do) {
    case 'add':
      statements.add.run(change.key, change.attempts, change.about, change.body);
      return;
    case 'remove':
      statements.remove.run(change.key);
      return;
    case 'attempted':
      statements.attempted.run(change.attempts, change.key);
      return;
    case 'log': {
      const { channel, time, expires, text, about, body } = change;
      const { lastInsertRowid } = statements.log.run(channel, time, expires, about, body);
      statements.logText.run(lastInsertRowid, text);
      return;
    }
    default:
      applyToHistory(change, statements);
  }
}

function applyToHistory(change: HistoryChange, statements: Statements): void {
  switch (change.do) {
    case 'keep-history': {
      const { channel, floor, version, entries } = change;
      statements.beginHistory.run(channel, floor, version);
      for (const { offset, until, about, body } of entries)
        statements.addEntry.run(channel, offset, until, about, body);
      return;
    }
    case 'trim-history':
      statements.moveFloor.run(change.floor, change.channel);
      statements.trimEntries.run(change.channel, change.offset);
      return;
    case 'forget-history':
      statements.forgetHistory.run(change.channel);
      statements.forgetEntries.run(change.channel);
  }
}

function load({ after, limit }: { after: number; limit: number }, rowsAfter: Database.Statement): StoredRows {
  const rows = rowsAfter.all(after, limit).map(rowOf);
  return { rows, hasMore: rows.length === limit };
}

function purge({ now, limit }: { now: number; limit: number }, statements: Statements): StoredRows {
  const expired = statements.expired.all(now, limit) as { key: number }[];
  for (const { key } of expired) {
    statements.purge.run(key);
    statements.purgeText.run(key);
  }
  return { rows: [], hasMore: expired.length === limit };
}
