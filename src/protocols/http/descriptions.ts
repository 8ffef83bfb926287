import type { HttpDescription } from '../../core/http.js';
import type { JsonSchema } from '../../core/json-schema.js';
import { CHANNEL, COUNT, MESSAGE, NAMES, object, parameter, TEXT } from './description-parts.js';

const PUBLISHED = object({
  channel: TEXT,
  id: { type: ['string', 'null'] },
  offset: { type: ['integer', 'null'] },
  epoch: { type: ['string', 'null'] },
  duplicate: { type: 'boolean' },
  superseded: { type: 'boolean' },
});

/** What is said of a refusal. */
export const ERROR: JsonSchema = object({
  error: object({ code: TEXT, message: TEXT, hint: TEXT, request: TEXT, limit: TEXT }, [
    'code',
    'message',
    'hint',
  ]),
});

export const PUBLISH: HttpDescription = {
  summary: 'Publish a message, or many in their order',
  credentials: 'bearer',
  body: {
    oneOf: [
      object(MESSAGE, ['payload']),
      object({ messages: { type: 'array', items: object(MESSAGE, ['payload']) } }),
    ],
  },
  reply: {
    oneOf: [PUBLISHED, object({ results: { type: 'array', items: { anyOf: [PUBLISHED, ERROR] } } })],
  },
};

export const HISTORY: HttpDescription = {
  summary: 'Read what was published on a channel with a history',
  credentials: 'optional',
  query: {
    channel: CHANNEL,
    since: parameter('The position of an earlier answer.'),
    limit: parameter('Messages at most: 1 to 1,000.', {
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 100,
    }),
    reverse: parameter('The newest first.', { type: 'boolean', default: false }),
  },
  reply: object(
    {
      channel: TEXT,
      epoch: { type: ['string', 'null'] },
      offset: { type: ['integer', 'null'] },
      position: { type: ['string', 'null'] },
      more: { type: 'boolean' },
      recovered: { type: 'boolean' },
      publications: {
        type: 'array',
        items: object(
          { id: TEXT, offset: COUNT, time: COUNT, payload: true, publisher: { type: 'object' } },
          ['id', 'time', 'payload'],
        ),
      },
    },
    ['channel', 'epoch', 'offset', 'position', 'more', 'publications'],
  ),
};

export const POLL: HttpDescription = {
  summary: 'Wait for messages on channels with a history',
  credentials: 'optional',
  query: {
    channel: CHANNEL,
    since: parameter('The cursor of an earlier answer; without it the answer says where the channels are.'),
    wait: parameter('How long to wait, as 25s; at most 60s.'),
  },
  reply: object({
    messages: {
      type: 'array',
      items: object({ channel: TEXT, id: TEXT, offset: COUNT, time: COUNT, payload: true }),
    },
    since: TEXT,
    recovered: { type: 'object', additionalProperties: { type: 'boolean' } },
  }),
};

export const CHANNELS: HttpDescription = {
  summary: 'List the channels that somebody is subscribed to',
  credentials: 'bearer',
  query: {
    prefix: parameter('How their names begin.'),
    after: parameter('The next of an earlier answer.'),
    limit: parameter('Channels at most.', { type: 'integer', minimum: 0, default: 100 }),
    local: parameter('true for those of the node that answers alone.', { type: 'boolean', default: false }),
  },
  reply: object(
    {
      channels: {
        type: 'array',
        items: object({
          channel: TEXT,
          route: TEXT,
          subscribers: COUNT,
          position: { type: ['string', 'null'] },
          kind: TEXT,
          promise: TEXT,
        }),
      },
      next: TEXT,
      nodes: COUNT,
      silent: NAMES,
    },
    ['channels', 'nodes', 'silent'],
  ),
};

export const PRESENCE: HttpDescription = {
  summary: 'Read who is on a channel',
  credentials: 'bearer',
  query: { channel: CHANNEL },
  reply: object(
    { channel: TEXT, members: { type: 'array', items: { type: 'object' } }, sessions: COUNT, users: COUNT },
    ['channel', 'sessions', 'users'],
  ),
};

const KEY = { type: 'integer', minimum: 0 } as const;

export const LOG: HttpDescription = {
  summary: 'Search what was said on channels with a log',
  credentials: 'bearer',
  query: {
    channel: CHANNEL,
    q: parameter('Words, of 256 characters at most.'),
    from: parameter('Milliseconds since 1970, or ISO 8601.'),
    until: parameter('Milliseconds since 1970, or ISO 8601.'),
    before: parameter('The key of a line that is later.', KEY),
    after: parameter('The key of a line that is earlier.', KEY),
    limit: parameter('Lines at most.', { type: 'integer', minimum: 0, default: 50 }),
  },
  reply: object(
    {
      messages: {
        type: 'array',
        items: object(
          { key: KEY, id: TEXT, channel: TEXT, time: COUNT, payload: true, publisher: { type: 'object' } },
          ['key', 'id', 'channel', 'time', 'payload'],
        ),
      },
      next: KEY,
    },
    ['messages'],
  ),
};

export const DISCONNECTING: HttpDescription = {
  summary: 'End the sessions of a user, or one session',
  credentials: 'bearer',
  body: object(
    { user: TEXT, session: TEXT, reconnect: { type: 'boolean' }, revoke: { type: 'boolean' }, reason: TEXT },
    [],
  ),
  reply: object({ disconnected: COUNT }),
};

export const RIGHTS: HttpDescription = {
  summary: 'Give the open sessions of a user other rights',
  credentials: 'bearer',
  body: object({ user: TEXT, roles: NAMES, organizations: NAMES }),
  reply: object({ sessions: COUNT }),
};

export const NODES: HttpDescription = {
  summary: 'List the nodes that live',
  credentials: 'bearer',
  reply: object({
    this: TEXT,
    drift: { type: 'boolean' },
    nodes: { type: 'array', items: { type: 'object' } },
  }),
};

const DURATION = {
  type: ['string', 'integer'],
  description: 'Such as 5m; a number is of milliseconds.',
} as const;
const TICKET = object({ ticket: TEXT, expires: COUNT });

export const TICKETS: HttpDescription = {
  summary: 'Make a ticket for a user',
  credentials: 'bearer',
  body: object(
    {
      user: TEXT,
      organizations: NAMES,
      roles: NAMES,
      channels: object({ subscribe: NAMES, publish: NAMES }, []),
      ttl: DURATION,
      session: DURATION,
    },
    ['user'],
  ),
  reply: TICKET,
};

export const LOGIN: HttpDescription = {
  summary: 'Make a ticket of a name and a password',
  credentials: 'basic',
  reply: TICKET,
};

export const DEV_TICKETS: HttpDescription = {
  summary: 'Make a ticket for any user, in development and from this machine alone',
  credentials: 'none',
  body: object({ user: TEXT, organizations: NAMES, roles: NAMES }, ['user']),
  reply: object({ ticket: TEXT }),
};

export const LIVENESS: HttpDescription = {
  summary: 'Ask whether the process lives',
  credentials: 'none',
  reply: { contentType: 'text/plain' },
};

export const READINESS: HttpDescription = {
  summary: 'Ask whether the server takes requests',
  credentials: 'none',
  reply: {
    type: 'object',
    properties: { ready: { type: 'boolean' } },
    required: ['ready'],
    additionalProperties: TEXT,
  },
  also: [503],
};

export const METRICS: HttpDescription = {
  summary: 'Read the metrics, in the format of Prometheus',
  credentials: 'bearer',
  reply: { contentType: 'text/plain' },
};

export const OPENAPI: HttpDescription = {
  summary: 'Read this document',
  credentials: 'none',
  reply: { type: 'object' },
};
