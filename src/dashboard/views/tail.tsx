import { useState } from 'preact/hooks';
import type { PublicationRow } from '../answers.js';
import type { Query } from '../api.js';
import type { StreamEvent } from '../event-reader.js';
import { count } from '../format.js';
import { Fault } from '../parts/fault.js';
import { Publications } from '../parts/publications.js';
import { useRows } from '../use-rows.js';
import { useStream } from '../use-stream.js';
import type { ChannelPartProps } from './channel-part.js';

/** What is published on a channel from now on, as far as it comes by this node. */
export function ChannelTail({ channel, realm }: ChannelPartProps) {
  return <Tail query={{ tail: channel, realm }} />;
}

/** What is published from now on, of what a query asks for. */
export function Tail({ query }: { readonly query: Query }) {
  const rows = useRows();
  const [dropped, setDropped] = useState(0);
  const take = (events: readonly StreamEvent[]) => {
    const publications = events.filter(({ event }) => event === 'publication');
    if (publications.length > 0) rows.add(publications.map(({ data }) => data as PublicationRow));
    const lost = events.reduce((sum, { event, data }) => sum + (event === 'dropped' ? countOf(data) : 0), 0);
    if (lost > 0) setDropped((before) => before + lost);
  };
  const { state, fault, again } = useStream({ path: 'stream', query, isEndless: true }, take);
  const clear = () => {
    rows.clear();
    setDropped(0);
  };
  return (
    <section aria-label="Tail">
      <div class="actions">
        <button type="button" aria-pressed={rows.isPaused} onClick={() => rows.pause(!rows.isPaused)}>
          {rows.isPaused ? 'Go on' : 'Pause'}
        </button>
        <button type="button" onClick={clear}>
          Clear
        </button>
        <p class="quiet">
          {fault === undefined && state === 'open'
            ? 'listening'
            : fault === undefined || fault.status === 0
              ? 'connecting'
              : 'not listening'}
          , {count(rows.total)} seen
          {rows.waiting > 0 && `, ${count(rows.waiting)} waiting`}
          {dropped > 0 && `, ${count(dropped)} left out since there were too many a second`}
        </p>
      </div>
      {fault !== undefined && fault.status !== 0 && <Fault of={fault} retry={again} />}
      <Publications
        caption="Published since this was opened, the newest first"
        lines={rows.lines}
        empty="Nothing has been published since this was opened."
      />
    </section>
  );
}

function countOf(data: unknown): number {
  const { count: lost } = data as { readonly count?: unknown };
  return typeof lost === 'number' ? lost : 0;
}
