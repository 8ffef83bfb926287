import { hrefOf, type View } from './place.js';

/** Changes what is asked for at this place, without a step in the history of the browser. */
export function refine(
  view: View,
  name: string | undefined,
  query: Readonly<Record<string, string | undefined>>,
): void {
  history.replaceState(undefined, '', hrefOf(view, name, query));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
