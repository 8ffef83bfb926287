import { hrefOf, readPlace } from './place.js';

/** Changes what is asked for where one is, without a step in the history of the browser. */
export function refine(change: Readonly<Record<string, string>>): void {
  // Not what a view was drawn with: two changes within a moment would undo each other.
  const { view, name, query } = readPlace(location.hash);
  history.replaceState(undefined, '', hrefOf(view, name, { ...Object.fromEntries(query), ...change }));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
