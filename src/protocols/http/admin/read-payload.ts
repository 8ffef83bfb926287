import { RouterError } from '../../../core/errors.js';
import { Payload } from '../../../core/payload.js';
import type { JsonBody } from '../json-body.js';

/** Octets of a payload, and how deeply it may be nested. */
export interface PayloadLimits {
  readonly message: number;
  readonly depth: number;
}

/** Levels of a request around its payload. */
export const AROUND = 2;

/** The payload of a request; undefined where it has none. Throws `payload_too_large`. */
export function readPayload(body: JsonBody, { message: most }: PayloadLimits): Payload | undefined {
  const octets = body.octets('payload');
  if (octets === undefined) return undefined;
  if (octets.length <= most) return Payload.fromJson(octets).copy();
  throw new RouterError('payload_too_large', `the payload is over limits.message of ${most} bytes`, {
    limit: 'limits.message',
  });
}
