/** A change that is made together with others in one transaction. */
export type StoreChange =
  | {
      readonly do: 'add';
      readonly key: number;
      readonly attempts: number;
      readonly about: string;
      readonly body: Uint8Array<ArrayBuffer>;
    }
  | { readonly do: 'remove'; readonly key: number }
  | { readonly do: 'attempted'; readonly key: number; readonly attempts: number }
  | HistoryChange
  | {
      readonly do: 'log';
      readonly channel: string;
      readonly time: number;
      /** When it is purged, in milliseconds since 1970. */
      readonly expires: number | null;
      readonly text: string;
      readonly about: string;
      readonly body: Uint8Array<ArrayBuffer>;
    };

/** A change of the histories. */
export type HistoryChange =
  | {
      readonly do: 'keep-history';
      readonly channel: string;
      /** Where it begins, as a position is written. */
      readonly floor: string;
      readonly version: number;
      readonly entries: readonly HistoryRow[];
    }
  | {
      readonly do: 'trim-history';
      readonly channel: string;
      readonly floor: string;
      /** What stands there, or before, is forgotten. */
      readonly offset: number;
    }
  | { readonly do: 'forget-history'; readonly channel: string };

/** A publication in the history of a channel. */
export interface HistoryRow {
  readonly offset: number;
  /** When it ceases to be kept, in milliseconds since 1970. */
  readonly until: number | null;
  readonly about: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Which lines of the log are wanted. */
export interface LogSelection {
  readonly channels: readonly string[];
  /** A query of FTS5. */
  readonly match: string | null;
  readonly from: number;
  readonly until: number;
  readonly before: number;
  readonly after: number;
  readonly oldestFirst: boolean;
  readonly limit: number;
  /** Octets of payloads; one line is given even if it has more. */
  readonly size: number;
}

/** What the thread that writes is asked. */
export type StoreRequest =
  | { readonly ask: 'change'; readonly changes: readonly StoreChange[] }
  | { readonly ask: 'load'; readonly after: number; readonly limit: number }
  /** What had expired then is forgotten, at most so many lines. */
  | { readonly ask: 'purge'; readonly now: number; readonly limit: number }
  /** Where histories begin, or what is in them: in the order of keys. */
  | { readonly ask: 'load-histories' | 'load-entries'; readonly after: number; readonly limit: number }
  | { readonly ask: 'close' };

/** What the thread that searches is asked. */
export type SearchRequest =
  | { readonly ask: 'search'; readonly selection: LogSelection }
  | { readonly ask: 'close' };

/** A line of the queues, of the log, or of a history. */
export interface StoredRow {
  readonly key: number;
  /** Of the queues alone. */
  readonly attempts: number;
  /** Of a history alone; null for never. */
  readonly until?: number | null;
  readonly about: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What a thread found. */
export interface StoredRows {
  readonly rows: readonly StoredRow[];
  /** Whether there is more than was asked for. */
  readonly hasMore: boolean;
}

export type StoreAnswer = StoredRows | { readonly fault: string };
