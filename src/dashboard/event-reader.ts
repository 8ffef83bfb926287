/** One event of a stream of events. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Longest event that is kept while it comes in, in UTF-16 units; a stream with a longer one is not ours. */
const LONGEST = 8_000_000;

/** Cuts a stream of events into events, in whatever pieces it arrives. What is not JSON is left out. */
export class EventReader {
  #rest = '';

  /** The events that are complete with this piece. Throws if one grows beyond all measure. */
  read(piece: string): StreamEvent[] {
    const parts = (this.#rest + piece).split(/\r?\n\r?\n/);
    this.#rest = parts.pop() ?? '';
    if (this.#rest.length > LONGEST) throw new Error('an event of the stream does not end');
    return parts.flatMap(readEvent);
  }
}

function readEvent(text: string): StreamEvent[] {
  let event = 'message';
  const data: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (line.startsWith('event:')) event = value;
    else if (line.startsWith('data:')) data.push(value);
  }
  if (data.length === 0) return [];
  try {
    return [{ event, data: JSON.parse(data.join('\n')) }];
  } catch {
    return [];
  }
}
