import { workerData } from 'node:worker_threads';
import Database from 'libsql';
import type { LogSelection, SearchRequest, StoredRow, StoredRows } from './store-requests.js';
import { answerRequests, NO_ROWS, rowOf } from './worker-port.js';

/** The thread that searches the log: words that are in many lines take long, and no commit waits for that. */

const { path } = workerData as { readonly path: string };

interface Found {
  readonly key: number;
  readonly size: number;
}

answerRequests(() => {
  const database = new Database(path, { timeout: 1000 });
  database.exec('PRAGMA query_only = ON');
  const line = database.prepare('SELECT key, about, body FROM log WHERE key = ?');
  return (request: SearchRequest): StoredRows => {
    if (request.ask === 'search') return search(request.selection, database, line);
    database.close();
    return NO_ROWS;
  };
});

/** The keys first, so that no more octets are read than are given. */
function search(selection: LogSelection, database: Database.Database, line: Database.Statement): StoredRows {
  const found = find(selection, database);
  const chosen = fitting(found, selection);
  const rows = chosen.flatMap(({ key }): StoredRow[] => {
    // It may have been purged meanwhile.
    const row = line.get(key);
    return row === undefined ? [] : [rowOf(row)];
  });
  if (!selection.oldestFirst) rows.reverse();
  return { rows, hasMore: chosen.length < found.length };
}

/** One more than is wanted, where there is one. */
function find(selection: LogSelection, database: Database.Database): readonly Found[] {
  const { channels, match, oldestFirst, from, until, before, after, limit } = selection;
  const holds = match === null ? '' : 'AND key IN (SELECT rowid FROM log_text WHERE log_text MATCH ?)';
  const statement = database.prepare(
    `SELECT key, length(body) AS size FROM log WHERE channel IN (${channels.map(() => '?').join(', ')}) ${holds}
     AND time >= ? AND time < ? AND key < ? AND key > ? ORDER BY key ${oldestFirst ? 'ASC' : 'DESC'} LIMIT ?`,
  );
  const words = match === null ? [] : [match];
  return statement.all(...channels, ...words, from, until, before, after, limit + 1) as Found[];
}

function fitting(found: readonly Found[], { limit, size }: LogSelection): readonly Found[] {
  let octets = 0;
  const end = found.findIndex((one, index) => {
    octets += one.size;
    return index === limit || (index > 0 && octets > size);
  });
  return end === -1 ? found : found.slice(0, end);
}
