import { RouterError } from '../../core/errors.js';
import { type Positions, readPositions } from '../../core/positions.js';
import type { Guest } from '../../core/protocol.js';
import { traceparentOf } from '../../core/trace-context.js';

/** What a peer wants to hear, by the names that it uses. */
export interface StreamRequest {
  readonly names: readonly string[];
  /** Where it was before, as far as it can be told; undefined for who has not been here. */
  readonly since: Positions | undefined;
  /** The trace that it asks in, as a `traceparent`. */
  readonly trace: string | undefined;
}

/** Channels of one stream. */
const MOST_CHANNELS = 20;
/** Characters of the longest id that is read: the positions of all channels fit. */
const LONGEST_ID = 2048;

/**
 * The request of `GET /sse?channel=…&since=…`. A `Last-Event-ID` is newer than the address, which a browser keeps as it is.
 * Throws `bad_request`.
 */
export function readStreamRequest({ url, headers }: Pick<Guest, 'url' | 'headers'>): StreamRequest {
  const params = url?.searchParams ?? new URLSearchParams();
  const names = [...new Set(params.getAll('channel').filter((name) => name !== ''))];
  if (names.length === 0 || names.length > MOST_CHANNELS)
    throw new RouterError('bad_request', `name 1 to ${MOST_CHANNELS} channels`, {
      hint: 'write ?channel=news, and &channel= once more for each other channel',
    });
  const trace = traceparentOf(headers['traceparent']);
  const last = headers['last-event-id'];
  if (last !== undefined && last !== '') return { names, trace, since: readLastId(String(last), names) };
  return { names, trace, since: readSince(params.get('since') ?? '', names) };
}

/** A browser sends what it was told last, perhaps by another server: it has to come back, and is told that this is not known. */
function readLastId(text: string, names: readonly string[]): Positions {
  const nowhere = names.map(() => undefined);
  return text.length > LONGEST_ID ? nowhere : (readPositions(text, names.length) ?? nowhere);
}

function readSince(text: string, names: readonly string[]): Positions | undefined {
  if (text === '') return undefined;
  const positions = text.length > LONGEST_ID ? undefined : readPositions(text, names.length);
  if (positions !== undefined) return positions;
  throw new RouterError('bad_request', 'since is no id of an event of this stream', {
    hint: 'send the id of the last event as it came, and the same channels in the same order',
  });
}
