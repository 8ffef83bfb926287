import type { Payload } from '../../core/payload.js';
import { NOBODY, type PublishEvent, type Publisher } from '../../core/publication.js';
import { requireKey, requireVersion } from '../../core/publish-once.js';
import type { Session } from '../../core/session.js';
import type { PublishOptions } from './messages.js';

/** What a PUBLISH asks for, in the words of the router. Throws `bad_request`. [WAMP2 §PUBLISH] */
export function publishEventOf(
  { payload, options }: { readonly payload: Payload; readonly options: PublishOptions },
  { id }: Session,
  publisher: Publisher | undefined,
): PublishEvent {
  const exclude = options.exclude ?? [];
  return {
    payload,
    exclude: options.excludeMe ? [...exclude, id] : exclude,
    eligible: orNobody(options.eligible) ?? [],
    ...listed('excludeUsers', options.excludeAuthid),
    ...listed('excludeRoles', options.excludeAuthrole),
    ...listed('users', orNobody(options.eligibleAuthid)),
    ...listed('roles', orNobody(options.eligibleAuthrole)),
    ...(options.retain && { retain: true }),
    ...(publisher && { publisher }),
    ...(options.passthru && { headers: options.passthru }),
    ...(options.key !== undefined && { key: requireKey(options.key) }),
    ...(options.trace !== undefined && { trace: options.trace }),
    ...(options.version !== undefined && { version: requireVersion(options.version) }),
  };
}

/** An empty list of the eligible means nobody here, and everybody in other protocols. [WAMP2 §Subscriber Black- and Whitelisting] */
function orNobody(list: readonly string[] | undefined): readonly string[] | undefined {
  return list?.length === 0 ? [NOBODY] : list;
}

function listed<K extends string>(
  name: K,
  list: readonly string[] | undefined,
): Partial<Record<K, readonly string[]>> {
  return list === undefined ? {} : ({ [name]: list } as Partial<Record<K, readonly string[]>>);
}
