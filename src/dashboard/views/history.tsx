import { useState } from 'preact/hooks';
import type { PublicationRow } from '../answers.js';
import { useAnswer, useIsFull } from '../desk.js';
import { Waiting } from '../parts/fault.js';
import { PAGE } from '../parts/pager.js';
import { PublicationLine } from '../parts/publication-line.js';
import { Publications } from '../parts/publications.js';
import type { ChannelPartProps } from './channel-part.js';
import { Replay } from './replay.js';

interface Answer {
  readonly publications: readonly PublicationRow[];
}

/** Milliseconds; a page of the past changes only by what is dropped. */
const EVERY = 10_000;

/** What is kept of a channel, page by page, and played again. */
export function History({ channel, realm }: ChannelPartProps) {
  const [since, setSince] = useState<number>();
  const isFull = useIsFull();
  const asked = useAnswer<Answer>('history', { channel, realm, since, limit: PAGE }, EVERY);
  const publications = asked.answer?.publications ?? [];
  const first = publications[0]?.offset;
  const last = publications.at(-1)?.offset;
  const lines = [...publications].reverse().map((each) => <PublicationLine key={each.id} of={each} />);
  const isOldest = first === undefined || first <= 1 || (since !== undefined && first > since + 1);
  return (
    <section aria-label="History">
      {isFull && <Replay channel={channel} realm={realm} />}
      <Waiting for={asked} />
      <nav class="pager" aria-label="Pages of the history">
        <p role="status">{first === undefined ? '' : `offsets ${first}–${last}`}</p>
        <button
          type="button"
          class="small"
          disabled={isOldest}
          onClick={() => setSince(Math.max(0, (first ?? 1) - 1 - PAGE))}
        >
          Older
        </button>
        <button
          type="button"
          class="small"
          disabled={since === undefined}
          onClick={() => setSince(last ?? since)}
        >
          Newer
        </button>
        <button
          type="button"
          class="small"
          disabled={since === undefined}
          onClick={() => setSince(undefined)}
        >
          Newest
        </button>
      </nav>
      {asked.answer !== undefined && (
        <Publications caption="Kept, the newest first" lines={lines} empty={emptyText(since)} />
      )}
    </section>
  );
}

function emptyText(since: number | undefined): string {
  return since === undefined
    ? 'Nothing is kept: the route has no history, or nothing was published yet.'
    : 'Nothing newer is kept.';
}
