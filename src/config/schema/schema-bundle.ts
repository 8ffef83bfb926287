import { dirname, relative, resolve, sep } from 'node:path';
import { isRecord, type JsonSchema, rewriteReferences } from '../../core/json-schema.js';
import type { FindingList } from '../finding-list.js';
import type { DraftSchema } from '../payload-reader.js';
import { shownName } from '../routing-files.js';
import type { Place } from '../source-file.js';
import { inlineDocument, openDocument, type SchemaDocument } from './schema-document.js';
import type { Draft } from './schema-keywords.js';
import { type SchemaText, SchemaWalk } from './schema-walk.js';

/** A schema and all that it refers to, as one. */
export interface BundledSchema {
  readonly schema: JsonSchema;
  readonly draft: Draft;
  readonly documents: readonly SchemaDocument[];
  readonly expressions: readonly SchemaText[];
}

const MOST_DOCUMENTS = 64;

/** Reads schemas with the files that they refer to. Reports what is wrong. */
export class SchemaFiles {
  readonly #findings: FindingList;
  readonly #opened = new Map<string, Promise<WalkedDocument | undefined>>();

  constructor(findings: FindingList) {
    this.#findings = findings;
  }

  /** Undefined where there was a fault. */
  async bundle(draft: DraftSchema): Promise<BundledSchema | undefined> {
    const { content, folder, at } = draft;
    const root =
      'path' in content
        ? await this.#open(resolve(folder, content.path), { folder, at })
        : walked(inlineDocument(draft, content, this.#findings), this.#findings);
    return (
      root &&
      new Bundle(root, {
        folder,
        open: (path, place) => this.#open(path, { folder, at: place }),
        findings: this.#findings,
      }).build()
    );
  }

  /** The files lie in the folder of the routing file, or below. */
  async #open(
    path: string,
    { folder, at }: { folder: string; at: Place },
  ): Promise<WalkedDocument | undefined> {
    if (relative(folder, path).split(sep)[0] === '..') {
      this.#findings.report('schema-reference', at, {
        message: `${shownName(path)} is not below the folder of the routing file`,
        hint: 'keep schemas beside the routes that have them',
      });
      return undefined;
    }
    const known = this.#opened.get(path);
    if (known !== undefined) return known;
    const opening = openDocument(path, this.#findings).then((document) => walked(document, this.#findings));
    this.#opened.set(path, opening);
    return opening;
  }
}

interface WalkedDocument {
  readonly document: SchemaDocument;
  readonly walk: SchemaWalk;
}

interface BundleParts {
  readonly folder: string;
  readonly open: (path: string, at: Place) => Promise<WalkedDocument | undefined>;
  readonly findings: FindingList;
}

/** One schema while what it refers to is added. */
class Bundle {
  readonly #root: WalkedDocument;
  readonly #parts: BundleParts;
  /** By path, and the name under which each is added. */
  readonly #added = new Map<string, WalkedDocument & { readonly name: string }>();

  constructor(root: WalkedDocument, parts: BundleParts) {
    this.#root = root;
    this.#parts = parts;
  }

  async build(): Promise<BundledSchema | undefined> {
    const { findings } = this.#parts;
    const before = findings.errors;
    const queue = [this.#root];
    for (const from of queue) {
      for (const reference of from.walk.references) queue.push(...(await this.#follow(from, reference)));
    }
    if (findings.errors > before) return undefined;
    const documents = queue.map(({ document }) => document);
    const expressions = queue.flatMap(({ walk }) => walk.expressions);
    return { schema: this.#joined(), draft: this.#root.document.draft, documents, expressions };
  }

  /** The document that a reference leads to, where it is a new one. */
  async #follow(from: WalkedDocument, reference: SchemaText): Promise<WalkedDocument[]> {
    const [file = '', fragment = ''] = reference.text.split('#');
    if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(file)) {
      this.#refuse(
        reference,
        'nothing is fetched from elsewhere',
        'save the schema beside this one, and name its file',
      );
      return [];
    }
    const path = this.#pathOf(from, file);
    const isKnown = path === undefined || path === this.#root.document.path || this.#added.has(path);
    const target = await this.#target(path, reference);
    if (target === undefined) return [];
    this.#checkTarget(target, fragment, reference);
    if (isKnown || path === undefined) return [];
    if (this.#added.size >= MOST_DOCUMENTS) {
      this.#refuse(reference, `there are more than ${MOST_DOCUMENTS} files`, 'join some of them');
      return [];
    }
    this.#added.set(path, { ...target, name: this.#nameOf(path) });
    return [target];
  }

  async #target(path: string | undefined, { at }: SchemaText): Promise<WalkedDocument | undefined> {
    if (path === undefined || path === this.#root.document.path) return this.#root;
    return this.#added.get(path) ?? this.#parts.open(path, at);
  }

  /** Undefined for the root, where that is a part of a routing file. */
  #pathOf({ document: { path } }: WalkedDocument, file: string): string | undefined {
    if (file === '') return path;
    return resolve(path === undefined ? this.#parts.folder : dirname(path), decoded(file));
  }

  #checkTarget({ document, walk }: WalkedDocument, fragment: string, reference: SchemaText): void {
    const { draft } = this.#root.document;
    if (!walk.schemas.has(decoded(fragment))) {
      const hint = 'name it by its path, as in "#/$defs/name"';
      this.#refuse(reference, `there is no schema at "${reference.text.slice(0, 128)}"`, hint);
    } else if (document.draft !== draft) {
      const text = `it is of draft ${document.draft}, and what refers to it of draft ${draft}`;
      this.#refuse(reference, text, 'give both the same $schema');
    }
  }

  #refuse({ at }: SchemaText, message: string, hint: string): void {
    this.#parts.findings.report('schema-reference', at, { message, hint });
  }

  /** A name that nothing in the root has. */
  #nameOf(path: string): string {
    const name = relative(this.#parts.folder, path)
      .replace(/\.json$/, '')
      .replaceAll(/[^A-Za-z0-9]+/g, '_');
    const taken = new Set([
      ...[...this.#added.values()].map((added) => added.name),
      ...Object.keys(this.#definitions()),
    ]);
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
    return free;
  }

  get #keyword(): '$defs' | 'definitions' {
    return this.#root.document.draft === '07' ? 'definitions' : '$defs';
  }

  #definitions(): Readonly<Record<string, unknown>> {
    const { data } = this.#root.document;
    const own = isRecord(data) ? data[this.#keyword] : undefined;
    return isRecord(own) ? own : {};
  }

  #joined(): JsonSchema {
    const root = this.#rewritten(this.#root);
    if (this.#added.size === 0 || !isRecord(root)) return root;
    const added = [...this.#added.values()].map(
      (one) => [one.name, withoutNames(this.#rewritten(one))] as const,
    );
    const own = root[this.#keyword];
    return { ...root, [this.#keyword]: { ...(isRecord(own) ? own : {}), ...Object.fromEntries(added) } };
  }

  #rewritten(from: WalkedDocument): JsonSchema {
    return rewriteReferences(from.document.data, (text) => {
      const [file = '', fragment = ''] = text.split('#');
      const path = this.#pathOf(from, file);
      const added = path === undefined ? undefined : this.#added.get(path);
      return added === undefined ? `#${fragment}` : `#/${this.#keyword}/${added.name}${fragment}`;
    });
  }
}

function walked(document: SchemaDocument | undefined, findings: FindingList): WalkedDocument | undefined {
  return document && { document, walk: new SchemaWalk(document, findings) };
}

/** Within another schema these would mean another place. */
function withoutNames(schema: JsonSchema): JsonSchema {
  if (!isRecord(schema)) return schema;
  const { $id: _id, $schema: _schema, ...rest } = schema;
  return rest;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
