import type { HttpDescription } from '../../core/http.js';
import type { JsonSchema } from '../../core/json-schema.js';
import { COUNT, NAMES, object, TEXT } from './description-parts.js';

const ROUTES = object({
  added: NAMES,
  removed: NAMES,
  changed: { type: 'array', items: object({ name: TEXT, parts: NAMES }) },
  reordered: { type: 'boolean' },
});

const RULES = {
  type: 'object',
  additionalProperties: NAMES,
  description: 'Rules by operation.',
} as const;

/** See SettingsDigest of core/reload.ts. */
const DIGEST: JsonSchema = {
  type: 'object',
  description: 'HMACs with SHA-256 of settings by path, keyed by the salt, and paths that are not compared.',
  properties: { salt: TEXT, digests: { type: 'object', additionalProperties: TEXT }, overridden: NAMES },
  required: ['salt', 'digests', 'overridden'],
};

const REPORT = {
  applied: { type: 'boolean' },
  findings: { type: 'array', items: { type: 'object' } },
  routes: ROUTES,
  handlers: { ...NAMES, description: 'Those that were built anew.' },
  demands: {
    type: 'array',
    items: object({ handler: TEXT, routes: NAMES, before: RULES, after: RULES }, ['handler', 'routes']),
    description:
      'Handlers that demand something else. Without `before` the server has not got it; without `after` it is taken to demand nothing.',
  },
  channels: object({ live: COUNT, moved: COUNT, withdrawn: COUNT }),
  subscriptions: object({ ended: COUNT, asked: COUNT }),
  settings: { ...NAMES, description: 'Settings that have changed and count at once. No value is told.' },
  restart: { ...NAMES, description: 'Settings that have changed and count after a restart alone.' },
} as const;

export const RELOADING: HttpDescription = {
  summary: 'Read settings, routes and handlers again, and go by them',
  credentials: 'bearer',
  body: object({ all: { type: 'boolean', description: 'Have the other nodes do the same.' } }, []),
  reply: object({ ...REPORT, nodes: COUNT }, Object.keys(REPORT)),
};

export const PLANNING: HttpDescription = {
  summary: 'Tell what a reload would do, or what another version would, and change nothing',
  credentials: 'bearer',
  body: object(
    {
      routes: {
        type: 'array',
        items: { type: 'object' },
        description: 'In place of what the server can read.',
      },
      handlers: {
        type: 'object',
        additionalProperties: object({ access: RULES, asks: { type: 'boolean' } }),
        description: 'What handlers demand, by name, and whether they are asked about each subscriber.',
      },
      settings: DIGEST,
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
