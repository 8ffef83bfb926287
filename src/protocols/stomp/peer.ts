import type { Connection, ConnectionListener } from '../../core/connection.js';
import { DISCONNECT, type Disconnect, type RouterError } from '../../core/errors.js';
import { Mailbox, type Recipient } from '../../core/mailbox.js';
import { after, isPromise, type MaybePromise } from '../../core/maybe-promise.js';
import type { Guest } from '../../core/protocol.js';
import type { Principal } from '../../core/session.js';
import {
  connectedHeaders,
  connectRefusal,
  identify,
  isConnect,
  readConnect,
  secondConnect,
} from './connecting.js';
import type { StompParts } from './context.js';
import { FrameReader, type StompFault, type StompFrame, type StompSink } from './frame-reader.js';
import type { HeartBeatOffer } from './heart-beat.js';
import { Pulse, STILL } from './pulse.js';
import { type Refused, Refusing } from './refusing.js';
import { type SessionEnds, StompSession } from './session.js';
import { StompError } from './stomp-error.js';
import type { StompSubscription } from './subscription.js';
import { Wire } from './wire.js';

/** The connection has ended; what came before is handled all the same. */
const GONE = Symbol('gone');
/** The peer has ended its side, and reads what is answered. */
const DONE = Symbol('done');

type Arrival = StompFrame | StompFault | typeof GONE | typeof DONE;

const LATE: Disconnect = { ...DISCONNECT.silent, reason: 'no CONNECT within stomp.connect_timeout' };

/** One STOMP peer from its first octet to its last, which are a stream whatever carries it. */
export class StompPeer implements ConnectionListener, StompSink, Recipient<Arrival>, SessionEnds {
  readonly #connection: Connection;
  readonly #guest: Guest;
  readonly #parts: StompParts;
  readonly #wire: Wire;
  readonly #refusing: Refusing;
  readonly #reader: FrameReader;
  readonly #mailbox: Mailbox<Arrival>;
  readonly #timer: NodeJS.Timeout;
  #state: 'new' | 'connecting' | 'connected' | 'closed' = 'new';
  #session: StompSession | undefined;
  #pulse: Pulse | undefined;
  /** Why the peer is not read, counted. */
  #pauses = 0;
  /** Frames of what is being read. */
  #frames = 0;

  constructor(connection: Connection, guest: Guest, parts: StompParts) {
    this.#connection = connection;
    this.#guest = guest;
    this.#parts = parts;
    this.#wire = new Wire(connection, parts.options);
    this.#refusing = new Refusing(this.#wire, parts);
    this.#reader = new FrameReader(this, parts.frames);
    this.#mailbox = new Mailbox(this);
    this.#timer = setTimeout(() => this.#late(), parts.options.connectTimeout);
    this.#timer.unref();
  }

  received(data: Buffer, binary: boolean): void {
    this.#wire.meet(binary, this.#guest);
    this.#pulse?.hear();
    this.#frames = 0;
    this.#reader.read(data);
    // A message of WebSocket has counted as one already; octets of a stream have not.
    const counted = this.#connection.transport === 'tcp' ? 0 : 1;
    if (this.#frames > counted) this.#connection.charge?.(this.#frames - counted);
  }

  frame(frame: StompFrame): void {
    this.#frames++;
    this.#mailbox.push(frame);
  }

  fault(fault: StompFault): void {
    this.#mailbox.push(fault);
  }

  handle(arrival: Arrival): MaybePromise<void> {
    if (arrival === GONE) return this.#leave();
    if (arrival === DONE) return after(this.#session?.settled(), () => this.#close(DISCONNECT.closed));
    if ('error' in arrival) return this.#violated(arrival.error, { ...arrival, command: undefined });
    try {
      if (this.#state === 'connected') return this.#take(arrival);
      if (this.#state === 'new') return this.#connect(arrival);
    } catch (error) {
      this.refused(arrival, error);
    }
  }

  /** Scripts end their side with their last frame. */
  finished(): void {
    this.#mailbox.push(DONE);
  }

  /** What has arrived before is handled first. */
  disconnected(): void {
    this.#wire.close();
    if (this.#state === 'closed') return;
    this.#stopTimers();
    this.#reader.resume();
    this.#mailbox.push(GONE);
  }

  end(why: Disconnect): void {
    if (this.#state === 'closed') return;
    this.#refusing.end(why);
    this.#close(why);
  }

  overfilled(): void {
    this.#pause();
  }

  drained(): void {
    this.#resume();
  }

  /** Says why, and ends the connection where an ERROR ends it. [STOMP 1.2 §ERROR] */
  refused({ command, headers }: StompFrame, error: unknown): void {
    const refused = { command, receipt: headers.get('receipt') };
    if (this.#state === 'closed') return;
    if (error instanceof StompError) this.#violated(error, refused);
    else
      this.#close(
        this.#refusing.refuse(this.#session === undefined ? connectRefusal(error) : error, refused),
      );
  }

  withdrawn(subscription: StompSubscription, why: RouterError): void {
    this.#close(this.#refusing.withdraw(subscription, why));
  }

  #take(frame: StompFrame): MaybePromise<void> {
    if (isConnect(frame)) throw secondConnect();
    if (frame.command !== 'DISCONNECT') return this.#session?.handle(frame);
    const receipt = frame.headers.get('receipt');
    return after(this.#session?.settled(), () => {
      if (receipt !== undefined) this.#wire.acknowledge(receipt);
      this.#close(DISCONNECT.closed);
    });
  }

  /** What follows is read in the version agreed on, and while it is found out who this is, not at all. */
  #connect(frame: StompFrame): MaybePromise<void> {
    const { version, heartBeat } = readConnect(frame);
    this.#reader.version = version;
    this.#wire.agree(version);
    this.#state = 'connecting';
    const principal = this.#identify(frame);
    if (!isPromise(principal)) return this.#welcome(principal, heartBeat);
    this.#pause();
    return this.#settle(principal, { frame, heartBeat });
  }

  async #settle(
    identified: Promise<Principal>,
    { frame, heartBeat }: { readonly frame: StompFrame; readonly heartBeat: HeartBeatOffer },
  ): Promise<void> {
    try {
      const principal = await identified;
      if (this.#state === 'connecting') this.#welcome(principal, heartBeat);
    } catch (error) {
      this.refused(frame, error);
    } finally {
      this.#resume();
    }
  }

  /** Who was let in by a credential of the handshake is that one, whatever CONNECT says. */
  #identify(frame: StompFrame): MaybePromise<Principal> {
    const { remoteAddress } = this.#connection;
    return this.#guest.principal ?? identify(frame, { ...this.#parts, remoteAddress });
  }

  #welcome(principal: Principal, offer: HeartBeatOffer): void {
    const { options, ident } = this.#parts;
    const wire = this.#wire;
    const session = new StompSession(principal, { wire, ends: this }, this.#parts);
    if (this.#state !== 'connecting') {
      // Whoever heard of it has ended it at once: nobody is welcomed.
      session.leave();
      return;
    }
    this.#session = session;
    this.#refusing.session = session.id;
    this.#state = 'connected';
    clearTimeout(this.#timer);
    this.#reader.admit();
    const { heartBeat: shortest } = options;
    const agreed = { session: session.id, ident, principal, offer, shortest };
    wire.send('CONNECTED', connectedHeaders(wire.version ?? '1.0', agreed));
    this.#pulse = new Pulse(offer, {
      shortest,
      isBrowser: this.#connection.transport === 'websocket',
      beat: () => wire.beat(),
      // What it sent may be waiting to be read.
      silent: () => this.#pauses > 0 || this.end(STILL),
    });
  }

  /** What is against the protocol ends the connection. */
  #violated(error: unknown, refused: Refused): void {
    if (this.#state !== 'closed') this.#close(this.#refusing.violated(error, refused));
  }

  #late(): void {
    this.#parts.meter.count('signalbox_limits_reached_total', { limit: 'stomp.connect_timeout' });
    this.end(LATE);
  }

  /** Does nothing without a reason. */
  #close(why: Disconnect | undefined): void {
    if (why === undefined || this.#state === 'closed') return;
    // What it has not acknowledged is not for it again, under another subscription.
    this.#wire.close();
    this.#leave();
    this.#reader.stop();
    this.#mailbox.close();
    this.#connection.close(why);
  }

  /** A session that is left has left everything before anything else happens. */
  #leave(): void {
    this.#state = 'closed';
    this.#stopTimers();
    this.#session?.leave();
  }

  #stopTimers(): void {
    clearTimeout(this.#timer);
    this.#pulse?.stop();
  }

  #pause(): void {
    if (this.#pauses++ > 0) return;
    this.#reader.pause();
    this.#connection.pause();
  }

  #resume(): void {
    if (--this.#pauses > 0) return;
    this.#connection.resume();
    this.#reader.resume();
  }
}
