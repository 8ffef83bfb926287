import type { VNode } from 'preact';
import { PublicationHead } from './publication-line.js';

export interface PublicationsProps {
  readonly caption: string;
  readonly lines: readonly VNode[];
  readonly empty: string;
}

/** A table of publications, whose rows are made by `PublicationLine`. */
export function Publications({ caption, lines, empty }: PublicationsProps) {
  if (lines.length === 0) return <p class="empty">{empty}</p>;
  return (
    <table class="publications">
      <caption>{caption}</caption>
      <PublicationHead />
      <tbody>{lines}</tbody>
    </table>
  );
}
