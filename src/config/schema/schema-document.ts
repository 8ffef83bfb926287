import { isRecord } from '../../core/json-schema.js';
import { FileReader } from '../file-reader.js';
import type { FindingList } from '../finding-list.js';
import type { DraftSchema } from '../payload-reader.js';
import { readText } from '../read-text.js';
import { shownName } from '../routing-files.js';
import type { Place, SourceFile } from '../source-file.js';
import { readYaml } from '../yaml-file.js';
import { plain, type YamlNode } from '../yaml-tree.js';
import { DRAFTS, type Draft } from './schema-keywords.js';

/** One schema as it is written: a file, or a part of a routing file. */
export interface SchemaDocument {
  /** Undefined for a part of a routing file. */
  readonly path: string | undefined;
  readonly source: SourceFile;
  readonly node: YamlNode;
  readonly draft: Draft;
  /** The same as data. */
  readonly data: unknown;
}

/** The schema that stands in a routing file. */
export function inlineDocument(
  { at }: DraftSchema,
  node: YamlNode,
  findings: FindingList,
): SchemaDocument | undefined {
  return documentOf(node, { path: undefined, source: at.source, findings });
}

/** The schema of a file; undefined where there is none that can be read, which is reported. */
export async function openDocument(path: string, findings: FindingList): Promise<SchemaDocument | undefined> {
  const source = await readText({ path, name: shownName(path) }, findings);
  const node = source && readYaml(source, findings);
  return source && node && documentOf(node, { path, source, findings });
}

/** The place of a value by its JSON pointer, or of what is nearest above it. */
export function placeOf({ node, source }: SchemaDocument, pointer: string): Place {
  let found = node;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const next =
      found.kind === 'map'
        ? found.entries.find(({ key }) => key === name)?.value
        : found.kind === 'list'
          ? found.items[Number(name)]
          : undefined;
    if (next === undefined) break;
    found = next;
  }
  return source.at(found.range);
}

function documentOf(
  node: YamlNode,
  { path, source, findings }: { path: string | undefined; source: SourceFile; findings: FindingList },
): SchemaDocument | undefined {
  // Plain objects: what compares values asks them for their prototype.
  const data: unknown = JSON.parse(JSON.stringify(plain(node)));
  if (!isRecord(data) && typeof data !== 'boolean') {
    new FileReader(source, findings).wrongType(node, 'a schema must be a map', 'write { "type": "object" }');
    return undefined;
  }
  const said = isRecord(data) ? data['$schema'] : undefined;
  const draft = said === undefined ? '2020-12' : draftOf(String(said));
  if (draft !== undefined) return { path, source, node, draft, data };
  findings.report('bad-schema', placeOf({ node, source, path, data, draft: '07' }, '/$schema'), {
    message: `schemas of ${String(said).slice(0, 128)} cannot be read`,
    hint: `use one of ${Object.keys(DRAFTS).join(' and ')}`,
  });
  return undefined;
}

function draftOf(said: string): Draft | undefined {
  const name = said.replace(/#$/, '');
  return Object.hasOwn(DRAFTS, name) ? DRAFTS[name as keyof typeof DRAFTS] : undefined;
}
