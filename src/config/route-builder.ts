import type { Access, Route } from '../core/route.js';
import type { Draft, DraftRules } from './route-draft.js';
import { normalized, parameters } from './route-pattern.js';
import { recordOf } from './yaml-tree.js';

/** The route that a draft has become, frozen. Requirements of parameters that it lacks are left out. */
export function buildRoute(draft: Draft, defaultAccess: Access): Route {
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
    access: Object.freeze({
      subscribe: rules(draft.access.subscribe, defaultAccess.subscribe),
      publish: rules(draft.access.publish, defaultAccess.publish),
    }),
    source: Object.freeze({ file: draft.at.source.name, line, column }),
  });
}

function rules(own: DraftRules | undefined, fallback: readonly string[]): readonly string[] {
  return Object.freeze([...(own?.rules ?? fallback)]);
}
