import type { PayloadContract } from '../../core/payload-contract.js';
import type { Operation, Requirement, Route } from '../../core/route.js';
import type { TopicHandler } from '../../core/topic.js';

/** What a client fills a channel with. */
export interface ChannelParameter {
  readonly name: string;
  /** Undefined where any value is one that a channel can have. */
  readonly requirement: Requirement | undefined;
  /** The values that there are, where they can be counted up. */
  readonly values: readonly string[] | undefined;
  readonly default: string | undefined;
}

/** Rules of which one of each list has to hold. */
export type Demands = readonly (readonly string[])[];

/** What a client may expect of the channels of one route. */
export interface ChannelContract {
  /** Of letters, digits, `.`, `-` and `_`, different for each route. */
  readonly id: string;
  readonly route: Route;
  readonly parameters: readonly ChannelParameter[];
  readonly payload: PayloadContract | undefined;
  /** Undefined where nobody may. */
  readonly subscribe: Demands | undefined;
  readonly publish: Demands | undefined;
  readonly call: Demands | undefined;
}

/** What clients may expect of these routes; routes without a handler serve nobody. */
export function channelContracts(
  routes: readonly Route[],
  handlers: ReadonlyMap<string, TopicHandler>,
): readonly ChannelContract[] {
  const taken = new Set<string>();
  return routes.flatMap((route) => {
    const handler = handlers.get(route.handler ?? '');
    if (handler === undefined) return [];
    const demands = (operation: Operation) => demandsOf(route, handler, operation);
    const answers = handler.onCall !== undefined || (handler.methods?.length ?? 0) > 0;
    const isCallable = answers || route.access.register.length > 0;
    return {
      id: freeName(route.name, taken),
      route,
      parameters: parametersOf(route),
      payload: route.payload,
      subscribe: demands('subscribe'),
      publish: handler.onPublish === undefined ? undefined : demands('publish'),
      call: isCallable ? demands('call') : undefined,
    };
  });
}

/** A name of the characters that documents take, which nothing else has. */
export function freeName(text: string, taken: Set<string>): string {
  const name = text.replaceAll(/[^A-Za-z0-9_.-]+/g, '_');
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
  taken.add(free);
  return free;
}

function parametersOf({ pattern, requirements, defaults }: Route): ChannelParameter[] {
  return [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const requirement = requirements[name];
    return { name, requirement, values: requirement && valuesOf(requirement), default: defaults[name] };
  });
}

/** The values of an expression such as `red|green`. */
function valuesOf({ pattern, wildcard }: Requirement): readonly string[] | undefined {
  const body = /^\(\?:([^()]*)\)$/.exec(pattern)?.[1] ?? pattern;
  if (!/^[\w-]+(?:\|[\w-]+)*$/.test(body)) return undefined;
  return [...body.split('|'), ...(wildcard ? ['*'] : [])];
}

/** The rules of the route and those of its handler, both of which have to hold. */
function demandsOf({ access }: Route, handler: TopicHandler, operation: Operation): Demands | undefined {
  const own = handler.access?.[operation];
  const isMore = own !== undefined && own.join() !== access[operation].join();
  const demands = isMore ? [access[operation], own] : [access[operation]];
  if (demands.some((rules) => rules.length === 0)) return undefined;
  const telling = demands.filter((rules) => !rules.includes('anyone'));
  return telling.length === 0 ? [['anyone']] : telling;
}
