import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiFault, Query } from './api.js';
import { useDesk } from './desk.js';
import type { StreamEvent } from './event-reader.js';
import { StreamRun } from './stream-run.js';

export interface Streaming {
  readonly state: 'closed' | 'open' | 'ended';
  readonly fault: ApiFault | undefined;
}

export interface AskedStream extends Streaming {
  /** Asks for it once more. */
  again(): void;
}

export interface WantedStream {
  readonly path: string;
  /** Undefined while nothing is wanted. */
  readonly query: Query | undefined;
  /** Whether to begin again when it ends; for streams whose end means nothing. */
  readonly isEndless?: boolean;
}

/** Each the same object every time: nothing is drawn again for it. */
const CLOSED: Streaming = { state: 'closed', fault: undefined };
const OPEN: Streaming = { state: 'open', fault: undefined };

/** A stream for as long as it is wanted and the component is there; `take` is called with what arrives together. */
export function useStream(wanted: WantedStream, take: (events: readonly StreamEvent[]) => void): AskedStream {
  const { path, query, isEndless = false } = wanted;
  const { api, denied } = useDesk();
  const [streaming, setStreaming] = useState(CLOSED);
  const [times, setTimes] = useState(0);
  const taking = useRef(take);
  taking.current = take;
  const wish = query && JSON.stringify(query);
  useEffect(() => {
    setStreaming(CLOSED);
    if (wish === undefined) return;
    const run = new StreamRun(
      api,
      { path, query: JSON.parse(wish), isEndless },
      {
        took(events) {
          setStreaming(OPEN);
          taking.current(events);
        },
        ended: (fault) => (fault?.status === 401 ? denied(fault) : setStreaming({ state: 'ended', fault })),
      },
    );
    void run.start();
    return () => run.stop();
  }, [api, denied, path, wish, isEndless, times]);
  return { ...streaming, again: () => setTimes((before) => before + 1) };
}
