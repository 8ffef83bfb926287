import type { Frame } from '../../core/frame.js';
import type { Payload } from '../../core/payload.js';
import type { ClientMessage } from './messages.js';

/** One way to write messages as octets. [WAMP2 §Serializers] */
export interface Serializer {
  /** The WebSocket sub-protocol that chooses it. */
  readonly subprotocol: string;
  /** Short: for wire keys and logs. */
  readonly name: string;
  readonly binary: boolean;
  /** The messages of one transport message, at least one; they may keep hold of `data`. Throws `Wamp2Error`. */
  decode(data: Buffer, binary: boolean): readonly ClientMessage[];
  /** A message of the elements before `Arguments`, and of the arguments where there are any. */
  encode(head: readonly unknown[], payload?: Payload): Frame;
}
