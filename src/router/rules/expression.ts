/**
 * Rules as expressions of the Common Expression Language, over `user`, `params`, `channel`, `payload` (publish only),
 * `now` and `owner`. They are compiled and type-checked once. Their cost is bounded: by the size of the expression, and
 * because lists are walked only where they come from a credential, never from a payload, and never within one another.
 */
import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { RuleFault, RulePlace } from '../../core/rule-fault.js';
import { boundsOf } from './expression-bounds.js';
import { Context, RuleUser } from './expression-context.js';
import { explainExpression } from './expression-steps.js';
import type { Question, Rule } from './rule.js';

const LIMITS = {
  maxAstNodes: 100,
  maxDepth: 20,
  maxListElements: 50,
  maxMapEntries: 20,
  maxCallArguments: 8,
};

/** With the parameters of a route, a name that it does not have is a fault. */
function environment(params: readonly string[] | undefined): Environment {
  const known = new Environment({ limits: LIMITS })
    .registerType({
      name: 'User',
      ctor: RuleUser,
      fields: {
        kind: 'string',
        id: 'string',
        key: 'string',
        roles: 'list<string>',
        organizations: 'list<string>',
        claims: 'map<string, dyn>',
      },
    })
    .registerVariable('user', 'User')
    .registerVariable('channel', 'string')
    .registerVariable('payload', 'dyn')
    .registerVariable('now', 'google.protobuf.Timestamp')
    .registerVariable('owner', 'bool');
  if (params === undefined) return known.registerVariable('params', 'map<string, string>');
  const schema = Object.fromEntries(params.map((name) => [name, 'string']));
  return known.registerVariable({ name: 'params', schema });
}

const GENERAL = environment(undefined);

/** Whether the text of a rule is an expression, not a word. */
export function isExpression(text: string): boolean {
  return !/^[\p{L}\p{N}_.:-]*$/u.test(text);
}

/** Says what is wrong with an expression; nothing if it can be used at this place. */
export function expressionFault(text: string, { operation, params }: RulePlace): RuleFault | undefined {
  const checked = (params === undefined ? GENERAL : environment(params)).check(text);
  if (!checked.valid) {
    const { summary = 'it cannot be read', range = { start: 0, end: text.length } } = checked.error ?? {};
    return { ...FORM, message: faultText(summary, params), start: range.start, end: range.end };
  }
  if (checked.type !== 'bool') {
    const message = `it gives ${checked.type === 'dyn' ? 'any value' : checked.type}, not true or false`;
    return { ...FORM, message, start: 0, end: text.length };
  }
  const { faults, reads } = boundsOf(GENERAL.parse(text).ast);
  const early = operation === 'publish' ? undefined : reads.get('payload');
  if (early !== undefined) {
    const message = `there is no payload in ${operation}`;
    return {
      message,
      hint: 'only access.publish can look at the payload',
      start: early.start,
      end: early.end,
    };
  }
  return faults[0];
}

const FORM = { hint: 'an expression is over user, params, channel, now, owner and, for publish, payload' };

function faultText(summary: string, params: readonly string[] | undefined): string {
  const text = `${summary.charAt(0).toLowerCase()}${summary.slice(1)}`;
  return params !== undefined && text.startsWith('no such key') && params.length > 0
    ? `${text}; the parameters are ${params.join(', ')}`
    : text;
}

/** A rule of an expression without fault. One that has a fault after all never holds. */
export function expressionRule(text: string): Rule {
  const run = compiled(text);
  if (run === undefined) return { text, timely: false, holds: () => false, explain: () => [] };
  const { reads } = boundsOf(run.ast);
  return {
    text,
    timely: reads.has('now'),
    holds: (question) => holds(run, question),
    explain: (question, options) =>
      explainExpression(run.ast, {
        evaluate: (part) => GENERAL.parse(part)(new Context(question)),
        hidden: options?.private === true ? ['payload'] : [],
      }),
  };
}

function compiled(text: string): ParseResult | undefined {
  try {
    return GENERAL.parse(text);
  } catch {
    return undefined;
  }
}

/** An error within, such as a claim that the user does not have, means no. */
function holds(run: ParseResult, question: Question): boolean {
  try {
    return run(new Context(question)) === true;
  } catch {
    return false;
  }
}
