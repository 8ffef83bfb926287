import type { HttpRequest } from '../../../core/http.js';
import type { NodeInspection } from '../../../core/inspection.js';
import type { Publication } from '../../../core/publication.js';
import type { Redaction } from '../../../core/redaction.js';
import { Query } from '../query.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import type { EventStream } from './event-stream.js';
import { readLimit, readWord } from './list-query.js';
import type { OperatorStreams } from './operator-streams.js';
import { requireChannel } from './reading-endpoints.js';
import { publicationView } from './views.js';

export interface ReplayParts {
  readonly inspection: NodeInspection;
  readonly redaction: Redaction;
  readonly streams: OperatorStreams;
}

/** Milliseconds of the longest pause, whatever the speed. */
const LONGEST_PAUSE = 5000;

const SPEEDS = { '1': 1, '10': 10, max: Number.POSITIVE_INFINITY } as const;

/**
 * `GET /admin/api/replay?channel=&speed=&from=&limit=`: what is kept of a channel from an offset on, with the pauses that were
 * between, divided by `1`, `10` or left out with `max`; then `ended`. Nobody else hears of it.
 */
export function replayEndpoint(gate: AdminGate, parts: ReplayParts): AdminEndpoint {
  const address = { method: 'GET', name: 'replay', changes: true, holds: true } as const;
  return new AdminEndpoint(gate, address, (request) => replay(request, parts));
}

async function replay({ url }: HttpRequest, { inspection, redaction, streams }: ReplayParts) {
  const query = new Query(url);
  const channel = requireChannel(query);
  const speed = SPEEDS[readWord(query, 'speed', ['1', '10', 'max'])];
  const from = query.number('from');
  const asked = { after: from === undefined ? undefined : from - 1, limit: readLimit(query, 200) };
  const kept = await inspection.realm(query.text('realm')).kept(channel, asked);
  return streams.reply((stream) => {
    stream.send('replaying', { channel, publications: kept.length });
    const playing = new Replay(kept, speed, {
      tell: (publication) => stream.send('publication', publicationView(publication, redaction)),
      done: () => endOf(stream),
    });
    stream.whenEnded(() => playing.stop());
    playing.next();
  });
}

function endOf(stream: EventStream): void {
  stream.send('ended', { code: 'done', reason: 'that was all' });
  stream.end();
}

/** Publications one after the other. */
class Replay {
  readonly #publications: readonly Publication[];
  readonly #speed: number;
  readonly #hears: { tell(publication: Publication): void; done(): void };
  #at = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(
    publications: readonly Publication[],
    speed: number,
    hears: { tell(publication: Publication): void; done(): void },
  ) {
    this.#publications = publications;
    this.#speed = speed;
    this.#hears = hears;
  }

  /** Tells the next one, and what follows it without a pause. */
  next(): void {
    while (!this.#isOver) {
      const publication = this.#publications[this.#at++];
      if (publication === undefined) {
        this.#hears.done();
        return;
      }
      this.#hears.tell(publication);
      const pause = this.#pauseAfter(publication);
      if (pause < 1) continue;
      this.#timer = setTimeout(() => this.next(), pause).unref();
      return;
    }
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #pauseAfter({ time }: Publication): number {
    const following = this.#publications[this.#at];
    if (following === undefined) return 0;
    return Math.min(LONGEST_PAUSE, Math.max(0, following.time - time) / this.#speed);
  }
}
