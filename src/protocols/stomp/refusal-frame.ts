import type { RouterError } from '../../core/errors.js';
import { writeFrame } from './write-frame.js';

/** The ERROR for a peer that is turned away before anything of it has been read. [STOMP 1.2 §ERROR] */
export function refusalFrame(
  { code, message, hint, request }: RouterError,
  { trailingLf }: { readonly trailingLf: boolean },
): Buffer {
  const lines = [message, hint, ...(request === undefined ? [] : [`request ${request}`])];
  const headers = [
    ['message', message],
    ['content-type', 'text/plain'],
    ['code', code],
  ] as const;
  const body = Buffer.from(`${lines.join('\n')}\n`);
  return writeFrame('ERROR', headers, body, { version: undefined, trailingLf }).bytes;
}
