import type { Operation } from '../core/route.js';
import { ANONYMOUS, type Principal, type Session } from '../core/session.js';
import type { LiveTopic } from './live-topic.js';
import type { Question } from './rules/rule.js';

/** Who may do one thing on one topic at this moment. With `several` questions about the same sessions each answer is kept. */
export class Decisions {
  readonly #topic: LiveTopic;
  readonly #operation: Operation;
  readonly #question: { -readonly [K in keyof Question]: Question[K] };
  readonly #known: Map<Principal, boolean> | undefined;
  #principal: Principal | undefined;
  #allowed = false;

  constructor(topic: LiveTopic, operation: Operation, several: boolean) {
    this.#topic = topic;
    this.#operation = operation;
    this.#question = { principal: ANONYMOUS, request: topic.request };
    this.#known = several ? new Map() : undefined;
  }

  allows({ principal }: Session): boolean {
    if (principal === this.#principal) return this.#allowed;
    this.#principal = principal;
    this.#allowed = this.#known?.get(principal) ?? this.#decide(principal);
    return this.#allowed;
  }

  #decide(principal: Principal): boolean {
    this.#question.principal = principal;
    const allowed = this.#topic.access.allows(this.#operation, this.#question);
    this.#known?.set(principal, allowed);
    return allowed;
  }
}
