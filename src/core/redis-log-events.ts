import type { LogEventFacts } from './log-event-facts.js';

/** Events of what nodes share. */
export const REDIS_LOG_EVENTS = {
  delivery_failed: {
    level: 'error',
    means: 'a publication from Redis was not delivered on this node',
    fields: ['channel', 'error'],
  },
  comparison_failed: {
    level: 'error',
    means: 'channels were not compared with Redis',
    fields: ['error'],
  },
  broker_unsubscribe_failed: {
    level: 'error',
    means: 'a channel may still be sent by Redis',
    fields: ['error'],
  },
  stream_not_read: { level: 'debug', means: 'a stream of Redis is read again soon', fields: ['reason'] },
  presence_not_told: {
    level: 'debug',
    means: 'other nodes do not know yet who is on a channel here',
    fields: ['channel', 'error'],
  },
  heartbeat_failed: { level: 'debug', means: 'this node could not say that it lives', fields: ['error'] },
  node_died: { level: 'warn', means: 'another node has died, and this one buries it', fields: ['lease'] },
  node_buried: {
    level: 'warn',
    means: 'the other nodes took this one for dead, and it begins anew',
    fields: ['node'],
  },
  command_not_sent: {
    level: 'error',
    means: 'other nodes have not been told what to do to sessions',
    fields: ['type', 'error'],
  },
  commands_not_read: {
    level: 'debug',
    means: 'commands of other nodes are read again soon',
    fields: ['error'],
  },
  command_unreadable: {
    level: 'warn',
    means: 'a command of another node is none that this one knows',
    fields: ['error'],
  },
  commands_lost: {
    level: 'error',
    means: 'commands of other nodes were lost, and all sessions have to come back',
    fields: [],
  },
} as const satisfies Readonly<Record<string, LogEventFacts>>;
