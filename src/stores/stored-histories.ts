import type { HistoryEntry, StoredHistory } from '../core/history-store.js';
import { readPosition, writePosition } from '../core/position.js';
import { keepPublication, restorePublication } from './kept-publication.js';
import type { HistoryChange, HistoryRow, StoredRow } from './store-requests.js';

/** Where a history begins, as a row says it. */
interface Beginning {
  readonly channel: string;
  readonly floor: string;
  readonly version: number;
}

/** A piece of a history as the thread that writes takes it. */
export function historyChange({ channel, floor, version, entries }: StoredHistory): HistoryChange {
  const rows = entries.map(historyRow);
  return { do: 'keep-history', channel, floor: writePosition(floor), version, entries: rows };
}

/** The histories of rows, each in the order of their keys. */
export function historiesOf(
  beginnings: readonly StoredRow[],
  rows: readonly StoredRow[],
): readonly StoredHistory[] {
  const entries = new Map<string, HistoryEntry[]>();
  for (const row of rows) {
    const publication = restorePublication(row);
    const own = entries.get(publication.channel) ?? [];
    own.push({ publication, until: row.until ?? Number.POSITIVE_INFINITY });
    entries.set(publication.channel, own);
  }
  return beginnings.flatMap(({ about }) => {
    const { channel, floor, version }: Beginning = JSON.parse(about);
    const position = readPosition(floor);
    if (position === undefined) return [];
    return [{ channel, floor: position, version, entries: entries.get(channel) ?? [] }];
  });
}

function historyRow({ publication, until }: HistoryEntry): HistoryRow {
  const offset = publication.position?.offset ?? 0;
  return { offset, until: Number.isFinite(until) ? until : null, ...keepPublication(publication) };
}
