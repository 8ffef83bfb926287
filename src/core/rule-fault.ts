import type { Operation } from './route.js';

/** What is wrong with the text of a rule, and where: offsets of its first character and of the one after its last. */
export interface RuleFault {
  readonly message: string;
  readonly hint: string;
  readonly start: number;
  readonly end: number;
}

/** What a rule is written for. */
export interface RulePlace {
  readonly operation: Operation;
  /** The parameters of the route; undefined where they are not known. */
  readonly params?: readonly string[] | undefined;
}

/** Says what is wrong with the text of a rule; nothing for one that can be used. */
export type RuleCheck = (text: string, place: RulePlace) => RuleFault | undefined;
