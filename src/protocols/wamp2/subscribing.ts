import { RouterError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Match } from '../../core/match.js';
import { requirePosition } from '../../core/position.js';
import type { Router, Start } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import { SESSION_CHANNEL } from '../../core/session-procedures.js';
import { checkUri } from './check-uri.js';
import { MESSAGE } from './codec.js';
import { positionOf } from './event.js';
import type { ClientMessage } from './messages.js';
import { NOTICES, type Notices } from './notices.js';
import { type SubscriptionListener, Wamp2Subscription, type Wanted } from './subscription.js';
import { ERROR_URIS } from './uris.js';
import { errorDetails, type Wire } from './wire.js';

type Subscribe = ClientMessage & { readonly type: 'subscribe' };
type Unsubscribe = ClientMessage & { readonly type: 'unsubscribe' };

export interface SubscribingParts {
  readonly session: Session;
  readonly router: Router;
  readonly wire: Wire;
  readonly notices: Notices;
  readonly logger: Logger;
  readonly strictUris: boolean;
  /** Whether the peer understands that a subscription is taken away. */
  readonly canBeRevoked: boolean;
}

/** How a subscription began, for who asked for it. */
type StartDetails = { readonly _position?: string; readonly _recovered?: boolean };

/** What one session is subscribed to. */
export class Subscribing implements SubscriptionListener {
  readonly #parts: SubscribingParts;
  readonly #byId = new Map<number, Wamp2Subscription>();
  readonly #byName = new Map<string, Wamp2Subscription>();
  /** The request that is answered as soon as its subscription has joined. */
  #request = 0;

  constructor(parts: SubscribingParts) {
    this.#parts = parts;
  }

  /** The same name twice is one subscription with one id. [WAMP2 §SUBSCRIBED] */
  async subscribe({ request, topic, options }: Subscribe): Promise<void> {
    try {
      const { match, getRetained, recover, trace } = options;
      if (topic === SESSION_CHANNEL && match === 'exact') return this.#listen(request);
      checkUri(topic, { match, strict: this.#parts.strictUris });
      const channel = match === 'exact' ? this.#parts.router.resolve(topic) : topic;
      const known = this.#byName.get(nameOf(channel, match));
      if (known !== undefined) this.#repeat(request, known, recover);
      const subscription =
        known ?? (await this.#join({ ...wantedOf(channel, match, recover), trace }, request));
      if (getRetained) await this.#sendRetained(subscription);
    } catch (error) {
      this.#parts.wire.refuse(MESSAGE.SUBSCRIBE, request, error);
    }
  }

  async unsubscribe({ request, subscription: id }: Unsubscribe): Promise<void> {
    const subscription = this.#byId.get(id);
    if (id === NOTICES && this.#parts.notices.wanted) this.#parts.notices.end();
    else if (subscription === undefined) return this.#unknown(request);
    else {
      this.#forget(subscription);
      await this.#parts.router.unsubscribe(subscription);
    }
    this.#parts.wire.send([MESSAGE.UNSUBSCRIBED, request]);
  }

  joined(subscription: Wamp2Subscription, start: Start): void {
    this.#byId.set(subscription.id, subscription);
    this.#byName.set(nameOf(subscription.channel, subscription.match), subscription);
    const details = subscription.tellsPositions ? describeStart(start) : undefined;
    this.#acknowledge(this.#request, subscription, details);
  }

  /** [WAMP2 §Subscription Revocation] */
  ended(subscription: Wamp2Subscription, why: RouterError): void {
    this.#forget(subscription);
    if (!this.#parts.canBeRevoked) return;
    const details = { subscription: subscription.id, reason: ERROR_URIS[why.code], ...errorDetails(why) };
    this.#parts.wire.send([MESSAGE.UNSUBSCRIBED, 0, details]);
  }

  async #join(wanted: Omit<Wanted, 'session'>, request: number): Promise<Wamp2Subscription> {
    const { session, wire, router } = this.#parts;
    const subscription = new Wamp2Subscription({ session, ...wanted }, wire, this);
    this.#request = request;
    await router.subscribe(subscription);
    return subscription;
  }

  /** The subscription stands without it, and its request has had its answer. [WAMP2 §Event Retention] */
  async #sendRetained(subscription: Wamp2Subscription): Promise<void> {
    try {
      const kept = await this.#parts.router.retained(subscription);
      for (const publication of kept) subscription.sendRetained(publication);
    } catch (error) {
      const { session, logger } = this.#parts;
      logger.warn(
        { event: 'retained_not_sent', session: session.id, channel: subscription.channel, error },
        'retained events not sent',
      );
    }
  }

  #listen(request: number): void {
    this.#parts.wire.send([MESSAGE.SUBSCRIBED, request, NOTICES]);
    this.#parts.notices.begin(this.#parts.session);
  }

  /** It goes on as it is: what is missing for who asks again, perhaps by another name, is not sent twice to the others. */
  #repeat(request: number, known: Wamp2Subscription, recover: boolean | string): void {
    const start = typeof recover === 'string' ? { _recovered: false } : {};
    this.#acknowledge(request, known, recover && known.tellsPositions ? start : undefined);
  }

  #acknowledge(request: number, { id }: Wamp2Subscription, start: StartDetails | undefined): void {
    const head = [MESSAGE.SUBSCRIBED, request, id];
    this.#parts.wire.send(start === undefined ? head : [...head, start]);
  }

  #unknown(request: number): void {
    const error = new RouterError('no_such_subscription', 'this session has no subscription of this id');
    this.#parts.wire.refuse(MESSAGE.UNSUBSCRIBE, request, error);
  }

  #forget(subscription: Wamp2Subscription): void {
    this.#byId.delete(subscription.id);
    this.#byName.delete(nameOf(subscription.channel, subscription.match));
  }
}

function nameOf(channel: string, match: Match = 'exact'): string {
  return `${match} ${channel}`;
}

/** Throws `bad_request` for a position that is none, and for one of a pattern. */
function wantedOf(channel: string, match: Match, recover: boolean | string): Omit<Wanted, 'session'> {
  const tellsPositions = recover !== false;
  const pattern = match === 'exact' ? {} : { match };
  if (typeof recover !== 'string') return { channel, ...pattern, tellsPositions };
  if (match === 'exact') return { channel, since: requirePosition(recover), tellsPositions };
  throw new RouterError('bad_request', 'a pattern has no position: each channel has its own', {
    hint: 'subscribe to the channel itself, or read its history by signalbox.history',
  });
}

function describeStart({ position, recovered }: Start): StartDetails {
  return { ...positionOf({ position }), ...(recovered !== undefined && { _recovered: recovered }) };
}
