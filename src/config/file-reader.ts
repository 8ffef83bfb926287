import type { FindingCode } from './finding.js';
import type { FindingList } from './finding-list.js';
import type { Place, Range, SourceFile } from './source-file.js';
import {
  describe,
  isNull,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from './yaml-tree.js';

/** Reads values of expected kinds out of a file and reports those of another. */
export class FileReader {
  readonly source: SourceFile;
  readonly findings: FindingList;

  constructor(source: SourceFile, findings: FindingList) {
    this.source = source;
    this.findings = findings;
  }

  report(code: FindingCode, at: { readonly range: Range } | Range, message: string, hint: string): void {
    const range = 'range' in at ? at.range : at;
    this.findings.report(code, this.source.at(range), { message, hint });
  }

  at(node: { readonly range: Range }): Place {
    return this.source.at(node.range);
  }

  /** The entries of a map; a value that is left empty counts as an empty map. */
  entries(node: YamlNode | undefined, what: string, hint: string): readonly YamlEntry[] {
    if (node === undefined || isNull(node)) return [];
    if (node.kind === 'map') return node.entries;
    this.wrongType(node, `${what} must be a map`, hint);
    return [];
  }

  /** A text, or a number or boolean as it is written. */
  text(node: YamlNode, what: string, hint: string): string | undefined {
    if (isWritten(node)) return node.text;
    this.wrongType(node, `${what} must be a text`, hint);
    return undefined;
  }

  /** One text or a list of them. */
  texts(node: YamlNode, what: string, hint: string): readonly string[] {
    const nodes = node.kind === 'list' ? node.items : [node];
    return nodes.flatMap((item) => this.text(item, what, hint) ?? []);
  }

  wrongType(node: YamlNode, rule: string, hint: string): void {
    this.report('wrong-type', node, `${rule}, not ${describe(node)}`, hint);
  }
}

export function entryOf(map: YamlMap, key: string): YamlEntry | undefined {
  return map.entries.find((entry) => entry.key === key);
}

function isWritten(node: YamlNode): node is YamlScalar {
  return node.kind === 'scalar' && node.value !== null;
}
