import { entryOf, type FileReader } from './file-reader.js';
import { RegexFault } from './regex/fault.js';
import { anchorLength, readRequirement, saysNothing } from './regex/requirement-regex.js';
import type { DraftRequirement } from './route-draft.js';
import type { Range } from './source-file.js';
import { didYouMean } from './suggestion.js';
import type { YamlMap, YamlNode, YamlScalar } from './yaml-tree.js';

const EXAMPLE = "write pattern: '\\d+', or the expression alone: '\\d+'";
const KEYS = ['pattern', 'wildcard'];
const LONGEST = 4096;

/** Reads the requirements of a route or an import. Reports what is wrong with them. */
export class RequirementReader {
  readonly #file: FileReader;
  readonly #utf8: boolean;

  constructor(file: FileReader, utf8: boolean) {
    this.#file = file;
    this.#utf8 = utf8;
  }

  read(node: YamlNode | undefined): Map<string, DraftRequirement> {
    const found = new Map<string, DraftRequirement>();
    const hint = "write one line for each parameter, as in user_id: '\\d+'";
    for (const { key, value } of this.#file.entries(node, 'requirements', hint)) {
      const requirement = value.kind === 'map' ? this.#fromMap(value, key) : this.#fromText(value, key);
      if (requirement !== undefined) found.set(key, requirement);
    }
    return found;
  }

  /** The requirement that stands in a pattern: `{name<expression>}`. */
  inline(expression: string, range: Range): DraftRequirement | undefined {
    return this.#compile(expression, { range, start: range[0], wildcard: false });
  }

  #fromMap(map: YamlMap, parameter: string): DraftRequirement | undefined {
    for (const { key, keyRange } of map.entries) if (!KEYS.includes(key)) this.#unknown(key, keyRange);
    const pattern = entryOf(map, 'pattern')?.value;
    const wildcard = entryOf(map, 'wildcard')?.value;
    const flag = wildcard === undefined ? false : this.#boolean(wildcard);
    if (pattern !== undefined) return this.#fromText(pattern, parameter, flag);
    if (map.entries.every(({ key }) => KEYS.includes(key))) {
      const text = `the requirement for "${parameter}" has no pattern`;
      this.#file.report(
        'missing-requirement-pattern',
        map,
        text,
        "add pattern: '[^/]+' if anything is allowed",
      );
    }
    return undefined;
  }

  #unknown(key: string, range: Range): void {
    if (key === 'path') {
      this.#file.report('requirement-path', range, 'a requirement has no "path"', 'call it pattern');
      return;
    }
    const hint = didYouMean(key, KEYS, 'a requirement has pattern and wildcard only');
    this.#file.report('unknown-key', range, `unknown key "${key}" in a requirement`, hint);
  }

  #boolean(node: YamlNode): boolean {
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    this.#file.wrongType(node, 'wildcard must be true or false', 'write wildcard: true');
    return false;
  }

  #fromText(node: YamlNode, parameter: string, wildcard = false): DraftRequirement | undefined {
    if (node.kind !== 'scalar' || node.value === null) {
      this.#file.wrongType(node, `the requirement for "${parameter}" must be an expression`, EXAMPLE);
      return undefined;
    }
    if (this.#escapesByYaml(node)) return undefined;
    return this.#compile(node.text, { range: node.range, start: textStart(node), wildcard });
  }

  /** `"\bx"` is valid YAML, and a backspace. `"\d"` is reported by the YAML reader and still read as meant. */
  #escapesByYaml(node: YamlScalar): boolean {
    if (node.style !== 'double' || !/[\x00-\x1f]/.test(node.text)) return false;
    const text = 'in double quotes YAML takes \\b, \\n, \\t and others for characters of its own';
    this.#file.report(
      'double-quoted-backslash',
      node,
      text,
      `use single quotes: ${JSON.stringify(node.text).replaceAll('"', "'")}`,
    );
    return true;
  }

  #compile(
    expression: string,
    { range, start, wildcard }: { range: Range; start: number | undefined; wildcard: boolean },
  ): DraftRequirement | undefined {
    if (expression.length > LONGEST) {
      const text = `the requirement has more than ${LONGEST} characters`;
      this.#file.report('invalid-regex', range, text, 'a handler can look such values up in onSubscribe');
      return undefined;
    }
    if (saysNothing(expression)) {
      this.#file.report(
        'empty-requirement',
        range,
        'the requirement is empty',
        'remove it, or write an expression',
      );
      return undefined;
    }
    try {
      const { tree, text } = readRequirement(expression, this.#utf8);
      return { requirement: { pattern: text, wildcard }, tree, at: this.#file.source.at(range) };
    } catch (cause) {
      if (!(cause instanceof RegexFault)) throw cause;
      this.#file.report(
        cause.code,
        faultRange(cause, expression, { range, start }),
        cause.message,
        cause.hint,
      );
      return undefined;
    }
  }
}

/** Where in the file a fault of the expression lies; the whole expression where the two do not run in step. */
function faultRange(
  fault: RegexFault,
  expression: string,
  { range, start }: { range: Range; start: number | undefined },
): Range {
  if (start === undefined) return range;
  const from = start + anchorLength(expression) + fault.index;
  return [Math.min(from, range[1] - 1), range[1]];
}

/** Where the text of a scalar begins, if from there on the file has it letter by letter. */
function textStart({ style, range, text }: YamlScalar): number | undefined {
  if (style === 'plain' && range[1] - range[0] === text.length) return range[0];
  return style === 'single' && range[1] - range[0] === text.length + 2 ? range[0] + 1 : undefined;
}
