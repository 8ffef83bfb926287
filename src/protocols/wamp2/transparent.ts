import { Payload } from '../../core/payload.js';
import { Wamp2Error } from './codec.js';
import type { Shape } from './read-message.js';

/** Of messages without arguments. */
export const NOTHING = Payload.ofArguments({ list: [] });

/**
 * The payload of the older passthru, where octets stand in place of `Arguments`: one argument. Text stands there only
 * where the message says how it is encrypted. Throws a `Wamp2Error` for anything else.
 */
export function readTransparent(value: unknown, shape: Shape, head: readonly unknown[]): Payload {
  const isOctets = value instanceof Uint8Array;
  if (isOctets || (typeof value === 'string' && isEncrypted(head)))
    return Payload.ofArguments({ list: [value] });
  throw new Wamp2Error(`${shape.name}.Arguments must be a list`);
}

/** Whether the payload goes out in place of `Arguments`. */
export function isTransparent(head: readonly unknown[], payload: Payload): boolean {
  return !payload.isJson && isEncrypted(head);
}

function isEncrypted(head: readonly unknown[]): boolean {
  return head.some((element) => typeof element === 'object' && element !== null && 'enc_algo' in element);
}
