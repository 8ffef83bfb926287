import { distance } from 'fastest-levenshtein';
import { OPERATIONS, type Operation } from '../core/route.js';
import type { FileReader } from './file-reader.js';
import type { DraftAccess, DraftRules } from './route-draft.js';
import { isOneOf } from './route-keys.js';
import type { Range } from './source-file.js';
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
    for (const item of node.kind === 'list' ? node.items : [node]) {
      const rule = this.#file.text(item, `access.${operation}`, `${EXAMPLE}; an empty list [] means nobody`);
      if (rule !== undefined && this.#accepts(rule, item.range)) rules.push(rule);
    }
    return { rules, at: this.#file.at(node) };
  }

  #accepts(rule: string, range: Range): boolean {
    if (isOneOf(rule, this.#rules)) return true;
    if (/[\s()'"&|=<>!]/.test(rule)) {
      const text = `"${rule}" is an expression, and expressions are not available in this version yet`;
      this.#file.report('not-available', range, text, `use ${listed(this.#rules)} or the name of a role`);
      return false;
    }
    if (!ROLE.test(rule)) {
      const hint = 'a role is a word of letters, digits and _ . : -';
      this.#file.report('bad-rule', range, `"${rule}" cannot be the name of a rule or role`, hint);
      return false;
    }
    this.#checkSpelling(rule, range);
    return true;
  }

  /** A role may have any name; one that is nearly a rule is likely to be meant as one. */
  #checkSpelling(rule: string, range: Range): void {
    const word = rule.toLowerCase();
    const meant = SYNONYMS[word] ?? this.#rules.find((known) => distance(word, known.toLowerCase()) <= 1);
    if (meant === undefined) return;
    const text = `"${rule}" is taken for the name of a role`;
    this.#file.report('rule-looks-misspelt', range, text, `did you mean "${meant}"?`);
  }
}
