import { EventStreamReader } from '../support/event-stream.js';
import type { ServerProcess } from '../support/server.js';
import type { Person, Reader } from './combinations.js';

/** One response that goes on. */
interface Stream {
  readonly reader: EventStreamReader;
  readonly end: AbortController;
  hasEnded: boolean;
}

/** A client of Server-Sent Events with a stream for each channel, which it reads as browsers do. */
export async function connectStreams(server: ServerProcess, person?: Person): Promise<Reader> {
  const streams = new Map<string, Stream>();
  const open = async (channel: string): Promise<string | undefined> => {
    const ticket = person && server.ticket(person.user, person.organizations);
    const query = new URLSearchParams({ channel, ...(ticket !== undefined && { ticket }) });
    const end = new AbortController();
    const response = await fetch(`${server.url}/sse?${query}`, { signal: end.signal });
    if (response.status !== 200) return ((await response.json()) as { error: { code: string } }).error.code;
    const stream = { reader: new EventStreamReader(), end, hasEnded: false };
    streams.set(channel, stream);
    void follow(response, stream);
    return undefined;
  };
  const farewells = () =>
    [...streams.values()].flatMap(({ reader }) => reader.named('disconnect') as { reconnect: boolean }[]);
  return {
    subscribe: async (channel) => (streams.has(channel) ? undefined : open(channel)),
    received: (channel) => streams.get(channel)?.reader.messages ?? [],
    ended: () => {
      if (![...streams.values()].some(({ hasEnded }) => hasEnded)) return 'no';
      return farewells().some(({ reconnect }) => !reconnect) ? 'for good' : 'to come back';
    },
    vanish: () => {
      for (const { end } of streams.values()) end.abort();
    },
  };
}

async function follow(response: Response, stream: Stream): Promise<void> {
  try {
    for await (const octets of response.body ?? []) stream.reader.read(octets);
  } catch {
    // It was ended here, or the server is gone.
  }
  stream.hasEnded = true;
}
