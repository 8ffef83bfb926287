/** The keys of a route. The first block is the ancestor's, the second ours. */
export const ROUTE_KEYS = [
  'channel',
  'pattern',
  'handler',
  'callback',
  'requirements',
  'defaults',
  'options',
  'resource',
  'type',
  'exclude',
  'access',
  'limits',
  'payload',
  'history',
  'delivery',
  'durable',
  'queue',
  'replay',
  'slow',
  'log',
  'presence',
] as const;

export const IMPORT_KEYS = ['resource', 'type', 'exclude', 'requirements', 'defaults', 'options'] as const;

export const HANDLER_KEYS = ['callback', 'args'] as const;

/** Keys of Symfony's HTTP routes, which have no meaning for a channel. */
export const HTTP_KEYS = [
  'path',
  'prefix',
  'name_prefix',
  'methods',
  'controller',
  'host',
  'schemes',
  'condition',
  'locale',
  'format',
  'stateless',
  'trailing_slash_on_root',
  'priority',
] as const;

/** Values of `type` that mean YAML. */
export const YAML_TYPES = ['yaml', 'yml', 'glob', 'oro_websocket_routing_yaml'] as const;

/** Words in `access` with a meaning of their own; every other word is a role. */
export const BUILT_IN_RULES = ['anyone', 'user', 'owner', 'backend', 'granted'] as const;

export function isOneOf(word: string, words: readonly string[]): boolean {
  return words.includes(word);
}
