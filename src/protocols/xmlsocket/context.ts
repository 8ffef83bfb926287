import type { Authenticator } from '../../core/authenticator.js';
import type { Logger } from '../../core/logger.js';
import type { Meter } from '../../core/meter.js';
import type { PeerRefusals } from '../../core/peer-refusals.js';
import type { Router } from '../../core/router.js';
import type { Procedures } from '../../core/rpc.js';

/** How the chat is found among routes and procedures. */
export interface ChatNames {
  /** The route of rooms, with the parameter `room`. */
  readonly room: string;
  /** The procedure that lists the rooms its caller may enter, as `[{id, name}]`. */
  readonly rooms: string;
  /** The route of what is for one user, with the parameter `user_id`. */
  readonly user: string;
}

/** What all XMLSocket peers share. */
export interface XmlSocketContext {
  readonly router: Router;
  readonly procedures: Procedures;
  readonly authenticator: Authenticator;
  readonly names: ChatNames;
  /** Milliseconds to log in. */
  readonly loginTimeout: number;
  /** Octets of one message. */
  readonly message: number;
  /** Answers those who ask for it. */
  readonly policy: string;
  readonly logger: Logger;
  readonly meter: Meter;
}

/** The same, and what peers use together. */
export interface XmlSocketParts extends XmlSocketContext {
  readonly refusals: PeerRefusals;
}
