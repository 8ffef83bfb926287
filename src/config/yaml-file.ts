import { type Document, parseDocument, visit, type YAMLError } from 'yaml';
import type { FindingCode } from './finding.js';
import type { FindingList } from './finding-list.js';
import type { Range, SourceFile } from './source-file.js';
import { YamlReader } from './yaml-reader.js';
import type { YamlNode } from './yaml-tree.js';

/** What YAML's own errors are called here. After those with `readOn` the rest of the file still means what it says. */
const KINDS: Readonly<Record<string, { code: FindingCode; message?: string; hint: string; readOn?: true }>> =
  {
    TAB_AS_INDENT: {
      code: 'tab-indent',
      message: 'a tab is used as indentation',
      hint: 'indent with spaces',
    },
    MULTIPLE_DOCS: {
      code: 'several-documents',
      message: 'the file holds several YAML documents',
      hint: 'remove the --- line, or make one file of each',
    },
    BAD_DQ_ESCAPE: {
      code: 'double-quoted-backslash',
      message: 'a backslash in double quotes is an escape of YAML, and this is none',
      hint: "use single quotes: '\\d+'",
      readOn: true,
    },
    TAG_RESOLVE_FAILED: {
      code: 'custom-tag',
      hint: 'remove the tag and write the value itself',
      readOn: true,
    },
    NON_STRING_KEY: {
      code: 'non-string-key',
      message: 'a key must be a text',
      hint: 'write the key as a word',
    },
    BAD_SCALAR_START: { code: 'yaml-syntax', hint: 'put the value into single quotes' },
  };

const SYNTAX_HINT =
  'compare indentation, quotes and brackets with the lines around; a value with { or : needs quotes';
const MOST_SYNTAX_ERRORS = 5;

/** The content of a YAML file, `undefined` if it is empty or cannot be understood. Reports what is wrong. */
export function readYaml(source: SourceFile, findings: FindingList): YamlNode | undefined {
  const document = parseDocument(source.text, {
    strict: true,
    // YamlReader does that in linear time
    uniqueKeys: false,
    stringKeys: true,
    merge: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  if (!reportFaults(document, source, findings) || document.contents === null) return undefined;
  return new YamlReader(document, source, findings).read(document.contents);
}

/** Whether the document can be read on after what was wrong with it. */
function reportFaults(document: Document, source: SourceFile, findings: FindingList): boolean {
  const faults = [...document.errors, ...document.warnings];
  const fatal = faults.filter((fault) => KINDS[fault.code]?.readOn !== true);
  for (const fault of firstOfEachLine(fatal, source).slice(0, MOST_SYNTAX_ERRORS)) {
    reportFault(fault, source, findings);
  }
  if (fatal.length > 0) return false;
  for (const fault of faults) if (fault.code !== 'BAD_DQ_ESCAPE') reportFault(fault, source, findings);
  const escapes = faults.filter(({ code }) => code === 'BAD_DQ_ESCAPE').map(({ pos }) => pos[0]);
  for (const [start, end] of escapes.length > 0 ? textsAround(escapes, document) : []) {
    reportFault({ code: 'BAD_DQ_ESCAPE', message: '', pos: [start, end] }, source, findings);
  }
  return true;
}

/** What follows on the same line mostly follows from the first. */
function firstOfEachLine<T extends Pick<YAMLError, 'pos'>>(faults: readonly T[], source: SourceFile): T[] {
  const lines = new Set<number>();
  return faults.filter(({ pos }) => {
    const { line } = source.locate(source.at(pos).range);
    return !lines.has(line) && lines.add(line);
  });
}

function reportFault(
  fault: Pick<YAMLError, 'code' | 'message' | 'pos'>,
  source: SourceFile,
  findings: FindingList,
): void {
  const kind = KINDS[fault.code];
  const place = source.at(fault.pos);
  const theirs = source.hides(place.range) ? 'this cannot be read as YAML' : lowerFirst(fault.message);
  findings.report(kind?.code ?? 'yaml-syntax', place, {
    message: kind?.message ?? theirs,
    hint: kind?.hint ?? SYNTAX_HINT,
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The texts that these offsets lie in, once each: several bad escapes in one text are one mistake. */
function textsAround(offsets: readonly number[], document: Document): Range[] {
  const texts: Range[] = [];
  visit(document, {
    Scalar: (_key, { range, type }) => {
      if (type === 'QUOTE_DOUBLE' && range) texts.push([range[0], range[1]]);
    },
  });
  const sorted = offsets.toSorted((a, b) => a - b);
  let next = 0;
  return texts
    .sort((a, b) => a[0] - b[0])
    .filter(([start, end]) => {
      while ((sorted[next] ?? start) < start) next++;
      return (sorted[next] ?? end) < end;
    });
}
