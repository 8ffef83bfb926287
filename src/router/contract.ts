import { RouterError } from '../core/errors.js';
import type { Payload } from '../core/payload.js';
import type { Route } from '../core/route.js';

/** Throws `invalid_payload` for a payload that the route does not take. */
export function checkContract({ name, payload: contract }: Route, payload: Payload): void {
  const fault = contract?.fault(payload);
  if (contract === undefined || fault === undefined) return;
  throw new RouterError('invalid_payload', `the payload is not what route ${name} takes: ${fault}`, {
    hint: `send ${contract.title}`,
  });
}
