import type { PayloadContract } from '../core/payload-contract.js';
import type { Access, DefaultAccess, Operation, Route } from '../core/route.js';
import type { Draft } from './route-draft.js';
import { normalized, parameters } from './route-pattern.js';
import { recordOf } from './yaml-tree.js';

/** The route that a draft has become, frozen. Requirements of parameters that it lacks are left out. */
export function buildRoute(
  draft: Draft,
  defaultAccess: DefaultAccess,
  payload?: PayloadContract | undefined,
): Route {
  const names = parameters(draft.pieces).map(({ name }) => name);
  const requirements = names.flatMap((name) => {
    const found = draft.requirements.get(name);
    return found === undefined ? [] : [[name, Object.freeze(found.requirement)] as const];
  });
  const defaults = [...draft.defaults].map(([name, { value }]) => [name, value] as const);
  const { line, column } = draft.at.source.locate(draft.at.range);
  return Object.freeze({
    name: draft.name,
    pattern: normalized(draft.pieces),
    handler: draft.handler?.name,
    args: Object.freeze([...draft.args]),
    requirements: Object.freeze(recordOf(requirements)),
    defaults: Object.freeze(recordOf(defaults)),
    options: Object.freeze(recordOf(draft.options)),
    access: buildAccess(draft, defaultAccess),
    limits: Object.freeze(draft.limits),
    payload,
    history: draft.history && Object.freeze(draft.history),
    presence: draft.presence && Object.freeze(draft.presence),
    replay: draft.delivery.replay,
    slow: draft.delivery.slow,
    queue: draft.delivery.queue,
    log: draft.delivery.log,
    source: Object.freeze({ file: draft.at.source.name, line, column }),
  });
}

/** Whoever may subscribe may see history and presence, too, unless something else is said; procedures are for users, and nobody registers any. */
function buildAccess({ access }: Draft, preset: DefaultAccess): Access {
  const rules = (operation: Operation, fallback: readonly string[] = []) =>
    Object.freeze([...(access[operation]?.rules ?? preset[operation] ?? fallback)]);
  const subscribe = rules('subscribe');
  return Object.freeze({
    subscribe,
    publish: rules('publish'),
    history: rules('history', subscribe),
    presence: rules('presence', subscribe),
    call: rules('call', ['user']),
    register: rules('register'),
  });
}
