import type { Settings } from '../config/index.js';
import type { Access, Route } from '../core/route.js';

/** The handler of the routes below. */
export const META_HANDLER = 'wamp.meta';

const NOBODY: Access = { subscribe: [], publish: [], history: [], presence: [], call: [], register: [] };

/**
 * The server's own procedures and events, as routes like any other. What a session asks about itself alone anyone may;
 * event history is guarded by the access of the channels that it is about; the rest is for those whom `rules` name.
 */
export function metaRoutes(rules: readonly string[]): readonly Route[] {
  const anyone = { ...NOBODY, call: ['anyone'] };
  return [
    route('wamp.testaments', 'wamp.session.{name}', {
      requirement: 'add_testament|flush_testaments',
      access: anyone,
    }),
    route('wamp.history', 'wamp.subscription.{name}', { requirement: 'get_events', access: anyone }),
    route('wamp.meta', 'wamp.{name}', {
      requirement: '[a-z_.]+',
      access: { ...NOBODY, subscribe: rules, call: rules },
    }),
  ];
}

/** The routes that are tried for a channel, less the server's own where it cannot be one of theirs. */
export function routesFor(
  channel: string,
  { routes, settings }: { readonly routes: readonly Route[]; readonly settings: Pick<Settings, 'wamp'> },
): readonly Route[] {
  return channel.startsWith('wamp.') ? [...metaRoutes(settings.wamp.meta), ...routes] : routes;
}

function route(
  name: string,
  pattern: string,
  { requirement, access }: { readonly requirement: string; readonly access: Access },
): Route {
  return {
    name,
    pattern,
    handler: META_HANDLER,
    args: [],
    requirements: { name: { pattern: requirement, wildcard: false } },
    defaults: {},
    options: {},
    access,
    limits: {},
  };
}
