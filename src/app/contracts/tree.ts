/** A part of a document, in the order in which it is written. */
export type Tree = { readonly [name: string]: unknown };

/** A reference to a part of the same document. */
export function refer(path: string, name: string): Tree {
  return { $ref: `#/${path}/${name}` };
}
