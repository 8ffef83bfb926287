import { Payload } from '../../core/payload.js';
import type { Notice, Session } from '../../core/session.js';
import { reportIdentity, SESSION_CHANNEL } from '../../core/session-procedures.js';
import type { SubscriptionRequest } from './subscription.js';
import type { Wire } from './wire.js';

const BARE = /^\/(?:topic\/)?/;

/** Whether a destination is that of the session's own notices. */
export function isNotices(destination: string): boolean {
  return destination.replace(BARE, '') === SESSION_CHANNEL;
}

/**
 * Tells a session about itself, as MESSAGEs of `/topic/signalbox.session`; only if it has subscribed to that. What came
 * before it did, the newest of each kind, is told when it does.
 */
export class Notices {
  readonly #wire: Wire;
  readonly #missed = new Map<Notice['type'], Payload>();
  #request: SubscriptionRequest | undefined;
  #count = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  begin(request: SubscriptionRequest): void {
    this.#request = request;
    for (const payload of this.#missed.values()) this.#send(request, payload);
    this.#missed.clear();
  }

  /** Whether they are subscribed to under this id or destination. */
  goBy({ id, destination }: Pick<SubscriptionRequest, 'id' | 'destination'>): boolean {
    const request = this.#request;
    if (request === undefined || request.id !== id) return false;
    return id !== undefined || request.destination === destination;
  }

  end(): void {
    this.#request = undefined;
  }

  tell(session: Session, notice: Notice): void {
    const detail = notice.type === 'identity' ? reportIdentity(session) : { in: notice.in };
    const payload = Payload.of({ type: notice.type, ...detail });
    if (this.#request === undefined) this.#missed.set(notice.type, payload);
    else this.#send(this.#request, payload);
  }

  #send({ id, destination }: SubscriptionRequest, payload: Payload): void {
    this.#wire.send(
      'MESSAGE',
      [
        ['subscription', id ?? destination],
        ['destination', destination],
        ['message-id', `notice-${++this.#count}`],
        ['content-type', payload.contentType],
      ],
      payload.bytes,
    );
  }
}
