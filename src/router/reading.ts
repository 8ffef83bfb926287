import type { Broker, ChannelSelection } from '../core/broker.js';
import { type DeliveryPromise, promiseOf } from '../core/delivery-promise.js';
import type { HistoryFilter } from '../core/history.js';
import { type HistoryPage, type HistoryQuery, historyPage } from '../core/history-page.js';
import type { Load } from '../core/load.js';
import type { LogPage, LogQuery } from '../core/message-log.js';
import type { PresenceReport } from '../core/presence.js';
import type { Publication } from '../core/publication.js';
import type { Operation } from '../core/route.js';
import type { Session } from '../core/session.js';
import { questionOf } from './access.js';
import type { Archive } from './archive.js';
import { HistoryPages } from './history-pages.js';
import { checkReading, type RouterLimits } from './limits.js';
import type { LiveTopic } from './live-topic.js';
import { readPresence } from './presence-report.js';
import type { Refusals } from './refusals.js';
import type { Routing } from './routing.js';
import type { Topics } from './topics.js';

export interface ReadingParts {
  readonly routing: Routing;
  readonly topics: Topics;
  readonly broker: Broker;
  readonly archive: Archive;
  readonly limits: RouterLimits;
  readonly load: Load;
  readonly refusals: Refusals;
}

/** What a peer asks of the past of channels, of who is there, and of what they promise for the time to come. */
export class Reading {
  readonly #parts: ReadingParts;
  readonly #pages: HistoryPages;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
    this.#pages = new HistoryPages(parts);
  }

  /** See `Router.history`. */
  async history(
    session: Session,
    selection: ChannelSelection,
    filter: HistoryFilter,
  ): Promise<readonly Publication[]> {
    const { routing, archive, load } = this.#parts;
    const { channel, match } = selection;
    try {
      checkReading(session, load);
      if (match !== 'exact') routing.table.checkPattern(selection);
      return await archive.history(session, selection, filter);
    } catch (error) {
      throw this.#refused(error, session, match === 'exact' ? { channel } : { channel, isPattern: true });
    }
  }

  /** See `Router.historyPage`. */
  async page(session: Session, channel: string, query: HistoryQuery): Promise<HistoryPage> {
    try {
      checkReading(session, this.#parts.load);
      return historyPage(await this.#pages.read(session, channel, query));
    } catch (error) {
      throw this.#refused(error, session, { channel });
    }
  }

  /** See `Router.search`. */
  async search(session: Session, query: LogQuery): Promise<LogPage> {
    const [channel = ''] = query.channels;
    try {
      checkReading(session, this.#parts.load);
      return await this.#parts.archive.search(session, query);
    } catch (error) {
      throw this.#refused(error, session, { channel, isPattern: true });
    }
  }

  /** See `PresenceReader.present`. */
  async presence(session: Session, channel: string): Promise<PresenceReport> {
    try {
      checkReading(session, this.#parts.load);
      return await readPresence(session, () => this.#parts.topics.find(channel));
    } catch (error) {
      throw this.#refused(error, session, { channel, operation: 'presence' });
    }
  }

  /** See `Router.promise`. */
  promise(session: Session, channel: string): DeliveryPromise {
    try {
      const topic = this.#parts.topics.find(channel);
      checkConcerned(session, topic);
      return promiseOf(channel, topic.request.route);
    } catch (error) {
      throw this.#refused(error, session, { channel });
    }
  }

  #refused(
    error: unknown,
    session: Session,
    {
      channel,
      isPattern = false,
      operation = 'history',
    }: { readonly channel: string; readonly isPattern?: boolean; readonly operation?: Operation },
  ): Error {
    const topic = isPattern ? undefined : this.#parts.topics.known(channel);
    return this.#parts.refusals.on(error, { operation, session, channel, topic });
  }
}

/** Throws `forbidden` for who may do nothing with a topic. */
function checkConcerned({ principal }: Session, topic: LiveTopic): void {
  const question = questionOf(principal, topic);
  const { access } = topic;
  if (!access.allows('publish', question) && !access.allows('subscribe', question))
    access.check('history', question);
}
