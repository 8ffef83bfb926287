import type { ComponentChildren } from 'preact';

export interface FactsProps {
  readonly of: Readonly<Record<string, ComponentChildren>>;
  /** Side by side. */
  readonly isRow?: boolean;
}

/** Names and values; what has no value is left out. */
export function Facts({ of, isRow = false }: FactsProps) {
  return (
    <dl class={isRow ? 'facts row' : 'facts'}>
      {Object.entries(of).map(([name, value]) =>
        value === undefined || value === '' ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
