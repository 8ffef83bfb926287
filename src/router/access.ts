import { channelMatches } from '../core/channel-pattern.js';
import { RouterError } from '../core/errors.js';
import type { Payload } from '../core/payload.js';
import { OPERATIONS, type Operation, type Route } from '../core/route.js';
import type { Principal } from '../core/session.js';
import type { TopicHandler, TopicRequest } from '../core/topic.js';
import type { Question, Rule, Step } from './rules/rule.js';
import type { RuleBook } from './rules/rule-book.js';

/** Whose demand a list of rules is, and each has to hold; a credential demands that the channel is one of its own. */
export type RuleSource = 'credential' | 'route' | 'handler';

/** One list of rules, who wrote it, and the rule of it that holds. */
export interface Judgement {
  readonly source: RuleSource;
  readonly rules: readonly string[];
  readonly holds: string | undefined;
  /** What each rule was decided by, up to the first that holds. */
  readonly steps: readonly { readonly rule: string; readonly parts: readonly Step[] }[];
}

interface Demand {
  readonly source: RuleSource;
  readonly rules: readonly Rule[];
}

/** Who may do what on a channel. */
export type ChannelAccess = Pick<RouteAccess, 'timely' | 'allows' | 'check' | 'judge'>;

/** Who may do what on the channels of one route with one handler; compiled once. */
export class RouteAccess {
  /** Whether time alone may change the answer. */
  readonly timely: Readonly<Record<Operation, boolean>>;
  readonly #demands: Readonly<Record<Operation, readonly Demand[]>>;

  constructor(route: Route, handler: TopicHandler, book: RuleBook) {
    const demands = (operation: Operation): Demand[] => {
      const own = demandOf(handler, operation);
      const all: Demand[] = [{ source: 'route', rules: book.rules(route.access[operation], operation) }];
      if (own !== undefined) all.push({ source: 'handler', rules: book.rules(own, operation) });
      return all;
    };
    this.#demands = each(demands);
    this.timely = each((operation) =>
      this.#demands[operation].some(({ rules }) => rules.some(({ timely }) => timely)),
    );
  }

  /** Whether a rule of the route holds and, where the handler demands something, one of its own. */
  allows(operation: Operation, question: Question): boolean {
    if (!isInScope(question)) return false;
    for (const { rules } of this.#demands[operation]) if (!someHolds(rules, question)) return false;
    return true;
  }

  /** Throws `forbidden` unless it is allowed, naming the rules of which none holds. */
  check(operation: Operation, question: Question): void {
    if (!isInScope(question)) {
      throw new RouterError('forbidden', `the credential is not for ${question.request.channel}`, {
        hint: 'it is limited to some channels, whatever the routes say',
      });
    }
    for (const { rules } of this.#demands[operation]) {
      if (!someHolds(rules, question)) throw refusal(operation, question, rules);
    }
  }

  /** What `check` decides, list by list, with the values that it is decided by. */
  judge(operation: Operation, question: Question, options = { private: false }): readonly Judgement[] {
    const { scope } = question.principal;
    const judgements: Judgement[] = this.#demands[operation].map(({ source, rules }) => {
      const found = rules.findIndex((rule) => rule.holds(question));
      const asked = found < 0 ? rules : rules.slice(0, found + 1);
      return {
        source,
        rules: rules.map(({ text }) => text),
        holds: rules[found]?.text,
        steps: asked.map((rule) => ({ rule: rule.text, parts: rule.explain(question, options) })),
      };
    });
    if (scope === undefined) return judgements;
    const holds = scope.find((pattern) => channelMatches(pattern, question.request.channel));
    return [{ source: 'credential', rules: scope, holds, steps: [] }, ...judgements];
  }
}

/** What follows from being a subscriber: to hear what was said before, and who else hears. */
const OF_SUBSCRIBERS: readonly Operation[] = ['history', 'presence'];

/**
 * What a handler demands of its subscribers it demands of those who read what they were sent, or ask who they are, too; but
 * not of back ends, which are none.
 */
function demandOf({ access = {} }: TopicHandler, operation: Operation): readonly string[] | undefined {
  const own = access[operation];
  if (own !== undefined || access.subscribe === undefined || !OF_SUBSCRIBERS.includes(operation)) return own;
  return [...access.subscribe, 'backend'];
}

function each<T>(value: (operation: Operation) => T): Readonly<Record<Operation, T>> {
  return Object.fromEntries(OPERATIONS.map((operation) => [operation, value(operation)])) as Record<
    Operation,
    T
  >;
}

/** A credential may be limited to some channels, whatever their routes say. */
function isInScope({ principal: { scope }, request: { channel } }: Question): boolean {
  return scope === undefined || scope.some((pattern) => channelMatches(pattern, channel));
}

function someHolds(rules: readonly Rule[], question: Question): boolean {
  for (const rule of rules) if (rule.holds(question)) return true;
  return false;
}

function refusal(operation: Operation, { request }: Question, rules: readonly Rule[]): RouterError {
  const who = rules.length === 0 ? 'nobody' : rules.map(({ text }) => text).join(' or ');
  return new RouterError('forbidden', `only ${who} may ${operation} on ${request.channel}`, {
    hint: `signalbox explain ${operation} ${request.channel} shows the rule of route ${request.route.name}`,
  });
}

/** What access is asked about somebody on a topic. */
export function questionOf(
  principal: Principal,
  { request }: { readonly request: TopicRequest },
  payload?: Payload,
): Question {
  return { principal, request, payload };
}
