import { useState } from 'preact/hooks';
import type { Overview } from '../answers.js';
import { useLiveOf } from '../desk.js';
import { applyTheme, chosenTheme, THEMES } from '../theme.js';
import { Text } from './text.js';

const STATES = { connecting: 'connecting', live: 'live', lost: 'lost' } as const;

/** Which node this is, whether it is heard, and what concerns the page itself. */
export function Top({ signOut }: { readonly signOut: () => void }) {
  const node = useLiveOf(({ overview }) => overview && shortName(overview.node));
  const mode = useLiveOf(({ overview }) => overview?.mode);
  const state = useLiveOf(({ link }) => link.state);
  return (
    <header class="top">
      <p class="brand">signalbox</p>
      <p class="where">
        {node !== undefined && <Text of={node} />}
        {mode !== undefined && (
          <span class="tag" title={mode === 'read' ? 'Nothing can be changed here' : 'Operators may act'}>
            {mode}
          </span>
        )}
      </p>
      <p class="link" data-state={state} role="status">
        <span class="dot" aria-hidden="true" />
        {STATES[state]}
      </p>
      <ThemeButton />
      <button type="button" class="small" onClick={signOut}>
        Sign out
      </button>
    </header>
  );
}

/** Ids are made to be different, not to be read. */
function shortName({ host, id }: Overview['node']): string {
  return `${host} ${id.slice(0, 8)}`;
}

function ThemeButton() {
  const [theme, setTheme] = useState(chosenTheme());
  const change = () => {
    const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
    applyTheme(next);
    setTheme(next);
  };
  return (
    <button type="button" class="small" onClick={change} title="As the system has them, light or dark">
      Colours: {theme}
    </button>
  );
}
