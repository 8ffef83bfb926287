import { createHash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type ChannelQuestion, type ChannelsOfNode, channelsAmong } from '../core/channel-summary.js';
import type { ClusterCommand, ClusterNode, NodeState } from '../core/cluster.js';
import { DISCONNECT, type Disconnect } from '../core/errors.js';
import type { Route } from '../core/route.js';
import type { SessionControl } from '../core/session-control.js';
import type { Topic } from '../core/topic.js';
import { VERSION } from './version.js';

export interface ServerNodeParts {
  /** The sessions of this node. */
  readonly sessions: SessionControl;
  /** Ends all sessions of this node. */
  endAll(why: Disconnect): void;
  readonly revocations: { revoke(user: string | undefined, before: number): void };
  readonly routes: readonly Route[];
  /** The live channels of the main realm. */
  topics(): Iterable<Topic>;
  /** Reads settings, routes and handlers again. */
  reload(): unknown;
  figures(): Pick<NodeState, 'connections' | 'sessions' | 'channels' | 'subscriptions'>;
}

/** Milliseconds between two looks at the event loop. */
const RESOLUTION = 20;

/** This server as a node: it obeys what any of them commands, and says how it does. */
export class ServerNode implements ClusterNode {
  readonly #parts: ServerNodeParts;
  #routes: string;
  readonly #started = Date.now();
  #obeyed = 0;
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION });

  constructor(parts: ServerNodeParts) {
    this.#parts = parts;
    this.#routes = hashOfRoutes(parts.routes);
    this.#delay.enable();
  }

  /** Sessions that the last command met here. */
  get obeyed(): number {
    return this.#obeyed;
  }

  answer(question: ChannelQuestion): ChannelsOfNode {
    return channelsAmong(this.#parts.topics(), question);
  }

  obey(command: ClusterCommand): number {
    this.#obeyed = this.#do(command);
    return this.#obeyed;
  }

  /** Has other routes from now on. */
  reroute(routes: readonly Route[]): void {
    this.#routes = hashOfRoutes(routes);
  }

  /** Who may be here still is let in again. */
  missed(): void {
    this.#parts.endAll(DISCONNECT.ended);
  }

  /** The lag is that of the time since it was asked last. */
  state(): Omit<NodeState, 'id'> {
    const late = this.#delay.max / 1e6 - RESOLUTION;
    this.#delay.reset();
    return {
      version: VERSION,
      routes: this.#routes,
      started: this.#started,
      ...this.#parts.figures(),
      lag: Math.max(0, Math.round(late)),
    };
  }

  close(): void {
    this.#delay.disable();
  }

  #do(command: ClusterCommand): number {
    const { sessions, revocations } = this.#parts;
    if (command.type === 'rights') return sessions.setRights(command.user, command.rights);
    if (command.type === 'reload') {
      void this.#parts.reload();
      return 1;
    }
    if (command.type === 'disconnect') return sessions.disconnect(command, command.why);
    revocations.revoke(command.user, command.before);
    return 0;
  }
}

/** Where routes are written is no difference. */
export function hashOfRoutes(routes: readonly Route[]): string {
  const meant = routes.map(({ source: _, ...route }) => route);
  return createHash('sha256').update(JSON.stringify(meant)).digest('hex').slice(0, 16);
}
