import { type PeriodicTask, type Publisher, parseDuration, type ServerEvents, TOKENS } from 'signalbox';

/** Publishes how many sessions are open. Runs from the start of the server to its end. */
export class Online implements PeriodicTask {
  static readonly periodic = 'online';
  static readonly inject = [TOKENS.events, TOKENS.publisher];

  readonly interval = parseDuration('1s');
  readonly #publisher: Publisher;
  #sessions = 0;

  constructor(events: ServerEvents, publisher: Publisher) {
    this.#publisher = publisher;
    events.on('client_connected', () => void this.#sessions++);
    events.on('client_disconnected', () => void this.#sessions--);
  }

  async tick(): Promise<void> {
    await this.#publisher.publish('online', { sessions: this.#sessions });
  }
}
