import { overLimit, RouterError } from '../../core/errors.js';
import type { Router } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import type { Selection } from './destination.js';
import type { ReplyAddresses } from './reply-addresses.js';

export const TEMP_QUEUE = '/temp-queue/';
const REPLY_QUEUE = 'reply-queue/';

export interface ReplyQueueParts {
  readonly session: Session;
  readonly addresses: ReplyAddresses;
  readonly router: Router;
  /** Queues of one session: `stomp.temp_queues`. */
  readonly most: number;
}

/** Whether a destination names a reply queue of the session itself. */
export function isTempQueue(destination: string | undefined): destination is string {
  return destination?.startsWith(TEMP_QUEUE) === true;
}

/** The reply queues of one session, each under the name `/temp-queue/...` that the peer has for it. They go with the session. */
export class ReplyQueues {
  readonly #parts: ReplyQueueParts;
  readonly #channels = new Map<string, string>();

  constructor(parts: ReplyQueueParts) {
    this.#parts = parts;
    parts.session.whenClosed(() => this.#close());
  }

  /** The channel behind a name, which is made for the first one who asks. Throws `limit_exceeded` and `bad_request`. */
  channelOf(destination: string): string {
    const known = this.#channels.get(destination);
    if (known !== undefined) return known;
    this.#check(destination);
    const channel = `${REPLY_QUEUE}${this.#parts.addresses.open(this.#parts.session)}`;
    this.#channels.set(destination, channel);
    return channel;
  }

  selectionOf(destination: string): Selection {
    return { channel: this.channelOf(destination), spell: () => destination };
  }

  #check(destination: string): void {
    const { session, most } = this.#parts;
    if (session.closed) throw new RouterError('unavailable', 'the session has ended');
    if (destination.length === TEMP_QUEUE.length)
      throw new RouterError('bad_request', 'a temporary queue needs a name, as in /temp-queue/replies');
    if (this.#channels.size < most) return;
    throw overLimit('stomp.temp_queues', `this connection has stomp.temp_queues of ${most} already`);
  }

  #close(): void {
    const { addresses, router } = this.#parts;
    for (const channel of this.#channels.values()) {
      addresses.close(channel.slice(REPLY_QUEUE.length));
      void router.deleteQueue(channel);
    }
    this.#channels.clear();
  }
}

/** The destination by which others answer. */
export function replyDestination(channel: string): string {
  return `/${channel}`;
}
