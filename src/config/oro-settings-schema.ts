import { z } from 'zod';
import { duration } from './duration-kinds.js';
import { choice, count, type SettingMeta, secret, text } from './setting-kinds.js';

const secretMeta = (help: string): SettingMeta & Record<string, unknown> => ({
  kind: 'secret',
  help,
  flag: false,
});

/** `auth.oro`: takes the tickets that OroSyncBundle makes. */
export const oroSettingsSchema = z.strictObject({
  secret: secret.meta(
    secretMeta(
      "Takes OroSyncBundle's tickets: the application's `kernel.secret`, `ORO_SECRET` or `APP_SECRET`.",
    ),
  ),
  lifetime: duration('300s', 'How long after it was made such a ticket is taken, once.'),
  accounts: secret
    .optional()
    .meta(
      secretMeta(
        'Database with the users, as `postgres://...` or `mysql://...`; left out where a class offers the accounts.',
      ),
    ),
  query: text(
    '',
    "Selects `id`, `password`, `roles` and `organizations` of `:username`; if empty, from OroPlatform's tables.",
    /^$|:username\b/,
  ),
  anonymous: choice(
    ['anonymous', 'backend', 'refuse'],
    'What a ticket without user makes: `anonymous`, `backend` or `refuse`.',
  ),
  pool: count(4, 'Lookups of accounts at one time, and connections to the database.', { most: 100 }),
  queue: count(256, 'Tickets that may wait to be checked; more are refused with `unavailable`.', {
    most: 100_000,
  }),
});
