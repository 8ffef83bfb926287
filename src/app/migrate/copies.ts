import { basename, posix } from 'node:path';
import type { GosNote, GosRouting } from '../../config/index.js';

/** A file of routes: what it is called in the installation, and here. */
export interface RoutingCopy {
  readonly from: string;
  readonly to: string;
  /** Whether another file imports it by a path that leads to this place no more. */
  readonly isMisplaced: boolean;
}

/**
 * `.../EmailBundle/Resources/config/oro/websocket_routing.yml` becomes `routing/email-bundle.yml`. What a file imports lies as
 * it lay to that file, so that neither changes.
 */
export function copiesOf(routing: readonly GosRouting[]): readonly RoutingCopy[] {
  const copies = new Map<string, RoutingCopy>();
  const taken = new Set<string>();
  for (const { file, importedBy } of routing) {
    const importer = importedBy === undefined ? undefined : copies.get(importedBy);
    const beside = importer === undefined ? undefined : besideOf(file, importer);
    const isPlaced = beside !== undefined && !taken.has(beside);
    const to = isPlaced ? beside : freeName(file, taken);
    taken.add(to);
    copies.set(file, { from: file, to, isMisplaced: importer !== undefined && !isPlaced });
  }
  return [...copies.values()];
}

/** What is left to do for those that another file does not find any more. */
export function misplaced(copies: readonly RoutingCopy[]): readonly GosNote[] {
  return copies
    .filter(({ isMisplaced }) => isMisplaced)
    .map(({ from, to }) => ({
      kind: 'todo',
      at: { file: from, line: 1 },
      text: `is imported from elsewhere, and is ${to} now: correct the path in the file that imports it`,
    }));
}

/** Undefined for what would lie outside of `routing`. */
function besideOf(file: string, importer: RoutingCopy): string | undefined {
  const to = posix.join(posix.dirname(importer.to), posix.relative(posix.dirname(importer.from), file));
  return to.startsWith('routing/') ? to : undefined;
}

function freeName(file: string, taken: ReadonlySet<string>): string {
  const bundle = file.split('/').findLast((part) => /\w+Bundle$/.test(part));
  const plain = bundle ?? basename(file).replace(/\.ya?ml$/, '');
  const kebab = plain.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
  let to = `routing/${kebab}.yml`;
  for (let n = 2; taken.has(to); n++) to = `routing/${kebab}-${n}.yml`;
  return to;
}
