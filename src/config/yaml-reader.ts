import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { FindingList } from './finding-list.js';
import type { Range, SourceFile } from './source-file.js';
import type { YamlEntry, YamlNode, YamlScalar } from './yaml-tree.js';

const DEEPEST = 64;
/** Far more than a real file of a megabyte has; aliases of aliases come so far. */
const MOST_VALUES = 200_000;
const STYLES: Readonly<Record<string, YamlScalar['style']>> = {
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_FOLDED: 'block',
  BLOCK_LITERAL: 'block',
};

/** Turns a parsed document into a tree with places, resolving aliases and merge keys within bounds. */
export class YamlReader {
  readonly #document: Document;
  readonly #source: SourceFile;
  readonly #findings: FindingList;
  #values = 0;
  #stopped = false;

  constructor(document: Document, source: SourceFile, findings: FindingList) {
    this.#document = document;
    this.#source = source;
    this.#findings = findings;
  }

  /** Undefined if the bounds are exceeded; that is reported once. */
  read(root: unknown): YamlNode | undefined {
    const node = this.#node(root, [0, 0], 0);
    return this.#stopped ? undefined : node;
  }

  #node(node: unknown, near: Range, depth: number): YamlNode {
    const range = rangeOf(node) ?? near;
    if (this.#exceeds(range, depth)) return nothing(range);
    if (isAlias(node)) return this.#alias(node.resolve(this.#document), range, depth);
    if (isMap(node)) return { kind: 'map', range, entries: this.#entries(node, depth) };
    if (isSeq(node))
      return { kind: 'list', range, items: node.items.map((item) => this.#node(item, range, depth + 1)) };
    return isScalar(node) ? scalar(node, range) : nothing(range);
  }

  #alias(target: unknown, range: Range, depth: number): YamlNode {
    if (target !== undefined) return this.#node(target, range, depth + 1);
    this.#findings.report('unknown-alias', this.#source.at(range), {
      message: 'this alias names no anchor above it',
      hint: 'define it first, as in "&name value", or quote the text if a star was meant',
    });
    return nothing(range);
  }

  #entries(map: YAMLMap, depth: number): YamlEntry[] {
    const entries = new Map<string, YamlEntry>();
    const merged: (readonly YamlEntry[])[] = [];
    for (const pair of map.items) {
      const entry = this.#entry(pair, depth);
      if (entry === undefined) continue;
      const earlier = entries.get(entry.key);
      if (entry.key === '<<') merged.push(mergedEntries(entry.value));
      else if (earlier === undefined) entries.set(entry.key, entry);
      else this.#duplicate(entry, earlier);
    }
    for (const entry of merged.flat()) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    return [...entries.values()];
  }

  #duplicate({ key, keyRange }: YamlEntry, earlier: YamlEntry): void {
    const { line } = this.#source.locate(earlier.keyRange);
    this.#findings.report('duplicate-key', this.#source.at(keyRange), {
      message: `"${key}" stands in the same map at line ${line} already`,
      hint: 'rename or remove one of the two',
    });
  }

  #entry(pair: Pair, depth: number): YamlEntry | undefined {
    if (!isScalar(pair.key)) return undefined;
    const keyRange = rangeOf(pair.key) ?? [0, 0];
    return { key: String(pair.key.value), keyRange, value: this.#node(pair.value, keyRange, depth + 1) };
  }

  #exceeds(range: Range, depth: number): boolean {
    if (this.#stopped) return true;
    this.#values += 1;
    const bomb = this.#values > MOST_VALUES;
    if (!bomb && depth <= DEEPEST) return false;
    this.#stopped = true;
    this.#findings.report(bomb ? 'alias-bomb' : 'too-deep', this.#source.at(range), {
      message: bomb
        ? `the file has more than ${MOST_VALUES} values, or its aliases multiply into so many`
        : `values are nested more than ${DEEPEST} deep, or an alias contains itself`,
      hint: bomb ? 'write the values out' : 'flatten the file',
    });
    return true;
  }
}

/** What `<<` brings in: the entries of a map, or of several, the first of which wins. */
function mergedEntries(value: YamlNode): readonly YamlEntry[] {
  if (value.kind === 'map') return value.entries;
  return value.kind === 'list' ? value.items.flatMap(mergedEntries) : [];
}

function rangeOf(node: unknown): Range | undefined {
  const range = (node as { range?: [number, number, number] | null } | null | undefined)?.range;
  return range === null || range === undefined ? undefined : [range[0], range[1]];
}

function nothing(range: Range): YamlScalar {
  return { kind: 'scalar', range, value: null, text: '', style: 'plain' };
}

function scalar(node: Scalar, range: Range): YamlScalar {
  const style = STYLES[node.type ?? ''] ?? 'plain';
  const value = simple(node.value);
  return {
    kind: 'scalar',
    range,
    value,
    text: typeof value === 'string' ? value : (node.source ?? ''),
    style,
  };
}

function simple(value: unknown): YamlScalar['value'] {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  return String(value);
}
