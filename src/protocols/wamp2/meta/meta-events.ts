import type { ServerEvents } from '../../../core/events.js';
import { Payload } from '../../../core/payload.js';
import type { Realm } from '../../../core/realm.js';
import { roleOf, type Session } from '../../../core/session.js';
import { authidOf, describeSession, type SessionDetails } from '../session-details.js';
import { describe as describeRegistration } from './registration-procedures.js';
import { describe as describeSubscription } from './subscription-procedures.js';

/** Publishes what happens in a realm to those who are subscribed to it. Costs next to nothing where nobody is. */
export function publishMetaEvents(
  realm: Realm,
  events: ServerEvents,
  details: WeakMap<object, SessionDetails>,
): void {
  const tell = (channel: string, list: () => readonly unknown[]) =>
    realm.router.announce(channel, () => Payload.ofArguments({ list: list() }));
  const told = (session: Session) => [Number(session.id), authidOf(session), roleOf(session.principal)];
  events.on('client_connected', ({ session }) =>
    tell('wamp.session.on_join', () => [describeSession(session, details.get(session))]),
  );
  events.on('client_disconnected', ({ session }) => tell('wamp.session.on_leave', () => told(session)));
  events.on('subscribed', ({ session, group, first }) => {
    if (isMeta(group.channel)) return;
    const ids = [Number(session.id), group.id];
    if (first) tell('wamp.subscription.on_create', () => [ids[0], describeSubscription(group)]);
    tell('wamp.subscription.on_subscribe', () => ids);
  });
  events.on('unsubscribed', ({ session, group, last }) => {
    if (isMeta(group.channel)) return;
    const ids = [Number(session.id), group.id];
    tell('wamp.subscription.on_unsubscribe', () => ids);
    if (last) tell('wamp.subscription.on_delete', () => ids);
  });
  events.on('registered', ({ session, registration, first }) => {
    const ids = [Number(session.id), registration.id];
    if (first) tell('wamp.registration.on_create', () => [ids[0], describeRegistration(registration)]);
    tell('wamp.registration.on_register', () => ids);
  });
  events.on('unregistered', ({ session, registration, last }) => {
    const ids = [Number(session.id), registration.id];
    tell('wamp.registration.on_unregister', () => ids);
    if (last) tell('wamp.registration.on_delete', () => ids);
  });
}

/** Telling of subscriptions to such tellings would have no end. */
function isMeta(channel: string): boolean {
  return channel.startsWith('wamp.');
}
