import { createHash } from 'node:crypto';
import type { Authenticator } from '../../core/authenticator.js';
import { callerOf } from '../../core/caller.js';
import { RouterError } from '../../core/errors.js';
import { type HttpEndpoint, type HttpReply, type HttpRequest, jsonReply } from '../../core/http.js';
import { type Logger, NULL_LOGGER } from '../../core/logger.js';
import { RateTable } from '../../core/rate-table.js';
import type { Router } from '../../core/router.js';
import type { Session } from '../../core/session.js';
import type { Rate } from '../../core/token-bucket.js';
import { traceparentOf } from '../../core/trace-context.js';
import { PUBLISH } from './descriptions.js';
import { checkContentType } from './headers.js';
import { Idempotency } from './idempotency.js';
import { PublishBody, type PublishLimits, type PublishRequest } from './publish-body.js';
import { requestSession } from './request-session.js';

const KEYS_REMEMBERED = 10_000;
const KEY_LIFETIME = 5 * 60_000;

/**
 * What a publisher is told. Offset and epoch are null on a route without history, the id where nothing was delivered; of what was
 * superseded they say where the channel is.
 */
export interface PublishReply {
  readonly channel: string;
  readonly id: string | null;
  readonly offset: number | null;
  readonly epoch: string | null;
  /** Whether this is what became of an earlier request with the same idempotency key. */
  readonly duplicate: boolean;
  /** Whether the channel had a version as new, so that this one was not published. */
  readonly superseded: boolean;
}

/** Who publishes, and within which trace. */
interface Origin {
  readonly session: Session;
  readonly trace: string | undefined;
}

export interface PublishEndpointSettings {
  readonly router: Router;
  /** Gets the bearer only: tickets in the address would end up in logs. */
  readonly authenticator: Authenticator;
  readonly limits: PublishLimits;
  /** What one user may publish, however many requests it takes. */
  readonly publishes?: Rate | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly logger?: Logger;
}

/**
 * `POST /api/publish`: one message, or many as `{messages: [...]}`, published in order under the caller's key or
 * ticket. A batch is refused as a whole before anything is done, or answered message by message.
 */
export class PublishEndpoint implements HttpEndpoint {
  readonly method = 'POST';
  readonly path = '/api/publish';
  readonly description = PUBLISH;
  readonly crossOrigin = true;
  readonly bodyLimit: number;
  readonly #router: Router;
  readonly #authenticator: Authenticator;
  readonly #limits: PublishLimits;
  readonly #logger: Logger;
  readonly #idempotency: Idempotency<PublishReply>;
  readonly #publishes: RateTable | undefined;

  constructor({
    router,
    authenticator,
    limits,
    publishes,
    clock = Date.now,
    logger = NULL_LOGGER,
  }: PublishEndpointSettings) {
    this.bodyLimit = limits.body;
    this.#router = router;
    this.#authenticator = authenticator;
    this.#limits = limits;
    this.#logger = logger;
    this.#publishes = publishes && new RateTable(publishes);
    this.#idempotency = new Idempotency({ size: KEYS_REMEMBERED, ttl: KEY_LIFETIME, clock });
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    const principal = await callerOf(request, this.#authenticator);
    checkContentType(request);
    const body = new PublishBody(request.body, this.#limits);
    const session = requestSession(principal, request.remoteAddress);
    session.publishes = this.#publishes?.bucket(`${principal.kind} ${principal.id}`, performance.now());
    try {
      const origin = { session, trace: traceparentOf(request.headers['traceparent']) };
      if (body.batch !== undefined) return jsonReply(200, { results: await this.#publishAll(origin, body) });
      return jsonReply(200, await this.#publish(origin, body.message(body.whole)));
    } finally {
      session.closeDown();
    }
  }

  /** One after the other, so that the order of the batch is the order of the publications. */
  async #publishAll(origin: Origin, body: PublishBody): Promise<readonly unknown[]> {
    const results: unknown[] = [];
    for (const range of body.batch ?? []) {
      try {
        results.push(await this.#publish(origin, body.message(range)));
      } catch (cause) {
        results.push(this.#refusal(cause));
      }
    }
    return results;
  }

  #refusal(cause: unknown): unknown {
    const error = RouterError.from(cause);
    if (error !== cause) this.#logger.error({ event: 'publish_failed', error: cause }, 'publish failed');
    const { code, message, hint, request } = error;
    return { error: { code, message, hint, request } };
  }

  async #publish(origin: Origin, request: PublishRequest): Promise<PublishReply> {
    const channel = this.#channelOf(request);
    const { key: given } = request.event;
    if (given === undefined) return this.#deliver(origin, channel, request);
    const { kind, id } = origin.session.principal;
    const key = JSON.stringify([kind, id, given]);
    const attempt = { key, fingerprint: fingerprint(channel, request) };
    const { result, duplicate } = await this.#idempotency.once(attempt, () =>
      this.#deliver(origin, channel, request),
    );
    // Another node, or this one long ago, may have been asked before.
    return { ...result, duplicate: duplicate || result.duplicate };
  }

  #channelOf({ target }: PublishRequest): string {
    return typeof target === 'string' ? target : this.#router.channel(target.route, target.params);
  }

  async #deliver(
    { session, trace }: Origin,
    channel: string,
    { event }: PublishRequest,
  ): Promise<PublishReply> {
    const traced = trace === undefined ? event : { ...event, trace };
    const { id, position, outcome } = (await this.#router.publish(session, channel, traced)) ?? {};
    const superseded = outcome === 'superseded';
    return {
      channel,
      id: superseded ? null : (id ?? null),
      offset: position?.offset ?? null,
      epoch: position?.epoch ?? null,
      duplicate: outcome === 'duplicate',
      superseded,
    };
  }
}

/** Equal for requests that publish the same, however they are spelled around the payload. */
function fingerprint(channel: string, { event }: PublishRequest): string {
  const around = JSON.stringify([channel, event.exclude, event.eligible, event.version]);
  return createHash('sha256').update(around).update(event.payload.bytes).digest('base64');
}
