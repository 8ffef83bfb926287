/** Pictures that pages show lie beside them, under the name that they have in the repository. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Points pictures at their copies; returns what is to be copied, as pairs of paths, and what is not there. */
export function resolvePictures(pages, root) {
  const copies = new Map();
  const faults = [];
  for (const page of pages) {
    for (const picture of page.pictures) {
      const path = posix.join(posix.dirname(page.path), picture.attrGet('src'));
      const name = path.replaceAll('/', '-');
      if (path.startsWith('..') || !existsSync(join(root, path)))
        faults.push(`${page.path}: there is no picture ${path}`);
      picture.attrSet('src', name);
      copies.set(join(root, path), name);
    }
  }
  return { copies: [...copies], faults };
}
