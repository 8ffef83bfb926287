import { distance } from 'fastest-levenshtein';
import { OPERATIONS, type Operation } from '../core/route.js';
import type { FileReader } from './file-reader.js';
import type { DraftAccess, DraftRules } from './route-draft.js';
import { isOneOf } from './route-keys.js';
import type { Place } from './source-file.js';
import { didYouMean, listed } from './suggestion.js';
import type { YamlNode } from './yaml-tree.js';

const EXAMPLE = 'write access: { subscribe: user, publish: backend }';
const ROLE = /^[\p{L}\p{N}_.:-]+$/u;

/** What people write for a rule that has another name here. */
const SYNONYMS: Readonly<Record<string, string>> = {
  anonymous: 'anyone',
  everyone: 'anyone',
  public: 'anyone',
  authenticated: 'user',
  true: 'anyone',
  false: '[]',
  nobody: '[]',
};

/** Reads who may do what. `rules` are the words with a meaning of their own; every other word is a role. */
export class AccessReader {
  readonly #file: FileReader;
  readonly #rules: readonly string[];

  constructor(file: FileReader, rules: ReadonlySet<string>) {
    this.#file = file;
    this.#rules = [...rules];
  }

  read(node: YamlNode | undefined): DraftAccess {
    const found: Partial<Record<Operation, DraftRules>> = {};
    for (const { key, keyRange, value } of this.#file.entries(node, 'access', EXAMPLE)) {
      const operation = OPERATIONS.find((name) => name === key);
      if (operation !== undefined) found[operation] = this.#read(value, operation);
      else {
        const hint = didYouMean(key, OPERATIONS, `access has ${listed(OPERATIONS)}`);
        this.#file.report('unknown-key', keyRange, `unknown key "${key}" in access`, hint);
      }
    }
    return found;
  }

  #read(node: YamlNode, operation: string): DraftRules {
    const rules: string[] = [];
    const places: Place[] = [];
    for (const item of node.kind === 'list' ? node.items : [node]) {
      const rule = this.#file.text(item, `access.${operation}`, `${EXAMPLE}; an empty list [] means nobody`);
      if (rule === undefined || !this.#accepts(rule, item)) continue;
      rules.push(rule);
      places.push(this.#file.at(item));
    }
    return { rules, places, at: this.#file.at(node) };
  }

  #accepts(rule: string, node: YamlNode): boolean {
    const { range } = node;
    if (isOneOf(rule, this.#rules)) return true;
    if (rule.trim() === '') {
      const hint = 'a rule is a word, or an expression over user, params and channel; [] means nobody';
      this.#file.report('bad-rule', range, 'an empty text is no rule', hint);
      return false;
    }
    // Any other text is an expression, which is checked when the parameters are known.
    if (isRole(rule)) this.#checkSpelling(rule, node);
    return true;
  }

  /** A role may have any name; one that is nearly a rule is likely to be meant as one, unless it stands in quotes. */
  #checkSpelling(rule: string, node: YamlNode): void {
    const { range } = node;
    const word = rule.toLowerCase();
    if (isPath(rule)) {
      const text = `"${rule}" is taken for the name of a role`;
      this.#file.report('rule-looks-misspelt', range, text, `an expression compares: "${rule} == 'value'"`);
      return;
    }
    if (node.kind === 'scalar' && node.style !== 'plain') return;
    const meant = SYNONYMS[word] ?? this.#rules.find((known) => distance(word, known.toLowerCase()) <= 1);
    if (meant === undefined) return;
    const text = `"${rule}" is taken for the name of a role`;
    const instead = meant === '[]' ? 'an empty list []' : `"${meant}"`;
    const hint = `did you mean ${instead}? A role of this name is written in quotes`;
    this.#file.report('rule-looks-misspelt', range, text, hint);
  }
}

/** Whether a role, or a rule, can have this name. */
export function isRole(word: string): boolean {
  return ROLE.test(word);
}

/** Whether a word looks like the beginning of an expression, and would do nothing as one. */
export function isPath(word: string): boolean {
  return /^(?:user|params|payload|claims)\./.test(word);
}
