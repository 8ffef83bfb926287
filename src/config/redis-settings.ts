import { z } from 'zod';
import { duration, lifetime } from './duration-kinds.js';
import { meta, refuse, text } from './setting-kinds.js';

const ADDRESS = /^rediss?(?:\+(?:sentinel|cluster))?:\/\/\S+$/;

/** `memory`, or an address of Redis, which may hold a password: its value is never part of a message. */
export const brokerSetting = z
  .unknown()
  .transform((value, context): string => {
    if (value === 'memory' || (typeof value === 'string' && ADDRESS.test(value))) return value;
    return refuse(
      context,
      'this is neither memory nor an address such as redis://host:6379/0, redis+sentinel://h1,h2/mymaster or redis+cluster://h1,h2',
    );
  })
  .prefault('memory')
  .meta({
    ...meta(
      'secret',
      'What carries publications between nodes: `memory` for one node alone, or the address of Redis, `redis://host:6379/0`, `redis+sentinel://h1,h2/mymaster/0` or `redis+cluster://h1,h2`, each with `rediss` for TLS.',
    ),
    flag: 'broker',
  });

/** `redis:` of the settings. */
export const redisSettings = z.strictObject({
  prefix: text(
    'sb',
    'How keys and channels in Redis begin; each installation that shares a server has one of its own.',
    /^[\w.-]{1,40}$/,
  ),
  timeout: duration('1500ms', 'How long Redis may take to answer.'),
  // Nodes use what is subscribed to every 40 seconds at the latest.
  positions: lifetime(
    '30d',
    'How long the place of a channel with a history is known after the channel was last used, at least 2m: who comes back later is told that it may have missed something.',
    '2m',
  ),
  start: duration('10s', 'How long the server waits for Redis when it starts.'),
});
