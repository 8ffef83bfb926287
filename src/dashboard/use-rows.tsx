import type { VNode } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { PublicationRow } from './answers.js';
import { PublicationLine } from './parts/publication-line.js';

/** Rows in the page, however many have come. */
const MOST = 200;
/** Milliseconds between two changes of the page: what comes between is shown together. */
const BEAT = 100;

export interface Rows {
  /** The newest first. A row that stays is the same object, so that it is not drawn again. */
  readonly lines: readonly VNode[];
  /** How many have come. */
  readonly total: number;
  readonly isPaused: boolean;
  /** How many have come since the pause began. */
  readonly waiting: number;
  add(publications: readonly PublicationRow[]): void;
  clear(): void;
  pause(isPaused: boolean): void;
}

interface Shown {
  readonly lines: readonly VNode[];
  readonly total: number;
  readonly waiting: number;
}

const NOTHING: Shown = { lines: [], total: 0, waiting: 0 };

/** Publications as they come, no more than a page can hold. */
export function useRows(): Rows {
  const [shown, setShown] = useState(NOTHING);
  const [isPaused, setIsPaused] = useState(false);
  const came = useRef<{ fresh: VNode[]; total: number }>({ fresh: [], total: 0 });
  const paused = useRef(isPaused);
  paused.current = isPaused;
  useEffect(() => {
    const beat = setInterval(() => {
      const { fresh, total } = came.current;
      if (fresh.length === 0 || document.hidden) return;
      if (paused.current) return setShown((before) => ({ ...before, waiting: total - before.total }));
      came.current.fresh = [];
      setShown(({ lines }) => ({ lines: [...fresh, ...lines].slice(0, MOST), total, waiting: 0 }));
    }, BEAT);
    return () => clearInterval(beat);
  }, []);
  const add = useCallback((publications: readonly PublicationRow[]) => {
    const { current } = came;
    const lines = publications.map((publication) => (
      <PublicationLine key={++current.total} of={publication} />
    ));
    current.fresh = [...lines.reverse(), ...current.fresh].slice(0, MOST);
  }, []);
  const clear = useCallback(() => {
    came.current = { fresh: [], total: 0 };
    setShown(NOTHING);
  }, []);
  return { ...shown, isPaused, add, clear, pause: setIsPaused };
}
