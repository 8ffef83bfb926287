import { useState } from 'preact/hooks';
import type { Listed } from '../answers.js';
import { count } from '../format.js';

/** Rows of a page of a list. */
export const PAGE = 50;

export interface Paging {
  /** What to ask for. */
  readonly after: string | undefined;
  readonly page: number;
  next(cursor: string): void;
  back(): void;
}

/** Where one is in a list; at its start again whenever another list is looked at. */
export function usePaging(list: string): Paging {
  const [{ of, cursors }, setPlace] = useState<{ of: string; cursors: readonly string[] }>({
    of: list,
    cursors: [],
  });
  const passed = of === list ? cursors : [];
  return {
    after: passed.at(-1),
    page: passed.length,
    next: (cursor) => setPlace({ of: list, cursors: [...passed, cursor] }),
    back: () => setPlace({ of: list, cursors: passed.slice(0, -1) }),
  };
}

export interface PagerProps {
  readonly of: Listed;
  readonly shown: number;
  readonly paging: Paging;
}

/** Which rows these are, and the way to the others; nothing where there are none at all. */
export function Pager({ of: { total, next }, shown, paging }: PagerProps) {
  const first = paging.page * PAGE + 1;
  const isAll = paging.page === 0 && next === undefined;
  if (isAll && shown === 0) return null;
  return (
    <nav class="pager" aria-label="Pages">
      <p>{shown === 0 ? 'none' : `${count(first)}–${count(first + shown - 1)} of ${count(total)}`}</p>
      {!isAll && (
        <>
          <span class="unseen" role="status">
            page {paging.page + 1}
          </span>
          <button type="button" class="small" disabled={paging.page === 0} onClick={paging.back}>
            Previous
          </button>
          <button
            type="button"
            class="small"
            disabled={next === undefined}
            onClick={() => next !== undefined && paging.next(next)}
          >
            Next
          </button>
        </>
      )}
    </nav>
  );
}
