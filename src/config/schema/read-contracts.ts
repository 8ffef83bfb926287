import { basename, resolve } from 'node:path';
import type { PayloadContract } from '../../core/payload-contract.js';
import type { FindingList } from '../finding-list.js';
import type { DraftPayload, DraftSchema } from '../payload-reader.js';
import { RegexJudge } from '../regex/judge.js';
import type { Draft } from '../route-draft.js';
import { faultsOfSchema } from './compile-schema.js';
import { FormContract, SchemaContract } from './contracts.js';
import { type BundledSchema, SchemaFiles } from './schema-bundle.js';
import { placeOf, type SchemaDocument } from './schema-document.js';
import type { SchemaText } from './schema-walk.js';

/** What the payloads of these routes have to be. Reports what is wrong; a route with a fault has no contract then. */
export async function readContracts(
  drafts: readonly Draft[],
  findings: FindingList,
): Promise<ReadonlyMap<Draft, PayloadContract>> {
  const reader = new ContractReader(findings);
  const contracts = new Map<Draft, PayloadContract>();
  try {
    for (const draft of drafts) {
      const contract = draft.payload && (await reader.read(draft.payload, draft.name));
      if (contract !== undefined) contracts.set(draft, contract);
    }
  } finally {
    await reader.close();
  }
  return contracts;
}

const MOST_FAULTS = 3;

class ContractReader {
  readonly #findings: FindingList;
  readonly #files: SchemaFiles;
  readonly #judge = new RegexJudge();
  readonly #contracts = new Map<string, PayloadContract>();
  readonly #checked = new Set<SchemaDocument>();

  constructor(findings: FindingList) {
    this.#findings = findings;
    this.#files = new SchemaFiles(findings);
  }

  /** Routes that share a file share the contract. */
  async read(payload: DraftPayload, route: string): Promise<PayloadContract | undefined> {
    const { schema, broadcasts } = payload;
    if (schema === undefined || !('path' in schema.content)) return this.#read(payload, route);
    const key = `${resolve(schema.folder, schema.content.path)} ${broadcasts}`;
    const known = this.#contracts.get(key);
    if (known !== undefined) return known;
    const contract = await this.#read(payload, route);
    if (contract !== undefined) this.#contracts.set(key, contract);
    return contract;
  }

  async #read(
    { form, schema, broadcasts }: DraftPayload,
    route: string,
  ): Promise<PayloadContract | undefined> {
    if (schema === undefined) return new FormContract(form);
    const before = this.#findings.errors;
    const bundled = await this.#files.bundle(schema);
    if (bundled === undefined) return undefined;
    for (const document of bundled.documents) this.#check(document);
    for (const expression of bundled.expressions) await this.#checkExpression(expression);
    if (this.#findings.errors > before) return undefined;
    const name =
      'path' in schema.content ? basename(schema.content.path) : `what the schema of ${route} says`;
    return this.#compile(bundled, { schema, name, broadcasts });
  }

  close(): Promise<void> {
    return this.#judge.close();
  }

  #compile(
    { schema, draft }: BundledSchema,
    { schema: { at }, name, broadcasts }: { schema: DraftSchema; name: string; broadcasts: boolean },
  ): PayloadContract | undefined {
    try {
      return new SchemaContract(schema, { draft, name, broadcasts });
    } catch (cause) {
      const message = `the schema cannot be used: ${(cause as Error).message.slice(0, 256)}`;
      this.#findings.report('bad-schema', at, {
        message,
        hint: 'compare it with the draft that $schema names',
      });
      return undefined;
    }
  }

  #check(document: SchemaDocument): void {
    if (this.#checked.has(document)) return;
    this.#checked.add(document);
    const { data, draft } = document;
    const places = new Set<string>();
    for (const { instancePath, message } of faultsOfSchema(data, draft)) {
      if (places.has(instancePath) || places.size >= MOST_FAULTS) continue;
      places.add(instancePath);
      this.#findings.report('bad-schema', placeOf(document, instancePath), {
        message: `${instancePath === '' ? 'the schema' : instancePath} ${message}`,
        hint: `compare it with draft ${draft} of JSON Schema`,
      });
    }
  }

  async #checkExpression({ text, at }: SchemaText): Promise<void> {
    if (!isExpression(text)) {
      const hint = 'it is an expression of JavaScript with the flag u; in JSON a backslash is written twice';
      this.#findings.report('invalid-regex', at, { message: 'the expression is none', hint });
      return;
    }
    const verdict = await this.#judge.judge(text, 'u');
    if (verdict.kind === 'safe') return;
    if (verdict.kind === 'unknown') {
      const message = `it cannot be told whether the expression is safe to match: ${verdict.reason}`;
      this.#findings.report('unjudged-regex', at, { message, hint: 'write it in a simpler way' });
      return;
    }
    this.#findings.report('catastrophic-regex', at, {
      message: `the time to match the expression grows ${verdict.growth}: try ${verdict.attack}`,
      hint: 'anchor it with ^ and $, and let each character match in one way only',
    });
  }
}

function isExpression(text: string): boolean {
  try {
    return new RegExp(text, 'u') !== undefined;
  } catch {
    return false;
  }
}
