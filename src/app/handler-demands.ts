import type { DemandChange, Demands, Draft } from '../core/reload.js';
import { OPERATIONS, type Route } from '../core/route.js';
import type { TopicHandler } from '../core/topic.js';
import { ruleFault, sameValue } from '../router/index.js';
import type { Built } from './build-handlers.js';

type Handlers = ReadonlyMap<string, Built>;

/** What a handler demands beside its routes. */
export function demandsOf({ access = {}, onSubscribe }: TopicHandler): Demands {
  return { access, asks: onSubscribe !== undefined };
}

/** The handlers of a draft: those that there are where they demand the same, and what demands as much in place of the others. */
export function draftedHandlers(
  known: Handlers,
  routes: readonly Route[],
  { handlers = {} }: Draft,
): Handlers {
  const drafted = new Map(known);
  for (const name of namesOf(routes)) {
    const { made } = known.get(name) ?? {};
    const said = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (made !== undefined && (said === undefined || sameValue(demandsOf(made), said))) continue;
    drafted.set(name, standIn(name, said));
  }
  return drafted;
}

/** The handlers of routes that demand something else than before. One that is known on neither side is named, too. */
export function demandChanges({
  before,
  after,
  routes,
}: {
  readonly before: Handlers;
  readonly after: Handlers;
  readonly routes: readonly Route[];
}): readonly DemandChange[] {
  return namesOf(routes).flatMap((handler) => {
    const [known, next] = [before.get(handler), after.get(handler)];
    if (next === undefined || (known === undefined && !isStandIn(next))) return [];
    const [from, to] = [
      known && (known.made.access ?? {}),
      isUnsaid(next) ? undefined : (next.made.access ?? {}),
    ];
    if (known !== undefined && sameValue(from, to)) return [];
    const own = routes.flatMap((one) => (one.handler === handler ? [one.name] : []));
    return [{ handler, routes: own, before: from, after: to }];
  });
}

function namesOf(routes: readonly Route[]): readonly string[] {
  return [...new Set(routes.flatMap(({ handler }) => handler ?? []))];
}

function standIn(name: string, said: Demands | undefined): Built {
  for (const operation of OPERATIONS) {
    for (const rule of said?.access[operation] ?? []) {
      const fault = ruleFault(rule, { operation });
      if (fault !== undefined)
        throw new Error(`${operation} of handler ${name}, "${rule}": ${fault.message}`);
    }
  }
  const hook = said?.asks === true && { onSubscribe: () => undefined };
  const made = said === undefined ? {} : { access: said.access, ...hook };
  return { made, from: { class: undefined, injected: [], options: undefined }, isNew: true };
}

/** Whether nobody has said what it demands. */
function isUnsaid(built: Built): boolean {
  return isStandIn(built) && built.made.access === undefined;
}

/** Whether it stands in for a handler that only another version of the application has. */
function isStandIn({ from }: Built): boolean {
  return from.class === undefined;
}
