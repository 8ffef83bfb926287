import { type Disconnect, RouterError } from '../../core/errors.js';
import { Frame } from '../../core/frame.js';
import type { Position } from '../../core/position.js';
import { type Positions, writePositions } from '../../core/positions.js';
import type { Publication } from '../../core/publication.js';
import type { Router, Start, Subscriber } from '../../core/router.js';
import { type Principal, Session, sessionId } from '../../core/session.js';
import type { SubscriptionGroup } from '../../core/topic.js';
import { PollConnection, PolledFrame } from './poll-connection.js';

export interface PollRequest {
  readonly principal: Principal;
  readonly remoteAddress: string;
  /** As the caller writes them. */
  readonly names: readonly string[];
  /** How far it is; undefined for who begins. */
  readonly since: Positions | undefined;
  /** Milliseconds. */
  readonly wait: number;
  /** The trace that the caller is in, as a `traceparent`. */
  readonly trace: string | undefined;
}

/** One channel of a request that waits. All that wait for it by the same name read the same. */
class PollSubscription implements Subscriber {
  readonly session: Session;
  readonly channel: string;
  readonly name: string;
  readonly since: Position | undefined;
  readonly trace: string | undefined;
  readonly wireKey: string;
  start: Start | undefined = undefined;
  readonly #ended: (why: RouterError) => void;

  constructor(
    session: Session,
    asked: Pick<PollSubscription, 'name' | 'channel' | 'since' | 'trace'>,
    ended: (why: RouterError) => void,
  ) {
    this.session = session;
    this.name = asked.name;
    this.channel = asked.channel;
    this.since = asked.since;
    this.trace = asked.trace;
    this.wireKey = `poll ${asked.name}`;
    this.#ended = ended;
  }

  joined(_group: SubscriptionGroup, start: Start): void {
    this.start = start;
  }

  encode({ id, time, payload, position }: Publication): Frame {
    const { name } = this;
    // What names sessions has no position, and is not for who comes and goes.
    if (position === undefined) return EMPTY;
    const head = JSON.stringify({ channel: name, id, offset: position.offset, time });
    const bytes = Buffer.concat([Buffer.from(`${head.slice(0, -1)},"payload":`), payload.json, CLOSE]);
    return new PolledFrame(bytes, name, position);
  }

  ended(why: RouterError): void {
    this.#ended(why);
  }
}

/** One request that waits for messages: a session that ends with the first of them, or when its time is over. */
export class Poll {
  readonly #router: Router;
  readonly #request: PollRequest;
  readonly #session: Session;
  readonly #connection: PollConnection;
  #subscriptions: readonly PollSubscription[] = [];
  #wake: () => void = () => undefined;
  #isAwake = false;
  #refusal: RouterError | undefined;

  /** `limit` is the octets of one answer. */
  constructor(router: Router, request: PollRequest, limit: number) {
    this.#router = router;
    this.#request = request;
    this.#connection = new PollConnection(request.remoteAddress, limit, () => this.wake());
    this.#session = new Session({
      id: sessionId(),
      protocol: 'http',
      principal: request.principal,
      connection: this.#connection,
      end: (why) => this.#end(why),
    });
  }

  /** The JSON of the answer. Throws the first refusal. */
  async answer(): Promise<Buffer> {
    const { since } = this.#request;
    this.#router.open(this.#session);
    try {
      await this.#subscribe();
      if (since !== undefined && this.#isComplete && this.#connection.frames.length === 0) await this.#wait();
      if (this.#refusal !== undefined) throw this.#refusal;
      return this.#write();
    } finally {
      void this.#router.leave(this.#session);
    }
  }

  /** Answers now, with what there is. */
  wake(): void {
    this.#isAwake = true;
    this.#wake();
  }

  /** Whether nothing is lost. */
  get #isComplete(): boolean {
    return this.#subscriptions.every(({ start }) => start?.recovered !== false);
  }

  async #subscribe(): Promise<void> {
    const { names, since, trace } = this.#request;
    this.#subscriptions = names.map((name, i) => {
      const channel = this.#router.resolve(name);
      checkHistory(this.#router, this.#session, channel);
      const asked = { name, channel, since: since?.[i], trace };
      return new PollSubscription(this.#session, asked, (why) => this.#refuse(why));
    });
    for (const subscription of this.#subscriptions) await this.#router.subscribe(subscription);
  }

  /** Until something has come, and all that comes with it in one tick. */
  async #wait(): Promise<void> {
    if (this.#isAwake) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#request.wait);
      this.#wake = () => {
        clearTimeout(timer);
        setImmediate(resolve);
      };
    });
  }

  #end({ reason }: Disconnect): void {
    this.#refuse(new RouterError('unavailable', reason));
  }

  #refuse(why: RouterError): void {
    this.#refusal ??= why;
    this.wake();
  }

  #write(): Buffer {
    const { frames } = this.#connection;
    const parts: Buffer[] = [Buffer.from('{"messages":[')];
    for (const [i, { bytes }] of frames.entries()) parts.push(...(i === 0 ? [] : [COMMA]), bytes);
    const recovered = this.#subscriptions.map(({ name, start }) => [name, start?.recovered]);
    const rest = JSON.stringify({ since: this.#cursor, recovered: Object.fromEntries(recovered) });
    return Buffer.concat([...parts, Buffer.from(`],${rest.slice(1)}\n`)]);
  }

  get #cursor(): string {
    const positions = this.#subscriptions.map(({ name, start }) => {
      const last = this.#connection.frames.findLast((frame) => frame.name === name);
      return last?.position ?? start?.position;
    });
    return writePositions(positions);
  }
}

/** No message. */
const EMPTY = new Frame(Buffer.alloc(0));
const CLOSE = Buffer.from('}');
const COMMA = Buffer.from(',');

/** What is kept nowhere would be lost between two requests. */
function checkHistory(router: Router, session: Session, channel: string): void {
  if (router.promise(session, channel).kind === 'recoverable') return;
  throw new RouterError('bad_request', `${channel} has no history: what comes between two requests is lost`, {
    hint: 'give its route a history, or listen at /sse',
  });
}
