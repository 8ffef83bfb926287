import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { AdminApi, ApiFault, Query } from './api.js';
import type { Live, LiveState } from './live.js';
import { Poll } from './poll.js';

/** What every view works with. */
export interface Desk {
  readonly api: AdminApi;
  readonly live: Live;
  /** The key is refused: back to the door. */
  denied(fault: ApiFault): void;
}

export const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error('a view is shown without a key');
  return desk;
}

/** The state of the server; the component is drawn again with each change, every second. */
export function useLive(): LiveState {
  const { live } = useDesk();
  const [state, setState] = useState(live.state);
  useEffect(() => live.listen(() => setState(live.state)), [live]);
  return state;
}

/** One thing of the state, always picked the same way; the component is drawn again when that changes. */
export function useLiveOf<T>(pick: (state: LiveState) => T): T {
  const { live } = useDesk();
  const picking = useRef(pick);
  const [value, setValue] = useState(pick(live.state));
  useEffect(() => live.listen(() => setValue(picking.current(live.state))), [live]);
  return value;
}

/** Whether operators may do more than look. */
export function useIsFull(): boolean {
  return useLiveOf(({ overview }) => overview?.mode === 'full');
}

export interface Asked<T> {
  readonly answer: T | undefined;
  readonly fault: ApiFault | undefined;
  again(): void;
}

/**
 * The answer to a question, asked again every `every` milliseconds while somebody looks, and with each other `cause`. An
 * answer stays until there is a better one.
 */
export function useAnswer<T>(path: string, query: Query, every: number, cause?: unknown): Asked<T> {
  const desk = useDesk();
  const [state, setState] = useState<Omit<Asked<T>, 'again'>>({ answer: undefined, fault: undefined });
  const [times, setTimes] = useState(0);
  const again = useCallback(() => setTimes((before) => before + 1), []);
  const wish = JSON.stringify(query);
  useEffect(() => {
    const poll = new Poll<T>(
      desk,
      { path, query: JSON.parse(wish), every },
      {
        answered: (answer) => setState({ answer, fault: undefined }),
        failed: (fault) => setState(({ answer }) => ({ answer, fault })),
      },
    );
    void poll.start();
    return () => poll.stop();
  }, [desk, path, wish, every, times, cause]);
  return { ...state, again };
}
