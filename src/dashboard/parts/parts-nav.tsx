/** Links to the parts of one thing. */
export interface PartsNavProps {
  readonly label: string;
  readonly parts: readonly string[];
  readonly current: string;
  readonly hrefOf: (part: string) => string;
}

export function PartsNav({ label, parts, current, hrefOf }: PartsNavProps) {
  return (
    <nav class="parts" aria-label={label}>
      {parts.map((part) => (
        <a key={part} href={hrefOf(part)} aria-current={part === current ? 'page' : undefined}>
          {part}
        </a>
      ))}
    </nav>
  );
}
