import { RouterError } from '../../core/errors.js';
import type { Publisher } from '../../core/publication.js';
import { publisherOf } from '../../core/publisher-of.js';
import type { Session } from '../../core/session.js';
import type { Disclosure } from './context.js';

/**
 * Who a session is, for whom it reaches; undefined where that is not told. Throws `option_not_allowed` for a peer that
 * wants to be told where nobody is. [WAMP2 §Publisher Identification] [WAMP2 §Caller Identification]
 */
export function disclosed(session: Session, wanted: boolean, policy: Disclosure): Publisher | undefined {
  if (wanted && policy === 'never') {
    throw new RouterError('option_not_allowed', 'disclose_me is not allowed here: wamp.disclosure is never');
  }
  if (!wanted && policy !== 'always') return undefined;
  return publisherOf(session);
}

/** Somebody in the details of a message, as `publisher` or `caller`. */
export function authidRecord(
  prefix: 'publisher' | 'caller',
  { session, user, role }: Publisher,
): Readonly<Record<string, unknown>> {
  return {
    [prefix]: Number(session),
    [`${prefix}_authid`]: user ?? session,
    [`${prefix}_authrole`]: role,
  };
}
