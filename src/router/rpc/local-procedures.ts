import type { OwnProcedure } from '../../core/rpc.js';
import type { TopicHandler, TopicRequest } from '../../core/topic.js';

type Method = NonNullable<TopicHandler['onCall']>;

/** What handlers answer: `onCall`, or the methods that they list. Nothing else of an object can be called. */
export class LocalProcedures {
  readonly #methods = new WeakMap<TopicHandler, ReadonlyMap<string, Method>>();

  /** Undefined where the handler does not answer. */
  find(handler: TopicHandler, request: TopicRequest): OwnProcedure | undefined {
    const { method: name } = request.params;
    if (handler.methods === undefined || name === undefined) {
      return handler.onCall && ((session, call) => handler.onCall?.(session, request, call));
    }
    const method = this.#of(handler).get(camel(name));
    return method && ((session, call) => method.call(handler, session, request, call));
  }

  #of(handler: TopicHandler): ReadonlyMap<string, Method> {
    const known = this.#methods.get(handler);
    if (known !== undefined) return known;
    const methods = new Map((handler.methods ?? []).map((name) => [name, methodOf(handler, name)]));
    this.#methods.set(handler, methods);
    return methods;
  }
}

/** Whether a handler answers calls of what was asked for. */
export function answersCalls(handler: TopicHandler, request: TopicRequest): boolean {
  return new LocalProcedures().find(handler, request) !== undefined;
}

function methodOf(handler: TopicHandler, name: string): Method {
  return (handler as unknown as Readonly<Record<string, Method>>)[name] as Method;
}

/** `sum_all` as `sumAll`, as the ancestor has it. */
function camel(name: string): string {
  return name.includes('_') ? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : name;
}
