import { admission } from '../core/audience.js';
import type { Broker, ChannelSelection } from '../core/broker.js';
import { RouterError } from '../core/errors.js';
import { type HistoryFilter, selectHistory } from '../core/history.js';
import { after, isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { LoggedMessage, LogPage, LogQuery, MessageLog } from '../core/message-log.js';
import type { Publication } from '../core/publication.js';
import type { Subscriber } from '../core/router.js';
import type { Session } from '../core/session.js';
import { questionOf } from './access.js';
import { isMeant } from './delivery.js';
import { isLetIn } from './let-in.js';
import type { LiveTopic } from './live-topic.js';
import type { Sessions } from './sessions.js';
import type { Topics } from './topics.js';

/** Publications that one read gives at most. */
const MOST = 1000;

/** Reads of the log for one search. */
const MOST_PAGES = 10;

export interface ArchiveParts {
  readonly broker: Broker;
  readonly log?: MessageLog | undefined;
  readonly topics: Topics;
  readonly sessions: Sessions;
}

/** What is kept of publications, for those who may have it: by its channel's own route, and its whole audience. */
export class Archive {
  readonly #parts: ArchiveParts;

  constructor(parts: ArchiveParts) {
    this.#parts = parts;
  }

  /** See `Router.retained`. */
  retained(subscriber: Subscriber): MaybePromise<readonly Publication[]> {
    const found = this.#parts.broker.retained(selectionOf(subscriber));
    return isPromise(found)
      ? found.then((all) => this.#newest(all, subscriber))
      : this.#newest(found, subscriber);
  }

  /** See `Router.history`; the refusals are not yet a peer's. */
  history(
    session: Session,
    selection: ChannelSelection,
    filter: HistoryFilter,
  ): MaybePromise<readonly Publication[]> {
    if (selection.match === 'exact') this.check(session, this.#parts.topics.find(selection.channel));
    const found = this.#parts.broker.history(selection);
    const select = (all: readonly Publication[]) => this.#select(all, session, { selection, filter });
    return isPromise(found) ? found.then(select) : select(found);
  }

  /** The newest of a channel that are for one who may join it, oldest first. */
  recent(subscriber: Subscriber, count: number): MaybePromise<readonly Publication[]> {
    return after(this.#parts.broker.history(selectionOf(subscriber)), (all) =>
      all.filter((publication) => isFor(subscriber.session, publication)).slice(-count),
    );
  }

  /** See `Router.search`; the refusals are not yet a peer's. */
  async search(session: Session, query: LogQuery): Promise<LogPage> {
    const { log, topics } = this.#parts;
    for (const channel of query.channels) this.check(session, topics.find(channel));
    if (log === undefined) return { lines: [], next: undefined };
    const ofPage = () => {
      const mayRead = this.#once((topic) => mayReadHistory(session, topic));
      return ({ publication }: LoggedMessage) =>
        !session.closed && mayRead(publication.channel) && isFor(session, publication);
    };
    return readPage(query, log, ofPage);
  }

  /** Throws `forbidden` for one who may not read the history of a channel. */
  check(session: Session, topic: LiveTopic): void {
    topic.access.check('history', questionOf(session.principal, topic));
    if (isLetIn(session, topic)) return;
    throw new RouterError('forbidden', `the history of ${topic.channel} is for its subscribers`, {
      hint: 'subscribe first: the handler decides who may',
    });
  }

  #newest(publications: readonly Publication[], subscriber: Subscriber): readonly Publication[] {
    const { session } = subscriber;
    // What came late for somebody who has gone meanwhile is nobody's.
    if (!this.#parts.sessions.subscribersOf(session).has(subscriber)) return [];
    const newest = new Map<string, Publication>();
    const mayHave = this.#once((topic) => maySee(subscriber, topic));
    for (const publication of publications) {
      if (!mayHave(publication.channel) || !isFor(session, publication)) continue;
      newest.delete(publication.channel);
      newest.set(publication.channel, publication);
    }
    return [...newest.values()].slice(-MOST);
  }

  #select(
    publications: readonly Publication[],
    session: Session,
    { selection, filter }: { selection: ChannelSelection; filter: HistoryFilter },
  ): readonly Publication[] {
    const mayRead = this.#once((topic) => isMeant(selection, topic) && mayReadHistory(session, topic));
    return selectHistory(
      publications,
      { ...filter, limit: Math.min(filter.limit ?? MOST, MOST) },
      (publication) => !session.closed && mayRead(publication.channel) && isFor(session, publication),
    );
  }

  /** Asks about each channel once. What has no route is nobody's. */
  #once(may: (topic: LiveTopic) => boolean): (channel: string) => boolean {
    const known = new Map<string, boolean>();
    return (channel) => {
      const decided = known.get(channel);
      if (decided !== undefined) return decided;
      const topic = this.#parts.topics.known(channel);
      const allowed = topic !== undefined && may(topic);
      known.set(channel, allowed);
      return allowed;
    };
  }
}

/** The channel or pattern of a subscriber. */
export function selectionOf({ channel, match }: Subscriber): ChannelSelection {
  return { channel, match: match ?? 'exact' };
}

/** Whether a session is meant by the audience of a publication. */
export function isFor(session: Session, { audience }: Publication): boolean {
  return admission(audience)?.(session) !== false;
}

/** A subscriber of the channel itself has been let in by the handler. */
function maySee(subscriber: Subscriber, topic: LiveTopic): boolean {
  const { session, match } = subscriber;
  if (match !== undefined && !(topic.decidesByAccess && isMeant(selectionOf(subscriber), topic)))
    return false;
  return topic.access.allows('subscribe', questionOf(session.principal, topic));
}

function mayReadHistory(session: Session, topic: LiveTopic): boolean {
  if (!topic.access.allows('history', questionOf(session.principal, topic))) return false;
  return isLetIn(session, topic);
}

/** Reads on where no line is for the reader: that is no end of the log. */
async function readPage(
  query: LogQuery,
  log: MessageLog,
  ofPage: () => (line: LoggedMessage) => boolean,
): Promise<LogPage> {
  const isForward = query.after !== undefined && query.before === undefined;
  let next: number | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const rest = next === undefined ? query : { ...query, [isForward ? 'after' : 'before']: next };
    const found = await log.search(rest);
    const lines = found.lines.filter(ofPage());
    ({ next } = found);
    if (lines.length > 0 || next === undefined) return { lines, next };
  }
  return { lines: [], next };
}
