import { hostname } from 'node:os';
import type { Broker } from '../../core/broker.js';
import type { NodeOverview } from '../../core/node-overview.js';
import type { Overload } from '../overload.js';
import type { Plan } from '../plan.js';
import type { Realms } from '../realms.js';
import { hashOfRoutes } from '../server-node.js';
import { VERSION } from '../version.js';
import type { OperatorTotals } from './operator-totals.js';
import type { SecondFigures } from './second-series.js';
import type { SpokenProtocols } from './spoken-protocols.js';

export interface VitalParts {
  /** What is served now. */
  readonly plan: () => Plan;
  readonly realms: Realms;
  readonly totals: OperatorTotals;
  readonly overload: Overload;
  readonly broker: Broker;
  readonly protocols: SpokenProtocols;
  /** The id of this node. */
  readonly id: string;
  readonly urls: () => readonly string[];
  readonly connections: () => number;
}

/** How this node is: its own figures, put together when they are asked for. */
export class Vitals {
  readonly #parts: VitalParts;
  readonly #started = Date.now();
  /** What was served when it was looked last, since when, and the hash of its routes. */
  #table: { readonly plan: Plan; readonly hash: string; readonly loaded: number };
  #cpu = 0;
  #used = process.cpuUsage();
  #at = performance.now();

  constructor(parts: VitalParts) {
    this.#parts = parts;
    this.#table = tableOf(parts.plan());
  }

  /** To be called every second, in milliseconds of a clock that only grows: what the processor did since the last time. */
  second(now: number): SecondFigures {
    this.#look();
    const { user, system } = process.cpuUsage(this.#used);
    this.#used = process.cpuUsage();
    this.#cpu = (user + system) / 1000 / Math.max(1, now - this.#at);
    this.#at = now;
    const { realms, totals, overload } = this.#parts;
    const { sessions, topics: channels, publications, deliveries } = realms.figures;
    const refusals = totals.total('signalbox_refusals_total');
    return {
      sessions,
      channels,
      publications,
      deliveries,
      refusals,
      cpu: this.#cpu,
      loopDelay: overload.delay,
    };
  }

  overview(): NodeOverview {
    const { id, urls, overload, protocols } = this.#parts;
    const { plan, hash, loaded } = this.#look();
    const { rss, heapUsed: heap } = process.memoryUsage();
    return {
      node: {
        id,
        version: VERSION,
        started: this.#started,
        pid: process.pid,
        host: hostname(),
        urls: urls(),
      },
      table: { hash, routes: plan.routes.length, loaded },
      figures: this.#figures(),
      load: { level: overload.level, loopDelay: overload.delay, cpu: this.#cpu, rss, heap },
      protocols: protocols.list,
      broker: this.#broker(plan),
    };
  }

  #figures(): Readonly<Record<string, number>> {
    const { realms, totals, connections } = this.#parts;
    const { topics, ...figures } = realms.figures;
    return {
      connections: connections(),
      ...figures,
      channels: topics,
      refusals: totals.total('signalbox_refusals_total'),
      httpRefusals: totals.total('signalbox_http_refusals_total'),
      refusedConnections: totals.total('signalbox_refused_connections_total'),
      limitsReached: totals.total('signalbox_limits_reached_total'),
      slow: totals.slow,
      gaps: totals.total('signalbox_gaps_total'),
    };
  }

  /** Routes may be replaced while the server runs. */
  #look() {
    const plan = this.#parts.plan();
    if (plan !== this.#table.plan) this.#table = tableOf(plan);
    return this.#table;
  }

  #broker(plan: Plan): NodeOverview['broker'] {
    const { broker } = this.#parts;
    const kind = plan.settings.broker === 'memory' ? 'memory' : 'redis';
    return { kind, ready: true, ...broker.health };
  }
}

function tableOf(plan: Plan) {
  return { plan, hash: hashOfRoutes(plan.routes), loaded: Date.now() };
}
