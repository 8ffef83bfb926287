import type { Connection, ConnectionListener } from '../../core/connection.js';
import { DISCONNECT, type Disconnect, type RouterError } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';
import type { Guest } from '../../core/protocol.js';
import type { Publication } from '../../core/publication.js';
import { ANONYMOUS, type Notice, Session, sessionId } from '../../core/session.js';
import { reportIdentity } from '../../core/session-procedures.js';
import type { SseContext } from './context.js';
import { type Held, HeldFrame, OpeningConnection } from './opening-connection.js';
import { Progress, type StreamChannel } from './progress.js';
import {
  disconnectEvent,
  endedEvent,
  firstWords,
  recoveredEvent,
  serverEvent,
  told,
} from './server-events.js';
import { readStreamRequest, type StreamRequest } from './stream-request.js';
import { SseSubscription, type SubscribedStream } from './subscription.js';

/** A channel that was refused. */
interface Refused {
  readonly channel: string;
  readonly why: RouterError;
}

/**
 * One stream of events: a session with all its subscriptions, which begins when every channel has let it in, and not at all
 * when one has refused it. [HTML §9.2]
 */
export class SseStream implements ConnectionListener, SubscribedStream {
  readonly session: Session;
  readonly #connection: Connection;
  readonly #context: SseContext;
  #subscriptions: readonly SseSubscription[] = [];
  /** Channels whose subscription has ended. */
  #ended: Refused[] | undefined;
  /** Undefined before it begins, and after its end. */
  #progress: Progress | undefined;
  #isOver = false;

  constructor(connection: Connection, guest: Guest, context: SseContext) {
    const opening = new OpeningConnection(connection, context.ahead);
    this.#connection = connection;
    this.#context = context;
    this.session = new Session({
      id: sessionId(),
      protocol: 'sse',
      principal: guest.principal ?? ANONYMOUS,
      connection: opening,
      end: (why) => this.end(why),
      notify: (notice) => this.#tell(notice),
    });
    void this.#open(guest, opening);
  }

  /** A stream has no way for the peer to say anything. */
  received(): void {}

  disconnected(): void {
    this.#isOver = true;
    this.#leaveProgress();
    void this.#context.router.leave(this.session);
  }

  end(why: Disconnect): void {
    if (this.#progress !== undefined) this.#connection.send(disconnectEvent(why));
    this.#isOver = true;
    this.#connection.close(why);
  }

  encode(index: number, publication: Publication): Frame {
    return this.#progress?.event(index, publication) ?? new HeldFrame(index, publication);
  }

  ended(index: number, why: RouterError): void {
    const channel = this.#subscriptions[index]?.name ?? '';
    this.#ended = [...(this.#ended ?? []), { channel, why }];
    const progress = this.#progress;
    if (progress === undefined || this.#isOver) return;
    this.#connection.send(endedEvent(channel, why));
    if (this.#ended.length === this.#subscriptions.length) this.end(DISCONNECT.refused);
    else this.#share(progress.as(this.#channels((i) => progress.positionOf(i) !== undefined)));
  }

  async #open(guest: Guest, opening: OpeningConnection): Promise<void> {
    const { router, refusals } = this.#context;
    try {
      const request = readStreamRequest(guest);
      router.open(this.session);
      const refused = await this.#subscribe(request);
      if (this.#isOver) return;
      if (refused.length > 0) this.#refuse(refused);
      else opening.begin((held) => this.#begin(request, held));
    } catch (error) {
      const { remoteAddress } = this.#connection;
      this.#end(refusals.of(error, { remoteAddress }));
    }
  }

  /** All of them are asked for, so that all that is wrong is said at once. */
  async #subscribe(request: StreamRequest): Promise<readonly Refused[]> {
    const refused: Refused[] = [];
    const subscriptions: SseSubscription[] = [];
    const { router, refusals } = this.#context;
    const { trace } = request;
    this.#subscriptions = subscriptions;
    await Promise.all(
      request.names.map(async (name, i) => {
        try {
          const channel = router.resolve(name);
          const since = request.since?.[i];
          const subscription = new SseSubscription(this, i, { name, channel, since, trace });
          subscriptions[i] = subscription;
          await router.subscribe(subscription);
        } catch (error) {
          refused[i] = {
            channel: name,
            why: refusals.of(error, { session: this.session.id, channel: name }),
          };
        }
      }),
    );
    // One that has joined may have been put out again meanwhile.
    return [...refused.filter((one) => one !== undefined), ...(this.#ended ?? [])];
  }

  #refuse(refused: readonly Refused[]): void {
    const [first] = refused;
    if (first === undefined) return;
    const refusals = refused.map(({ channel, why }) => ({ channel, ...told(why) }));
    this.#end(first.why, { refusals });
  }

  #end(why: RouterError, details?: Readonly<Record<string, unknown>>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.refuse?.(why, details);
    void this.#context.router.leave(this.session);
  }

  #begin({ since }: StreamRequest, { frames, lost }: Held): void {
    const starts = this.#subscriptions.map(({ start }, i) => lost?.[i] ?? start?.position);
    // Where something is replayed a stream is nowhere before it has had that.
    const hasPosition = ({ publication }: HeldFrame) => publication.position !== undefined;
    const replayed = new Set(frames.filter(hasPosition).map(({ index }) => index));
    const own = new Progress(this.#channels((i) => starts[i] !== undefined || replayed.has(i)));
    for (const [i, position] of starts.entries()) own.reach(i, position);
    this.#connection.send(firstWords(own));
    if (since !== undefined || lost !== undefined)
      this.#connection.send(recoveredEvent(this.#subscriptions, own, lost !== undefined));
    for (const { index, publication } of frames) this.#connection.send(own.event(index, publication));
    this.#share(own);
  }

  /** From now on it reads what others read that are as far. */
  #share(own: Progress): void {
    this.#leaveProgress();
    const shared = this.#context.progress.enter(own);
    this.#progress = shared;
    for (const [i, subscription] of this.#subscriptions.entries())
      subscription.wireKey = shared.wireKeys[i] ?? subscription.wireKey;
  }

  #leaveProgress(): void {
    if (this.#progress !== undefined) this.#context.progress.leave(this.#progress);
    this.#progress = undefined;
  }

  #channels(hasHistory: (index: number) => boolean): readonly StreamChannel[] {
    const hasEnded = (name: string) => this.#ended?.some(({ channel }) => channel === name) === true;
    return this.#subscriptions.map(({ name, conflates }, i) => ({
      name,
      conflates,
      hasHistory: hasHistory(i) && !hasEnded(name),
    }));
  }

  #tell(notice: Notice): void {
    if (this.#progress === undefined) return;
    const detail = notice.type === 'identity' ? reportIdentity(this.session) : { in: notice.in };
    this.#connection.send(serverEvent(notice.type, detail));
  }
}
