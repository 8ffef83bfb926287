import type { ServerEvents } from '../../core/events.js';
import type { NodeOverview } from '../../core/node-overview.js';
import type { Session } from '../../core/session.js';

type Spoken = NodeOverview['protocols'][number];

/** How many sessions there are of each protocol on each transport; counted as they come and go. */
export class SpokenProtocols {
  readonly #sessions = new Map<string, { -readonly [K in keyof Spoken]: Spoken[K] }>();

  constructor(events: ServerEvents) {
    events.on('client_connected', ({ session }) => this.#count(session, 1));
    events.on('client_disconnected', ({ session }) => this.#count(session, -1));
  }

  /** The most spoken first. */
  get list(): readonly Spoken[] {
    return [...this.#sessions.values()]
      .filter(({ sessions }) => sessions > 0)
      .sort((a, b) => b.sessions - a.sessions)
      .map((spoken) => ({ ...spoken }));
  }

  #count({ protocol, connection: { transport } }: Session, by: 1 | -1): void {
    const key = `${protocol} ${transport}`;
    const known = this.#sessions.get(key);
    if (known === undefined) this.#sessions.set(key, { protocol, transport, sessions: by });
    else known.sessions += by;
  }
}
