import { Payload } from '../../../core/payload.js';
import { publishEventOf } from '../publish-event.js';
import { readPublishOptions } from '../read-message.js';
import { SCOPES, type Scope } from '../testaments.js';
import { type MetaArguments, wrong } from './meta-arguments.js';
import type { MetaProcedure } from './meta-call.js';

/** What a session leaves behind; each looks after its own. [WAMP2 §Testaments] */
export const TESTAMENT_PROCEDURES: Readonly<Record<string, MetaProcedure>> = {
  'wamp.session.add_testament': ({ parts, realm, session, given }) => {
    const channel = realm.router.resolve(given.text(0));
    const [, args = [], kwargs] = given.args;
    if (!Array.isArray(args)) throw wrong('argument 2 must be a list');
    if (kwargs != null && (typeof kwargs !== 'object' || Array.isArray(kwargs))) {
      throw wrong('argument 3 must be a map');
    }
    const named = kwargs == null || Object.keys(kwargs).length === 0 ? undefined : kwargs;
    const made = Payload.ofArguments({ list: args, map: named as Record<string, unknown> | undefined });
    // As octets: what was read of them takes many times their room.
    const payload = made.copy();
    const options = readPublishOptions(given.kwargs['publish_options'] ?? {});
    const event = publishEventOf({ payload, options }, session, undefined);
    parts.testaments.add(session, { scope: scopeOf(given), channel, event, size: given.size });
  },
  'wamp.session.flush_testaments': ({ parts, session, given }) => {
    parts.testaments.flush(session, scopeOf(given));
  },
};

function scopeOf(given: MetaArguments): Scope {
  const scope = given.named('scope') ?? 'destroyed';
  const known = SCOPES.find((name) => name === scope);
  if (known === undefined) throw wrong(`scope must be one of ${SCOPES.join(', ')}`);
  return known;
}
