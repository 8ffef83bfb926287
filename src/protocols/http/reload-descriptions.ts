import type { HttpDescription } from '../../core/http.js';
import { COUNT, NAMES, object, TEXT } from './description-parts.js';

const ROUTES = object({
  added: NAMES,
  removed: NAMES,
  changed: { type: 'array', items: object({ name: TEXT, parts: NAMES }) },
  reordered: { type: 'boolean' },
});

const REPORT = {
  applied: { type: 'boolean' },
  findings: { type: 'array', items: { type: 'object' } },
  routes: ROUTES,
  handlers: { ...NAMES, description: 'Those that were built anew.' },
  channels: object({ live: COUNT, moved: COUNT, withdrawn: COUNT }),
  subscriptions: object({ ended: COUNT, asked: COUNT }),
  restart: { ...NAMES, description: 'Settings that have changed and count after a restart alone.' },
} as const;

export const RELOADING: HttpDescription = {
  summary: 'Read settings, routes and handlers again, and go by them',
  credentials: 'bearer',
  body: object({ all: { type: 'boolean', description: 'Have the other nodes do the same.' } }, []),
  reply: object({ ...REPORT, nodes: COUNT }, Object.keys(REPORT)),
};

export const PLANNING: HttpDescription = {
  summary: 'Tell what a reload would do, or what routes would, and change nothing',
  credentials: 'bearer',
  body: object(
    {
      routes: {
        type: 'array',
        items: { type: 'object' },
        description: 'In place of what the server can read.',
      },
    },
    [],
  ),
  reply: object(
    {
      ...REPORT,
      examples: {
        type: 'array',
        items: object(
          {
            channel: TEXT,
            before: TEXT,
            after: TEXT,
            asks: { type: 'boolean', description: 'Whether a handler would be asked.' },
            subscriptions: COUNT,
            ends: COUNT,
          },
          ['channel', 'before', 'asks', 'subscriptions', 'ends'],
        ),
      },
    },
    Object.keys(REPORT),
  ),
};
