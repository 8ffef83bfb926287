import { z } from 'zod';
import { choice, list, text } from './setting-kinds.js';

/** A realm: a name of its own kind, since it is compared and never looked into. */
const REALM = /^[^\s#]{1,255}$/;

/** `wamp:` of the settings. */
export const wampSettings = z.strictObject({
  realm: text('realm1', 'The realm of WAMP v2 peers that is the world of all other protocols.', REALM),
  realms: list('list', [], {
    help: 'Further realms of WAMP v2 peers, with the same routes and nothing else in common.',
    holds: REALM,
  }),
  meta: list('list', ['backend'], {
    help: 'Who may call the meta procedures and hear the meta events of WAMP v2 (`wamp.session.list` and the like).',
  }),
  disclosure: choice(
    ['request', 'never', 'always'],
    'Whether subscribers and callees are told who publishes or calls: if that one asks for it, never, or always.',
  ),
  uris: choice(
    ['loose', 'strict'],
    'Names that WAMP v2 peers may use: without spaces and `#`, or of `a-z`, `0-9`, `_` and dots only.',
  ),
});
