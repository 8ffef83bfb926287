import type { RouterError } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';
import { type Position, writePosition } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import type { Consumer, QueueDelivery } from '../../core/queue.js';
import type { Start, Subscriber } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import type { SubscriptionGroup } from '../../core/topic.js';
import { type Deliveries, DeliveryList } from './deliveries.js';
import type { Selection } from './destination.js';
import type { MessageWriter } from './message.js';
import type { Pace } from './pace.js';
import type { Wire } from './wire.js';
import type { HeaderPair } from './write-frame.js';

/** Whether and how a subscriber answers for messages. [STOMP 1.2 §SUBSCRIBE ack Header] */
export type AckMode = 'auto' | 'client' | 'client-individual';

/** What a peer asked for. */
export interface SubscriptionRequest {
  /** Undefined for who named its subscription by the destination alone. */
  readonly id: string | undefined;
  readonly destination: string;
  readonly ack: AckMode;
  /** Undefined: that of the queue. */
  readonly prefetch: number | undefined;
  /** Whether positions are told. */
  readonly tellsPositions: boolean;
  readonly since: Position | undefined;
  /** The trace that it asks in, as a `traceparent`. */
  readonly trace: string | undefined;
}

/** What a subscription tells its session. */
export interface SubscriptionListener {
  joined(subscription: StompSubscription, start: Start): void;
  ended(subscription: StompSubscription, why: RouterError): void;
}

export interface SubscriptionParts {
  readonly session: Session;
  readonly wire: Wire;
  readonly messages: MessageWriter;
  readonly deliveries: Deliveries;
  readonly pace: Pace;
  readonly listener: SubscriptionListener;
}

/** A STOMP subscription. All of a group with one id, one spelling and one version read the same MESSAGE. */
export class StompSubscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  readonly match?: Exclude<Selection['match'], undefined>;
  readonly request: SubscriptionRequest;
  readonly since: Position | undefined;
  readonly trace: string | undefined;
  readonly wireKey: string;
  /** There for those who answer for messages; only queues ask for it. */
  readonly consumer?: Consumer;
  readonly #selection: Selection;
  readonly #parts: SubscriptionParts;
  readonly #unanswered: DeliveryList;
  #closed = false;

  constructor(request: SubscriptionRequest, selection: Selection, parts: SubscriptionParts) {
    const { ack, prefetch } = request;
    this.session = parts.session;
    this.channel = selection.channel;
    if (selection.match !== undefined) this.match = selection.match;
    this.request = request;
    this.since = request.since;
    this.trace = request.trace;
    this.wireKey = keyOf(request, parts.wire);
    this.#selection = selection;
    this.#parts = parts;
    this.#unanswered = new DeliveryList({ cumulative: ack === 'client' });
    if (ack !== 'auto') this.consumer = { prefetch, take: (delivery) => this.#take(delivery) };
  }

  /** Of a topic, or of a queue whose messages are not answered for. */
  encode(publication: Publication): Frame {
    const head = this.#head(publication, publication.id);
    const { messages, wire } = this.#parts;
    return wire.fit(messages.write(head, publication, wire.form));
  }

  joined(_group: SubscriptionGroup, start: Start): void {
    this.#parts.listener.joined(this, start);
  }

  ended(why: RouterError): void {
    this.close();
    this.#parts.listener.ended(this, why);
  }

  /** Takes no more messages, and no answers for those it has had. */
  close(): void {
    this.#closed = true;
    this.#parts.deliveries.forget(this.#unanswered);
  }

  #take(delivery: QueueDelivery): boolean {
    const { messages, wire, deliveries, pace } = this.#parts;
    if (this.#closed || wire.closed) return false;
    const { publication, redelivered, attempt } = delivery;
    const head = this.#head(publication, deliveries.add(this.#unanswered, delivery));
    if (redelivered) head.push(['redelivered', 'true'], ['delivery-count', String(attempt)]);
    pace.send(() => (this.#closed ? undefined : wire.fit(messages.write(head, publication, wire.form))));
    return true;
  }

  /** The message id is that of the publication, so that who gets it twice can see it. */
  #head({ channel, id: messageId, position }: Publication, ackId: string): HeaderPair[] {
    const { id, destination, ack, tellsPositions } = this.request;
    const { version } = this.#parts.wire;
    const head: HeaderPair[] = [
      ['destination', this.#selection.spell(channel)],
      ['message-id', messageId],
    ];
    if (id !== undefined || version !== '1.0') head.unshift(['subscription', id ?? destination]);
    if (ack !== 'auto' && version === '1.2') head.push(['ack', ackId]);
    if (tellsPositions && position !== undefined) head.push(['position', writePosition(position)]);
    return head;
  }
}

/** Names have no NUL in them. */
function keyOf(
  { id, destination, ack, tellsPositions }: SubscriptionRequest,
  { version, binary }: Wire,
): string {
  const more = `${ack === 'auto' ? '' : 'ack'} ${tellsPositions ? 'position' : ''}`;
  const form = `stomp ${version} ${binary ? 'binary' : 'any'} ${more}`;
  return [form, destination, id ?? ''].join('\0');
}
