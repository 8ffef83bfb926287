import type { Payload } from '../../core/payload.js';
import type { Principal } from '../../core/session.js';
import type { TopicRequest } from '../../core/topic.js';

/** Who wants to do something on which channel; the payload for a publish. */
export interface Question {
  readonly principal: Principal;
  readonly request: TopicRequest;
  readonly payload?: Payload | undefined;
}

/** A part of a rule and the value that it has for a question. */
export interface Step {
  readonly text: string;
  readonly value: string;
}

/** One rule for one operation, ready to be asked. */
export interface Rule {
  readonly text: string;
  /** Whether time alone may change the answer. */
  readonly timely: boolean;
  /** Never throws: what cannot be answered is answered with no. */
  holds(question: Question): boolean;
  /** The parts, in the order in which they are read; with `private`, values that are a peer's message are left out. */
  explain(question: Question, options?: { readonly private: boolean }): readonly Step[];
}
