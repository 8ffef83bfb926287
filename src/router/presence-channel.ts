import { RouterError } from '../core/errors.js';
import type { PresencePolicy } from '../core/presence.js';
import type { Route } from '../core/route.js';

const PREFIX = 'signalbox.presence/';
/** As other protocols write it. */
const NAME = /^(?:\/topic)?\/?signalbox\.presence[./](?=.)/;

const NOBODY: readonly string[] = [];

/** The route of all presence channels. Who may subscribe is decided by the route of the channel that one is about. */
export const PRESENCE_ROUTE: Route = {
  name: 'signalbox.presence',
  pattern: `${PREFIX}{channel}`,
  handler: undefined,
  args: [],
  requirements: { channel: { pattern: '.+', wildcard: false } },
  defaults: {},
  options: {},
  access: {
    subscribe: NOBODY,
    publish: NOBODY,
    history: NOBODY,
    presence: NOBODY,
    call: NOBODY,
    register: NOBODY,
  },
  limits: {},
};

/** The channel on which it is told who is on another. */
export function presenceChannel(watched: string): string {
  return PREFIX + watched;
}

/** The channel that a presence channel is about; undefined for any other. */
export function watchedBy(channel: string): string | undefined {
  return channel.startsWith(PREFIX) ? channel.slice(PREFIX.length) : undefined;
}

/** The name of the channel that a name of a presence channel is about, in any spelling; undefined for any other. */
export function watchedName(name: string): string | undefined {
  const [prefix] = NAME.exec(name) ?? [];
  return prefix === undefined ? undefined : name.slice(prefix.length);
}

/** Throws `no_such_route` for a route of which it is not kept who is there. */
export function presenceOf({ presence, name }: Route): PresencePolicy {
  if (presence !== undefined) return presence;
  throw new RouterError('no_such_route', `route ${name} does not keep who is there`, {
    hint: 'add presence: true to the route',
  });
}
