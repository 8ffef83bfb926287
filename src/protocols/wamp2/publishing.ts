import { isPromise, type MaybePromise } from '../../core/maybe-promise.js';
import type { Publication } from '../../core/publication.js';
import type { Router } from '../../core/router.js';
import { type Session, sessionId } from '../../core/session.js';
import { checkUri } from './check-uri.js';
import { MESSAGE } from './codec.js';
import type { Disclosure } from './context.js';
import { disclosed } from './disclosure.js';
import type { ClientMessage } from './messages.js';
import { publishEventOf } from './publish-event.js';
import type { Wire } from './wire.js';

type Publish = ClientMessage & { readonly type: 'publish' };

export interface PublishingParts {
  readonly session: Session;
  readonly router: Router;
  readonly wire: Wire;
  readonly disclosure: Disclosure;
  readonly strictUris: boolean;
}

/** What one session publishes. */
export class Publishing {
  readonly #parts: PublishingParts;

  constructor(parts: PublishingParts) {
    this.#parts = parts;
  }

  /** Subscribers are served before the publisher is answered, which some clients count on. [WAMP2 §PUBLISH] */
  publish(message: Publish): MaybePromise<void> {
    const { session, router, strictUris, disclosure } = this.#parts;
    try {
      checkUri(message.topic, { match: 'exact', strict: strictUris });
      const channel = router.resolve(message.topic);
      const publisher = disclosed(session, message.options.discloseMe, disclosure);
      const done = router.publish(session, channel, publishEventOf(message, session, publisher));
      if (isPromise(done)) return this.#settle(message, done);
      this.#acknowledge(message, done);
    } catch (error) {
      this.#refuse(message, error);
    }
  }

  async #settle(message: Publish, done: Promise<Publication | undefined>): Promise<void> {
    try {
      this.#acknowledge(message, await done);
    } catch (error) {
      this.#refuse(message, error);
    }
  }

  /** One that the handler delivered to nobody has an id all the same. [WAMP2 §PUBLISHED] */
  #acknowledge({ request, options }: Publish, publication: Publication | undefined): void {
    if (!options.acknowledge) return;
    const head = [MESSAGE.PUBLISHED, request, Number(publication?.id ?? sessionId())];
    this.#parts.wire.send(options.tellsPosition ? [...head, placeOf(publication)] : head);
  }

  #refuse({ request, options }: Publish, error: unknown): void {
    if (options.acknowledge) this.#parts.wire.refuse(MESSAGE.PUBLISH, request, error);
  }
}

/** Where a publication is in the history of its channel, and what came of it where it was not published. */
function placeOf(publication: Publication | undefined): Readonly<Record<string, unknown>> {
  const { position, outcome } = publication ?? {};
  return {
    ...(position && { _offset: position.offset, _epoch: position.epoch }),
    ...(outcome && { _outcome: outcome }),
  };
}
