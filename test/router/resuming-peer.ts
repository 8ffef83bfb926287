import type { Disconnect } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';
import type { Position } from '../../src/core/position.js';
import type { Publication } from '../../src/core/publication.js';
import type { Start, Subscriber } from '../../src/core/router.js';
import { type Principal, Session, sessionId } from '../../src/core/session.js';
import { FakeConnection, type TestServer, testUser } from '../../src/testing.js';

/** A peer that remembers where it is on one channel and comes back there. */
export class ResumingPeer {
  readonly #server: TestServer;
  readonly #channel: string;
  readonly #principal: Principal;
  /** How each of its subscriptions began. */
  readonly starts: Start[] = [];
  readonly received: unknown[] = [];
  /** What it should not have seen: gaps that nobody told of, and what it had already. */
  readonly faults: string[] = [];
  /** How its sessions ended. */
  readonly ends: Disconnect[] = [];
  position: Position | undefined;
  session: Session | undefined;

  constructor(server: TestServer, channel: string, principal: Principal = testUser('1')) {
    this.#server = server;
    this.#channel = channel;
    this.#principal = principal;
  }

  /** Subscribes in a session of its own, where it was before or at `since`. */
  async subscribe({ since = this.position }: { since?: Position | undefined } = {}): Promise<void> {
    const session: Session = new Session({
      id: sessionId(),
      protocol: 'test',
      principal: this.#principal,
      connection: new FakeConnection(),
      end: (why) => this.#ended(session, why),
    });
    this.session = session;
    this.#server.router.open(session);
    const subscriber: Subscriber = {
      session,
      channel: this.#channel,
      wireKey: session.id,
      since,
      joined: (_group, start) => this.#joined(start, since),
      encode: (publication) => this.#receive(publication),
      ended: () => undefined,
    };
    try {
      await this.#server.router.subscribe(subscriber);
    } catch (error) {
      if (this.session === session) await this.leave();
      throw error;
    }
  }

  async leave(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    if (session !== undefined) await this.#server.router.leave(session);
  }

  #ended(session: Session, why: Disconnect): void {
    this.ends.push(why);
    if (this.session === session) this.session = undefined;
  }

  #joined(start: Start, since: Position | undefined): void {
    this.starts.push(start);
    if (start.recovered === true && start.position !== since) this.faults.push('begins elsewhere');
    this.position = start.position;
  }

  #receive({ payload, position }: Publication): Frame {
    this.received.push(payload.value);
    const before = this.position;
    if (position !== undefined && before !== undefined) {
      const follows = position.epoch === before.epoch && position.offset === before.offset + 1;
      if (!follows)
        this.faults.push(`${position.offset} of ${position.epoch} after ${before.offset} of ${before.epoch}`);
    }
    this.position = position ?? before;
    return Frame.text(payload.text);
  }
}
