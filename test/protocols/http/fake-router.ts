import type { DeliveryPromise } from '../../../src/core/delivery-promise.js';
import type { HistoryPage } from '../../../src/core/history-page.js';
import type { MaybePromise } from '../../../src/core/maybe-promise.js';
import type { LogPage, LogQuery } from '../../../src/core/message-log.js';
import type { Publication, PublishEvent } from '../../../src/core/publication.js';
import type { Router } from '../../../src/core/router.js';
import type { Session } from '../../../src/core/session.js';
import type { SubscriptionGroup, Topic } from '../../../src/core/topic.js';

/** One call of `publish`. */
export interface Published {
  readonly session: Session;
  readonly channel: string;
  readonly event: PublishEvent;
}

/** Records what it is asked to publish, and answers as the test says. */
export class FakeRouter implements Router {
  readonly published: Published[] = [];
  readonly opened: Session[] = [];
  /** Each search, and who it was for. */
  readonly searches: { readonly session: Session; readonly query: LogQuery }[] = [];
  page: LogPage = { lines: [], next: undefined };
  answer: (call: Published) => MaybePromise<Publication | undefined> = (call) => this.publication(call);

  /** Every payload as it goes over the wire. */
  get payloads(): readonly string[] {
    return this.published.map(({ event }) => event.payload.bytes.toString('latin1'));
  }

  publication({ channel, event }: Published): Publication {
    return { id: `p${this.published.length}`, channel, payload: event.payload, time: 0, audience: undefined };
  }

  publish(session: Session, channel: string, event: PublishEvent): MaybePromise<Publication | undefined> {
    const call = { session, channel, event };
    this.published.push(call);
    return this.answer(call);
  }

  channel(route: string, params: Readonly<Record<string, string | number>>): string {
    return [route, ...Object.entries(params).map((pair) => pair.join('='))].join('/');
  }

  open(session: Session): void {
    this.opened.push(session);
  }

  subscribe(): Promise<Topic> {
    throw new Error('nobody subscribes here');
  }

  resolve(name: string): string {
    return name;
  }

  retained(): readonly Publication[] {
    return [];
  }

  history(): readonly Publication[] {
    return [];
  }

  historyPage(): Promise<HistoryPage> {
    throw new Error('nobody reads histories here');
  }

  promise(): DeliveryPromise {
    throw new Error('nobody asks for promises here');
  }

  async search(session: Session, query: LogQuery): Promise<LogPage> {
    this.searches.push({ session, query });
    return this.page;
  }

  deleteQueue(): void {}

  groups(): readonly SubscriptionGroup[] {
    return [];
  }

  group(): undefined {}
  groupOf(): undefined {}

  matching(): readonly SubscriptionGroup[] {
    return [];
  }

  announce(): void {}
  unsubscribe(): void {}
  renew(): void {}
  leave(): void {}
}
