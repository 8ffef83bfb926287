import { hrefOf, VIEWS, type View } from '../place.js';

const TITLES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  sessions: 'Sessions',
  channels: 'Channels',
  queues: 'Queues',
  routes: 'Routes',
  refusals: 'Refusals',
  slow: 'Slow',
  nodes: 'Nodes',
  reloads: 'Reloads',
  console: 'Console',
};

export function ViewsNav({ view }: { readonly view: View }) {
  return (
    <nav class="views" aria-label="Views">
      <ul>
        {VIEWS.map((each) => (
          <li key={each}>
            <a href={hrefOf(each)} aria-current={each === view ? 'page' : undefined}>
              {TITLES[each]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
