import { subschemaKind } from '../../core/json-schema.js';
import { entryOf } from '../file-reader.js';
import type { FindingCode } from '../finding.js';
import type { FindingList } from '../finding-list.js';
import type { Place, Range } from '../source-file.js';
import { didYouMean } from '../suggestion.js';
import type { YamlEntry, YamlMap, YamlNode } from '../yaml-tree.js';
import { FORMATS } from './formats.js';
import type { SchemaDocument } from './schema-document.js';
import { isKeyword, isUnsupported, keywords } from './schema-keywords.js';

/** A text of a schema, and where it stands. */
export interface SchemaText {
  readonly text: string;
  readonly at: Place;
}

/** Lists that have to be free of repetitions are compared item by item. */
const MOST_UNIQUE = 1000;

/** What there is in one document: all its schemas by their JSON pointers, their references and their expressions. */
export class SchemaWalk {
  readonly schemas = new Set<string>();
  readonly references: SchemaText[] = [];
  readonly expressions: SchemaText[] = [];
  readonly #document: SchemaDocument;
  readonly #findings: FindingList;

  /** Reports keywords that mean nothing, or that cost too much. */
  constructor(document: SchemaDocument, findings: FindingList) {
    this.#document = document;
    this.#findings = findings;
    this.#schema(document.node, '');
  }

  #schema(node: YamlNode, pointer: string): void {
    this.schemas.add(pointer);
    if (node.kind !== 'map') return;
    for (const entry of node.entries) this.#keyword(entry, pointer);
    this.#checkUnique(node);
  }

  #keyword(entry: YamlEntry, above: string): void {
    const { key, value } = entry;
    const pointer = `${above}/${escaped(key)}`;
    if (!this.#accepts(entry, above)) return;
    if (key === '$ref') this.references.push(...this.#text(value));
    else if (key === 'pattern') this.expressions.push(...this.#text(value));
    else if (key === 'patternProperties' && value.kind === 'map') this.#keys(value);
    const kind = subschemaKind(key);
    if (kind === undefined) return;
    if (kind.startsWith('map')) this.#each(value, pointer);
    else if (value.kind === 'list')
      for (const [i, item] of value.items.entries()) this.#schema(item, `${pointer}/${i}`);
    else this.#schema(value, pointer);
  }

  #each(node: YamlNode, pointer: string): void {
    if (node.kind !== 'map') return;
    for (const { key, value } of node.entries) {
      if (value.kind !== 'list') this.#schema(value, `${pointer}/${escaped(key)}`);
    }
  }

  #keys({ entries }: YamlMap): void {
    const { source } = this.#document;
    for (const { key, keyRange } of entries) this.expressions.push({ text: key, at: source.at(keyRange) });
  }

  #text(node: YamlNode): SchemaText[] {
    return node.kind === 'scalar' ? [{ text: node.text, at: this.#document.source.at(node.range) }] : [];
  }

  /** Whether the keyword means something. */
  #accepts({ key, keyRange, value }: YamlEntry, above: string): boolean {
    const { draft } = this.#document;
    if (isUnsupported(key) || (key === '$id' && above !== '')) {
      const hint = 'name the place by its path, as in "#/$defs/name" or "other.json#/$defs/name"';
      this.#report('schema-reference', keyRange, `"${key}" is not followed here`, hint);
      return false;
    }
    if (!isKeyword(key, draft)) {
      if (!key.startsWith('x-')) {
        const hint = didYouMean(key, keywords(draft), 'remove it, or begin its name with x-');
        this.#report('unknown-keyword', keyRange, `"${key}" means nothing in draft ${draft}`, hint);
      }
      return false;
    }
    if (key === 'format' && value.kind === 'scalar' && !Object.hasOwn(FORMATS, value.text)) {
      const hint = didYouMean(value.text, Object.keys(FORMATS), 'write a pattern');
      this.#report('unknown-keyword', value.range, `format "${value.text}" is not checked`, hint);
    }
    return true;
  }

  #checkUnique(node: YamlMap): void {
    const unique = entryOf(node, 'uniqueItems');
    if (unique?.value.kind !== 'scalar' || unique.value.value !== true) return;
    const most = entryOf(node, 'maxItems')?.value;
    if (most?.kind === 'scalar' && Number(most.value) <= MOST_UNIQUE) return;
    const text = 'a long list would be compared item by item';
    this.#report('costly-schema', unique.keyRange, text, `add maxItems of at most ${MOST_UNIQUE}`);
  }

  #report(code: FindingCode, range: Range, message: string, hint: string): void {
    this.#findings.report(code, this.#document.source.at(range), { message, hint });
  }
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
