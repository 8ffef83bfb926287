/** A change that the worker makes, together with others in one transaction. */
export type StoreChange =
  | {
      readonly do: 'add';
      readonly key: number;
      readonly attempts: number;
      readonly about: string;
      readonly body: Uint8Array;
    }
  | { readonly do: 'remove'; readonly key: number }
  | { readonly do: 'attempted'; readonly key: number; readonly attempts: number }
  | {
      readonly do: 'log';
      readonly channel: string;
      readonly time: number;
      /** When it is purged, in milliseconds since 1970. */
      readonly expires: number | null;
      readonly text: string;
      readonly about: string;
      readonly body: Uint8Array;
    }
  /** Of what had expired then, at most so many. */
  | { readonly do: 'purge'; readonly now: number; readonly most: number };

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
}

/** What the worker is asked, one at a time. */
export type StoreRequest =
  | { readonly ask: 'change'; readonly changes: readonly StoreChange[] }
  | { readonly ask: 'load'; readonly after: number; readonly limit: number }
  | { readonly ask: 'search'; readonly selection: LogSelection }
  | { readonly ask: 'close' };

/** A line of the queues, or of the log. */
export interface StoredRow {
  readonly key: number;
  /** Of a line of the log none. */
  readonly attempts: number;
  readonly about: string;
  readonly body: Uint8Array;
}

/** What it answers; `rows` of a change are none. */
export type StoreAnswer = { readonly rows: readonly StoredRow[] } | { readonly fault: string };
