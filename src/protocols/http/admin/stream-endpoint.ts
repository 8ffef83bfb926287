import type { NodeInspection, TailQuery } from '../../../core/inspection.js';
import type { Redaction } from '../../../core/redaction.js';
import { Query } from '../query.js';
import { AdminEndpoint, type AdminGate } from './admin-endpoint.js';
import { type EventStream, writeEvent } from './event-stream.js';
import { readName } from './list-query.js';
import type { OperatorStreams } from './operator-streams.js';
import { overviewView } from './overview-endpoint.js';
import { PublicationTail } from './publication-tail.js';
import { refusalView } from './trouble-endpoints.js';

export interface StreamParts {
  readonly inspection: NodeInspection;
  readonly redaction: Redaction;
  readonly streams: OperatorStreams;
}

/**
 * `GET /admin/api/stream?tail=CHANNEL` or `?tail_user=ID`, or neither: events `overview` every second, `refusal`, and
 * `publication` for what is tailed, at most 50 a second; `dropped` says how many were left out.
 */
export function streamEndpoint(
  gate: AdminGate,
  { inspection, redaction, streams }: StreamParts,
): AdminEndpoint {
  const overviews = new Overviews(inspection, gate.mode);
  return new AdminEndpoint(gate, { method: 'GET', name: 'stream', holds: true }, ({ url }) => {
    const query = new Query(url);
    const tailed = readTail(query);
    const realm = inspection.realm(query.text('realm'));
    return streams.reply((stream) => {
      const tail = new PublicationTail(stream, redaction);
      const stops = [
        inspection.watch({
          second(row) {
            tail.second();
            stream.write(overviews.event(row));
          },
          refused: (refusal) => stream.send('refusal', refusalView(refusal)),
        }),
        ...(tailed === undefined ? [] : [realm.tail(tailed, (publication) => tail.add(publication))]),
      ];
      stream.whenEnded(() => {
        for (const stop of stops) stop();
        tail.stop();
      });
      begin(stream, inspection, gate);
    });
  });
}

function begin(stream: EventStream, inspection: NodeInspection, { mode }: AdminGate): void {
  stream.send('overview', {
    ...overviewView(inspection.overview(), mode),
    row: inspection.series().rows.at(-1),
  });
}

function readTail(query: Query): TailQuery | undefined {
  const channel = readName(query, 'tail');
  const user = readName(query, 'tail_user');
  if (channel !== undefined) return { channel };
  return user === undefined ? undefined : { user };
}

/** The event of a second, written once for all streams. */
class Overviews {
  readonly #inspection: NodeInspection;
  readonly #mode: AdminGate['mode'];
  #row: readonly number[] | undefined;
  #event = '';

  constructor(inspection: NodeInspection, mode: AdminGate['mode']) {
    this.#inspection = inspection;
    this.#mode = mode;
  }

  event(row: readonly number[]): string {
    if (row !== this.#row) {
      this.#row = row;
      this.#event = writeEvent('overview', { ...overviewView(this.#inspection.overview(), this.#mode), row });
    }
    return this.#event;
  }
}
