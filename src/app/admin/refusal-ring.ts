import { ERROR_CODES, type ErrorCode } from '../../core/errors.js';
import type { Refused, SeenRefusal } from '../../core/inspection.js';
import { LogBudget } from '../../core/log-budget.js';

/** Refusals that are remembered. */
const MOST = 200;
/** Characters of a channel and of a reason, which a stranger has written. */
const LONGEST_CHANNEL = 256;
const LONGEST_REASON = 512;

/** A handshake that was refused. */
export interface RefusedHandshake {
  readonly remoteAddress: string;
  readonly code: string;
  readonly reason: string;
}

/**
 * The last refusals. Of equal ones in a row one is kept, with their number; and of a flood of different ones as many a second as
 * are logged, so that strangers cannot make the server explain itself all the time.
 */
export class RefusalRing {
  readonly #told: (refusal: SeenRefusal) => void;
  readonly #budget = new LogBudget();
  /** The newest last. */
  readonly #kept: SeenRefusal[] = [];

  /** `told` is called for each that is kept, and again when it has come once more, unless there are too many. */
  constructor(told: (refusal: SeenRefusal) => void) {
    this.#told = told;
  }

  /** The newest first. */
  get all(): readonly SeenRefusal[] {
    return this.#kept.toReversed();
  }

  refused({ error, operation, session, channel, route, decided }: Refused): void {
    const { code, hint, request } = error;
    const { principal, id, protocol, connection } = session;
    const { remoteAddress } = connection;
    this.#add(
      {
        code,
        reason: error.message.slice(0, LONGEST_REASON),
        operation,
        channel,
        principal,
        // That of a request is over before anybody looks.
        session: protocol === 'http' ? undefined : id,
        remoteAddress,
      },
      () => ({ hint, request, route, decided: decided() }),
    );
  }

  handshake({ remoteAddress, code, reason }: RefusedHandshake): void {
    this.#add(
      {
        code,
        reason: reason.slice(0, LONGEST_REASON),
        operation: 'connect',
        channel: undefined,
        principal: undefined,
        session: undefined,
        remoteAddress,
      },
      () => ({
        hint: code in ERROR_CODES ? ERROR_CODES[code as ErrorCode].hint : undefined,
        request: undefined,
        route: undefined,
        decided: [],
      }),
    );
  }

  #add(what: RefusalKind, more: () => RefusalDetails): void {
    const channel = what.channel?.slice(0, LONGEST_CHANNEL);
    const newest = this.#kept.at(-1);
    const time = Date.now();
    const isBudgeted = this.#budget.spend(performance.now()) !== undefined;
    if (newest !== undefined && isEqual(newest, { ...what, channel })) {
      const again = { ...newest, time, times: newest.times + 1 };
      this.#kept[this.#kept.length - 1] = again;
      if (isBudgeted) this.#told(again);
    } else if (isBudgeted) this.#keep({ ...what, channel, ...more(), time, times: 1 });
  }

  #keep(refusal: SeenRefusal): void {
    this.#kept.push(refusal);
    if (this.#kept.length > MOST) this.#kept.shift();
    this.#told(refusal);
  }
}

type RefusalKind = Pick<
  SeenRefusal,
  'code' | 'reason' | 'operation' | 'channel' | 'principal' | 'session' | 'remoteAddress'
>;
type RefusalDetails = Pick<SeenRefusal, 'hint' | 'request' | 'route' | 'decided'>;

function isEqual(a: RefusalKind, b: RefusalKind): boolean {
  return (
    a.code === b.code &&
    a.channel === b.channel &&
    a.operation === b.operation &&
    a.principal?.kind === b.principal?.kind &&
    a.principal?.id === b.principal?.id &&
    a.session === b.session &&
    a.remoteAddress === b.remoteAddress &&
    a.reason === b.reason
  );
}
