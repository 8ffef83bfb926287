import type { FileReader } from './file-reader.js';
import type { DraftAccess, DraftRules } from './route-draft.js';
import { BUILT_IN_RULES, isOneOf } from './route-keys.js';
import type { Range } from './source-file.js';
import { didYouMean, listed, nearest } from './suggestion.js';
import type { YamlNode } from './yaml-tree.js';

const OPERATIONS = ['subscribe', 'publish'] as const;
const EXAMPLE = 'write access: { subscribe: user, publish: backend }';
const ROLE = /^[\p{L}\p{N}_.:-]+$/u;

/** Reads who may do what. `known` are the rules that exist, where that is known. */
export class AccessReader {
  readonly #file: FileReader;
  readonly #known: ReadonlySet<string> | undefined;

  constructor(file: FileReader, known: ReadonlySet<string> | undefined) {
    this.#file = file;
    this.#known = known;
  }

  read(node: YamlNode | undefined): DraftAccess {
    const found: { subscribe?: DraftRules; publish?: DraftRules } = {};
    for (const { key, keyRange, value } of this.#file.entries(node, 'access', EXAMPLE)) {
      if (key === 'subscribe' || key === 'publish') found[key] = this.#rules(value, key);
      else {
        const hint = didYouMean(key, OPERATIONS, 'access has subscribe and publish only');
        this.#file.report('unknown-key', keyRange, `unknown key "${key}" in access`, hint);
      }
    }
    return found;
  }

  #rules(node: YamlNode, operation: string): DraftRules {
    const rules: string[] = [];
    for (const item of node.kind === 'list' ? node.items : [node]) {
      const rule = this.#file.text(item, `access.${operation}`, `${EXAMPLE}; an empty list [] means nobody`);
      if (rule !== undefined && this.#accepts(rule, item.range)) rules.push(rule);
    }
    return { rules, at: this.#file.at(node) };
  }

  #accepts(rule: string, range: Range): boolean {
    if (isOneOf(rule, BUILT_IN_RULES)) return true;
    if (/[\s()'"&|=<>!]/.test(rule)) {
      const text = `"${rule}" is an expression, and expressions are not available in this version yet`;
      this.#file.report('not-available', range, text, `use ${listed(BUILT_IN_RULES)} or the name of a role`);
      return false;
    }
    if (!ROLE.test(rule)) {
      const hint = 'a role is a word of letters, digits and _ . : -';
      this.#file.report('bad-rule', range, `"${rule}" cannot be the name of a rule or role`, hint);
      return false;
    }
    return this.#known === undefined ? this.#guess(rule, range) : this.#isKnown(rule, range, this.#known);
  }

  #isKnown(rule: string, range: Range, known: ReadonlySet<string>): boolean {
    if (known.has(rule)) return true;
    const all = [...BUILT_IN_RULES, ...known];
    this.#file.report(
      'unknown-rule',
      range,
      `no rule or role is called "${rule}"`,
      didYouMean(rule, all, `there are ${listed(all)}`),
    );
    return false;
  }

  #guess(rule: string, range: Range): boolean {
    const near = nearest(rule, BUILT_IN_RULES);
    const close =
      near !== undefined && (near === rule.toLowerCase() || Math.abs(near.length - rule.length) <= 1);
    if (close) {
      const text = `"${rule}" is taken for a role`;
      this.#file.report('rule-looks-misspelt', range, text, `did you mean "${near}"?`);
    }
    return true;
  }
}
