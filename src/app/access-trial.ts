import type { Payload } from '../core/payload.js';
import type { Operation, Route } from '../core/route.js';
import type { Principal } from '../core/session.js';
import type { TopicHandler, TopicRequest } from '../core/topic.js';
import {
  answersCalls,
  checkContract,
  checkPayloadSize,
  describeJudgements,
  type Judgement,
  RouteTable,
  type RouteTrial,
  ServedRoutes,
} from '../router/index.js';
import { routesFor } from './meta-routes.js';
import type { Plan } from './plan.js';

/** Somebody who wants to do something on a channel. */
export interface Wish {
  readonly operation: Operation;
  readonly channel: string;
  readonly principal: Principal;
  /** What is published; undefined where it is not known, and any will do. */
  readonly payload?: Payload | undefined;
}

/** Whether a wish is granted, and what that was decided by. The code of a handler's hooks is not run. */
export interface Decision {
  readonly allowed: boolean;
  /** Undefined where no route matches. */
  readonly request: TopicRequest | undefined;
  readonly judgements: readonly Judgement[];
  /** Why it is refused although access would allow it. */
  readonly obstacle: string | undefined;
}

/** Routes, handlers and access of an application, to be asked without a server. */
export class AccessTrial {
  readonly #plan: Plan;
  readonly #table: RouteTable;
  readonly #routes: ServedRoutes;

  /** Handlers by name. */
  constructor(plan: Plan, handlers: ReadonlyMap<string, TopicHandler>) {
    this.#plan = plan;
    this.#table = this.#tableOf(plan.routes);
    this.#routes = new ServedRoutes(handlers);
  }

  /** How close each route came. */
  trials(channel: string): readonly RouteTrial[] {
    return this.#tableFor(channel).explain(channel);
  }

  /** What is asked for by a channel; undefined where no route matches. */
  match(channel: string): TopicRequest | undefined {
    return this.#tableFor(channel).match(channel);
  }

  /** What a server would decide. */
  decide({ operation, channel, principal, payload }: Wish): Decision {
    const request = this.match(channel);
    const none = { allowed: false, judgements: [], request };
    if (request === undefined) return { ...none, obstacle: this.#tableFor(channel).noRoute(channel).message };
    const { route } = request;
    if (route.handler === undefined) return { ...none, obstacle: `route ${route.name} has no handler` };
    const { access, handler } = this.#routes.of(route);
    const judgements = access.judge(operation, { principal, request, payload });
    const obstacle = obstacleOf(operation, request, handler) ?? payloadFault(operation, route, payload);
    const allowed = obstacle === undefined && judgements.every(({ holds }) => holds !== undefined);
    return { allowed, request, judgements, obstacle };
  }

  #tableFor(channel: string): RouteTable {
    const routes = routesFor(channel, this.#plan);
    return routes === this.#plan.routes ? this.#table : this.#tableOf(routes);
  }

  #tableOf(routes: Plan['routes']): RouteTable {
    return new RouteTable(routes, { channelLimit: this.#plan.settings.limits.channel });
  }
}

/** Why the handler refuses by what it is, whoever asks. */
function obstacleOf(operation: Operation, request: TopicRequest, handler: TopicHandler): string | undefined {
  const { handler: name, access } = request.route;
  if (operation === 'publish' && handler.onPublish === undefined) {
    return `handler ${name} has no onPublish: it accepts no publications`;
  }
  const answers = answersCalls(handler, request);
  if (operation === 'register' && answers) return `handler ${name} answers calls itself`;
  if (operation !== 'call' || answers || access.register.length > 0) return undefined;
  return `handler ${name} answers no calls, and nobody may register`;
}

/** Why the route does not take a payload, whoever publishes it. */
function payloadFault(operation: Operation, route: Route, payload: Payload | undefined): string | undefined {
  if (operation !== 'publish' || payload === undefined) return undefined;
  try {
    checkPayloadSize(route, payload);
    checkContract(route, payload);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A decision in lines: what was looked at, and what stands against it. */
export function describeDecision(
  { judgements, obstacle }: Decision,
  operation: Operation,
): readonly string[] {
  return [...describeJudgements(judgements, operation), ...(obstacle === undefined ? [] : [obstacle])];
}
