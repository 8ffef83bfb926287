import { RouterError } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { after } from '../../core/maybe-promise.js';
import { Payload } from '../../core/payload.js';
import type { Publication, PublishEvent } from '../../core/publication.js';
import type { Router } from '../../core/router.js';
import type { CallReply, Procedures } from '../../core/rpc.js';
import type { Session } from '../../core/session.js';
import { SESSION_PROCEDURES } from '../../core/session-procedures.js';
import type { StompFrame } from './frame-reader.js';
import { publishEventOf } from './publish-event.js';
import { isTempQueue, type ReplyQueues } from './reply-queues.js';
import { requireHeader } from './require-header.js';
import type { Outcome, Step } from './transactions.js';
import type { HeaderPair } from './write-frame.js';

/** Where a session sends a new ticket or token, to go on being who it is. */
const RENEWAL = /^\/?(?:topic\/)?signalbox\.session\.renew$/;

export interface SendingParts {
  readonly session: Session;
  readonly router: Router;
  readonly procedures: Procedures;
  readonly replies: ReplyQueues;
  /** Levels of lists and maps in a JSON body. */
  readonly depth: number;
  /** The destination of replies, for a name of the session's own. */
  replyTo(destination: string): Promise<string>;
}

/** What one session publishes. */
export class Sending {
  readonly #parts: SendingParts;

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  /** What a SEND does, checked as far as it can be without doing it. Throws `bad_request`. */
  prepare(frame: StompFrame): Step {
    const destination = requireHeader(frame, 'destination');
    const { headers, body } = frame;
    this.#checkUser(headers.get('user-id'));
    const receipt = headers.get('receipt');
    if (RENEWAL.test(destination)) return { kind: 'send', receipt, run: () => this.#renew(body) };
    const event = publishEventOf(frame, this.#parts.depth);
    return { kind: 'send', receipt, run: (placed) => this.#send(destination, event, placed) };
  }

  #send(destination: string, event: PublishEvent, placed?: () => void): MaybePromise<Outcome> {
    const replyTo = event.headers?.['reply-to'];
    if (!isTempQueue(replyTo)) return this.#publish(destination, event, placed);
    return this.#parts
      .replyTo(replyTo)
      .then((reply) =>
        this.#publish(destination, { ...event, headers: { ...event.headers, 'reply-to': reply } }),
      );
  }

  #publish(destination: string, event: PublishEvent, placed?: () => void): MaybePromise<Outcome> {
    const { router, session, replies } = this.#parts;
    const channel = isTempQueue(destination) ? replies.channelOf(destination) : router.resolve(destination);
    return after(router.publish(session, channel, event, placed), describe);
  }

  /** Consumers of RabbitMQ take this header for who sent a message. A back end may send for its users. */
  #checkUser(user: string | undefined): void {
    const { kind, id } = this.#parts.session.principal;
    if (user === undefined || user === id || kind === 'backend') return;
    throw new RouterError('forbidden', 'the header user-id names somebody else', {
      hint: 'leave user-id out, or send the user-name of CONNECTED',
    });
  }

  #renew(secret: Buffer): Promise<void> {
    const { procedures, session } = this.#parts;
    const payload = Payload.ofArguments({ list: [secret.toString('utf8').trim()] });
    return new Promise((resolve, reject) => {
      const reply = (reply: CallReply) => {
        if (reply.type === 'refused') reject(reply.error);
        else resolve();
      };
      procedures.call({ session, procedure: SESSION_PROCEDURES.renew, payload, reply });
    });
  }
}

/** Where a publication is in the history of its channel, and what came of it where it was not published. */
function describe(publication: Publication | undefined): Outcome {
  if (publication?.position === undefined && publication?.outcome === undefined) return undefined;
  const { position, outcome } = publication;
  const head: HeaderPair[] = [];
  if (position !== undefined) head.push(['offset', String(position.offset)], ['epoch', position.epoch]);
  if (outcome !== undefined) head.push([outcome, 'true']);
  return head;
}
