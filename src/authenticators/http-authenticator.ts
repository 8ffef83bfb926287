import { createHash } from 'node:crypto';
import type { AuthAttempt, Authenticator } from '../core/authenticator.js';
import { RouterError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { MaybePromise } from '../core/maybe-promise.js';
import type { Meter } from '../core/meter.js';
import type { Principal } from '../core/session.js';
import { AnswerCache } from './answer-cache.js';
import { FetchFault, fetchSmall } from './fetch-small.js';
import { forwarded, type Shown } from './forwarded.js';
import { readVerdict, type Verdict } from './http-verdict.js';
import { Outage } from './outage.js';

/** Durations in milliseconds; `cache` 0 for none. */
export interface HttpAuthOptions extends Shown {
  readonly url: string;
  readonly timeout: number;
  readonly cache: number;
}

/** What it works with; `clock` gives milliseconds since 1970. */
export interface HttpAuthContext {
  readonly logger: Logger;
  readonly meter: Meter;
  readonly clock?: () => number;
}

/** Questions under way at a time. */
const MOST_QUESTIONS = 64;
/** Answers that are kept. */
const MOST_ANSWERS = 10_000;
/** How long the application's word that somebody is nobody is kept: he may be about to log in. */
const NEGATIVE = 1000;

type Headers = Readonly<Record<string, string>>;

/**
 * Asks the application who has the cookies and headers that a peer came with. Undefined for somebody that the
 * application calls anonymous. Throws `unauthorized` where it refuses, and `unavailable` or `timeout` where it gives
 * no answer that can be understood.
 */
export class HttpAuthenticator implements Authenticator {
  readonly method = 'http';
  readonly #options: HttpAuthOptions;
  readonly #meter: Meter;
  readonly #clock: () => number;
  readonly #outage: Outage;
  readonly #answers: AnswerCache<Verdict>;
  readonly #underWay = new Map<string, Promise<Verdict>>();

  constructor(options: HttpAuthOptions, { logger, meter, clock = Date.now }: HttpAuthContext) {
    this.#options = options;
    this.#meter = meter;
    this.#clock = clock;
    this.#outage = new Outage('asking the application who a peer is', logger);
    this.#answers = new AnswerCache(MOST_ANSWERS, clock);
  }

  authenticate(attempt: AuthAttempt): MaybePromise<Principal | undefined> {
    const shown = forwarded(attempt, this.#options);
    if (shown === undefined) return undefined;
    const headers = { ...shown, accept: 'application/json', 'x-forwarded-for': attempt.remoteAddress };
    return this.#verdict(headers).then((verdict) => {
      if (verdict.type === 'refused') throw verdict.error;
      return verdict.type === 'user' ? verdict.principal : undefined;
    });
  }

  async #verdict(headers: Headers): Promise<Verdict> {
    const key = createHash('sha256').update(JSON.stringify(headers)).digest('base64url');
    const known = this.#answers.get(key) ?? this.#underWay.get(key);
    if (known !== undefined) return known;
    if (this.#underWay.size >= MOST_QUESTIONS) throw this.#busy();
    const asked = this.#ask(headers).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, asked);
    const verdict = await asked;
    this.#answers.keep(key, verdict, this.#until(verdict));
    return verdict;
  }

  async #ask(headers: Headers): Promise<Verdict> {
    const { url, timeout } = this.#options;
    const asked = this.#clock();
    try {
      const verdict = readVerdict(await fetchSmall(url, { headers, timeout }), asked);
      this.#count(verdict.type);
      this.#outage.answered();
      return verdict;
    } catch (error) {
      throw this.#failed(error as Error);
    }
  }

  /** An answer is never kept longer than it says that the user is one. */
  #until(verdict: Verdict): number {
    const { cache } = this.#options;
    const now = this.#clock();
    if (verdict.type !== 'user') return now + Math.min(cache, NEGATIVE);
    return Math.min(now + cache, verdict.principal.expires ?? Number.POSITIVE_INFINITY);
  }

  #failed(error: Error): RouterError {
    const isFetch = error instanceof FetchFault;
    const late = isFetch && error.late;
    this.#count(late ? 'timeout' : 'failed');
    this.#outage.failed(isFetch ? error.message : `the answer ${error.message}`);
    if (!late) return new RouterError('unavailable', 'the application cannot tell now who this is');
    return new RouterError('timeout', 'the application did not tell in time who this is', {
      hint: 'make the application faster, or raise auth.http.timeout',
    });
  }

  #busy(): RouterError {
    this.#count('busy');
    const message = `${MOST_QUESTIONS} questions to the application are under way already`;
    return new RouterError('unavailable', message, { hint: 'try again later; the log tells if it is slow' });
  }

  #count(outcome: string): void {
    this.#meter.count('signalbox_auth_questions_total', { outcome });
  }
}
