import type { Operation } from '../../core/route.js';
import type { RuleCheck } from '../../core/rule-fault.js';
import { expressionFault, expressionRule, isExpression } from './expression.js';
import { namedRule } from './named-rules.js';
import type { Rule } from './rule.js';

/** Rules by what they are for and how they are written, each compiled once. */
export class RuleBook {
  readonly #rules = new Map<string, Rule>();

  /** The rule of a text that `ruleFault` accepts. Another one never holds. */
  rule(text: string, operation: Operation): Rule {
    const key = `${operation} ${text}`;
    const known = this.#rules.get(key);
    if (known !== undefined) return known;
    const rule = isExpression(text) ? expressionRule(text) : namedRule(text, operation);
    this.#rules.set(key, rule);
    return rule;
  }

  rules(texts: readonly string[], operation: Operation): readonly Rule[] {
    return texts.map((text) => this.rule(text, operation));
  }
}

/** Says what is wrong with the text of a rule; nothing for a word, which is a rule's name or a role. */
export const ruleFault: RuleCheck = (text, place) =>
  isExpression(text) ? expressionFault(text, place) : undefined;
