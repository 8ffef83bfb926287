import type { TopicHandler } from 'signalbox';

/**
 * A procedure that sessions answer: those whom the route lets `register` answer those whom it lets `call`. Nobody
 * subscribes or publishes.
 */
export class ProcedureTopic implements TopicHandler {
  static readonly handler: string = 'procedure';

  readonly access = { subscribe: [], publish: [] };
}
