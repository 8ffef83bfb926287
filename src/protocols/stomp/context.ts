import type { Authenticator } from '../../core/authenticator.js';
import type { Logger } from '../../core/logger.js';
import type { Meter } from '../../core/meter.js';
import type { PeerRefusals } from '../../core/peer-refusals.js';
import type { Router } from '../../core/router.js';
import type { Procedures } from '../../core/rpc.js';
import type { FrameLimits } from './frame-limits.js';
import type { MessageWriter } from './message.js';
import type { ReplyAddresses } from './reply-addresses.js';

/** What an operator may say about STOMP peers, beside the bounds of frames. */
export interface StompOptions {
  /** Whether a refused request of 1.1 or 1.2 ends the connection, as the specification has it. 1.0 lives on. */
  readonly closesOnError: boolean;
  /** Whether LF follows the NUL of each frame. */
  readonly trailingLf: boolean;
  /** Milliseconds for a peer to connect, from the first octet on. */
  readonly connectTimeout: number;
  /** The shortest interval of heart-beats in either direction, in milliseconds. */
  readonly heartBeat: number;
  /** Messages that one subscription may ask to hold unacknowledged. */
  readonly prefetch: number;
  /** Open transactions of one session. */
  readonly transactions: number;
  /** Frames of one transaction. */
  readonly transactionFrames: number;
  /** Octets of the frames of all open transactions of one session. */
  readonly transactionSize: number;
  /** Reply queues of one session. */
  readonly tempQueues: number;
}

/** What all STOMP peers share. */
export interface StompContext {
  readonly router: Router;
  readonly procedures: Procedures;
  readonly authenticator: Authenticator;
  /** Names the server in CONNECTED. */
  readonly ident: string;
  readonly options: StompOptions;
  readonly frames: FrameLimits;
  /** Levels of lists and maps in a JSON body. */
  readonly depth: number;
  /** Octets of messages of queues that may be on their way to one peer; the others wait. */
  readonly ahead: number;
  /** The reply queues of all sessions. */
  readonly replies: ReplyAddresses;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** The same, and what peers use together. */
export interface StompParts extends StompContext {
  readonly messages: MessageWriter;
  readonly refusals: PeerRefusals;
}
