import type { Route } from '../core/route.js';

/** The handler of the route below. */
export const REPLY_HANDLER = 'stomp.replies';

const NOBODY: readonly string[] = [];

/**
 * The reply queues of STOMP sessions: whoever knows the id of one may answer, in any protocol. That its owner alone may
 * listen is for the handler to say.
 */
export const REPLY_ROUTE: Route = {
  name: 'stomp.replies',
  pattern: 'reply-queue/{id}',
  handler: REPLY_HANDLER,
  args: [],
  requirements: { id: { pattern: '[0-9a-f]{32}', wildcard: false } },
  defaults: {},
  options: {},
  access: {
    subscribe: ['anyone'],
    publish: ['anyone'],
    history: NOBODY,
    presence: NOBODY,
    call: NOBODY,
    register: NOBODY,
  },
  limits: {},
  queue: {
    durable: false,
    size: 1000,
    ttl: undefined,
    attempts: Number.POSITIVE_INFINITY,
    deadLetter: undefined,
    prefetch: 100,
    ofPeers: true,
  },
};
