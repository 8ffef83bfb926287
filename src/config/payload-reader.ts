import { dirname, resolve } from 'node:path';
import { PAYLOAD_FORMS, type PayloadForm } from '../core/payload-contract.js';
import { entryOf, type FileReader } from './file-reader.js';
import { ON_OFF, readValue, type ValueKind } from './section.js';
import type { Place } from './source-file.js';
import { didYouMean, listed } from './suggestion.js';
import type { YamlMap, YamlNode } from './yaml-tree.js';

/** What a route says about its payloads, before its schema has been read. */
export interface DraftPayload {
  readonly form: PayloadForm;
  readonly schema: DraftSchema | undefined;
  readonly broadcasts: boolean;
}

/** A schema that stands in the routing file, or the path of its own. */
export interface DraftSchema {
  readonly at: Place;
  /** The folder of the routing file. */
  readonly folder: string;
  readonly content: YamlNode | { readonly path: string };
}

const EXAMPLE = 'write payload: json, or payload: { schema: ./schemas/message.json }';
const KEYS = ['schema', 'broadcasts'];

const FORM: ValueKind<PayloadForm> = {
  is: `${PAYLOAD_FORMS.join(', ')}, or a map with a schema`,
  read: (value) => PAYLOAD_FORMS.find((form) => form === value),
};

/** Reads `payload` of a route. */
export function readPayload(file: FileReader, node: YamlNode | undefined): DraftPayload | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'map') return fromMap(file, node);
  const form = readValue(file, node, { kind: FORM, name: 'payload', example: EXAMPLE });
  return form && { form, schema: undefined, broadcasts: false };
}

function fromMap(file: FileReader, map: YamlMap): DraftPayload | undefined {
  for (const { key, keyRange } of map.entries) {
    if (KEYS.includes(key)) continue;
    const hint = didYouMean(key, KEYS, `payload has ${listed(KEYS)}`);
    file.report('unknown-key', keyRange, `unknown key "${key}" in payload`, hint);
  }
  const broadcasts = entryOf(map, 'broadcasts')?.value;
  const name = 'payload.broadcasts';
  const checked =
    broadcasts && readValue(file, broadcasts, { kind: ON_OFF, name, example: 'write broadcasts: true' });
  const schema = readSchema(file, map);
  return schema && { form: 'json', schema, broadcasts: checked === true };
}

function readSchema(file: FileReader, map: YamlMap): DraftSchema | undefined {
  const node = entryOf(map, 'schema')?.value;
  if (node === undefined) {
    file.report('wrong-type', map, 'payload has no schema', EXAMPLE);
    return undefined;
  }
  const at = file.at(node);
  const folder = dirname(resolve(file.source.name));
  if (node.kind === 'map') return { at, folder, content: node };
  const path = file.text(node, 'payload.schema', EXAMPLE);
  return path === undefined ? undefined : { at, folder, content: { path } };
}
