import { RouterError } from '../core/errors.js';
import { OPERATIONS, type Operation } from '../core/route.js';
import type { ChannelAccess } from './access.js';
import type { Question } from './rules/rule.js';

/** Access to a channel that no route matches any more: nobody's. */
export const WITHDRAWN_ACCESS: ChannelAccess = {
  timely: Object.fromEntries(OPERATIONS.map((operation) => [operation, false])) as ChannelAccess['timely'],
  allows: () => false,
  check(_operation: Operation, { request: { channel } }: Question): void {
    throw noRoute(channel);
  },
  judge: () => [],
};

export function noRoute(channel: string): RouterError {
  return new RouterError('no_such_route', `no route matches ${channel}`);
}
