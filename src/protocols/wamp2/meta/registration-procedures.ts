import { RouterError } from '../../../core/errors.js';
import type { Registration } from '../../../core/rpc.js';
import type { MetaCall, MetaProcedure } from './meta-call.js';
import { idsByMatch } from './subscription-procedures.js';

/** [WAMP2 §Registration Meta API] */
export const REGISTRATION_PROCEDURES: Readonly<Record<string, MetaProcedure>> = {
  'wamp.registration.list': ({ realm }) => idsByMatch(realm.procedures.registrations.values()),
  'wamp.registration.lookup': ({ realm, given }) =>
    realm.procedures.lookup(given.match(1), given.text(0))?.id ?? null,
  'wamp.registration.match': ({ realm, given }) => realm.procedures.match(given.text(0))?.id ?? null,
  'wamp.registration.get': (call) => describe(registrationOf(call)),
  'wamp.registration.list_callees': (call) => registrationOf(call).callees.map(({ id }) => Number(id)),
  'wamp.registration.count_callees': (call) => registrationOf(call).callees.length,
};

function registrationOf({ realm, given }: MetaCall): Registration {
  const id = given.id(0);
  const registration = realm.procedures.registrations.get(id);
  if (registration === undefined)
    throw new RouterError('no_such_registration', `there is no registration ${id}`);
  return registration;
}

/** A registration as the meta API tells of it. */
export function describe({
  id,
  created,
  match,
  invoke,
  procedure,
}: Registration): Readonly<Record<string, unknown>> {
  return { id, created: new Date(created).toISOString(), match, invoke, uri: procedure };
}
