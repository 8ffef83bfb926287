import { RouterError } from '../core/errors.js';
import type { Operation } from '../core/route.js';
import type { Principal } from '../core/session.js';
import type { TopicHandler, TopicRequest } from '../core/topic.js';

type Rule = (principal: Principal, params: TopicRequest['params']) => boolean;

/** Rules by name; every other name is a role. */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['anyone', () => true],
  ['user', (principal) => principal.kind === 'user'],
  ['backend', (principal) => principal.kind === 'backend'],
  ['owner', isOwner],
]);

export const RULE_NAMES: readonly string[] = [...RULES.keys()];

/** One list of rules, who wrote it, and the rule of it that holds. */
export interface Judgement {
  readonly source: 'route' | 'handler';
  readonly rules: readonly string[];
  readonly holds: string | undefined;
}

/** Throws `forbidden` unless a rule of the route holds and, where the handler demands something, one of its own. */
export function authorize(
  operation: Operation,
  principal: Principal,
  request: TopicRequest,
  handler: TopicHandler,
): void {
  if (!someHolds(request.route.access[operation], principal, request)) {
    throw refusal(operation, request, request.route.access[operation]);
  }
  const demanded = handler.access?.[operation];
  if (demanded !== undefined && !someHolds(demanded, principal, request))
    throw refusal(operation, request, demanded);
}

/** What `authorize` decides, list by list. */
export function judge(
  operation: Operation,
  principal: Principal,
  request: TopicRequest,
  handler: TopicHandler,
): Judgement[] {
  const lists = [
    ['route', request.route.access[operation]],
    ['handler', handler.access?.[operation]],
  ] as const;
  return lists.flatMap(([source, rules]) =>
    rules === undefined
      ? []
      : { source, rules, holds: rules.find((rule) => holds(rule, principal, request)) },
  );
}

function someHolds(rules: readonly string[], principal: Principal, request: TopicRequest): boolean {
  for (const rule of rules) if (holds(rule, principal, request)) return true;
  return false;
}

function holds(rule: string, principal: Principal, request: TopicRequest): boolean {
  const named = RULES.get(rule);
  return named === undefined ? principal.roles.includes(rule) : named(principal, request.params);
}

/**
 * The user named in the channel, in an organisation of theirs where the channel names one. Ids are compared as
 * text, so `05` is nobody's. `*` for the organisation means "none in particular" and is the user's own; `*` for the
 * user is nobody.
 */
function isOwner(principal: Principal, params: TopicRequest['params']): boolean {
  const { user_id: user } = params;
  if (principal.kind !== 'user' || user === undefined || user === '*' || user !== principal.id) return false;
  const organization = params['organization_id'];
  return organization === undefined || organization === '*' || principal.organizations.includes(organization);
}

function refusal(operation: Operation, request: TopicRequest, rules: readonly string[]): RouterError {
  const who = rules.length === 0 ? 'nobody' : rules.join(' or ');
  return new RouterError('forbidden', `only ${who} may ${operation} on ${request.channel}`, {
    hint: `signalbox explain ${operation} ${request.channel} shows the rule of route ${request.route.name}`,
  });
}
