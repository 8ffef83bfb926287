import { z } from 'zod';
import { choice, count, list, meta, secret } from './setting-kinds.js';

/** Names whose values nobody needs to see to run a server. */
const SECRET_NAMES = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'api_key',
  'private_key',
  'authorization',
  'cookie',
  'credential',
  'credentials',
  'otp',
  'cvv',
  'card_number',
  'iban',
  'ssn',
];

/** `admin:` of the settings. */
export const adminSettings = z.strictObject({
  key: secret.optional().meta({
    ...meta(
      'secret',
      'The key of the page `/admin` and of what is below it, as `Authorization: Bearer`; without one there is no such address.',
    ),
    flag: false,
  }),
  mode: choice(['read', 'full'], 'What the key is for: to look, or to publish and end sessions as well.'),
  payloads: choice(['shown', 'hidden'], 'Whether those who hold the key see payloads, masked by `redact`.'),
  streams: count(
    16,
    'Streams of operators that are open at a time: one for each page, one more for what it tails or replays. Over it, the oldest is ended.',
  ),
  redact: list('list', SECRET_NAMES, {
    help: 'Names in payloads and claims whose values are masked, however they are written; also as the end of a longer name.',
  }),
});
