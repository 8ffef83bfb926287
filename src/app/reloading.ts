import type { Container } from 'inversify';
import type { Finding } from '../config/index.js';
import { every } from '../core/interval.js';
import type { ReloadReport } from '../core/reload.js';
import type { Route } from '../core/route.js';
import type { PeriodicTask } from '../core/topic.js';
import {
  compareRoutes,
  type Foreseen,
  type Rerouted,
  type RouteChanges,
  type RouteTable,
} from '../router/index.js';
import { ConfigurationError } from './application.js';
import { needsStore } from './bind-brokers.js';
import { allRoutes } from './bind-realms.js';
import { type Built, buildAll, buildTasks } from './build-handlers.js';
import type { Plan } from './container.js';
import { DiscoveryError } from './discover.js';
import { setLevel } from './logger.js';
import { rebindServices } from './rebind-services.js';
import { needRestart } from './settings-changes.js';
import { PARTS, TOKENS } from './tokens.js';

/** Reads everything anew. Throws `ConfigurationError` and `DiscoveryError`. */
export type LoadPlan = () => Promise<{ readonly plan: Plan; readonly findings: readonly Finding[] }>;

/** What is built of a plan, and of which services. */
interface Parts {
  readonly services: Container;
  readonly handlers: ReadonlyMap<string, Built>;
  readonly tasks: ReadonlyMap<string, Built<PeriodicTask>>;
}

/** Channels that are named of those that a change is about. */
const MOST_EXAMPLES = 20;

/** In place of a handler that only another version of the application has. */
const UNKNOWN: Built = {
  made: {},
  from: { class: undefined, injected: [], options: undefined },
  isNew: true,
};

const NO_CHANGES: RouteChanges = { added: [], removed: [], changed: [], reordered: false };

/** What a running server goes by of its application, which is read and built again and then replaced without an await. */
export class Reloading {
  readonly #container: Container;
  readonly #started: Plan;
  readonly #load: LoadPlan | undefined;
  readonly #running = new Map<string, () => void>();
  #parts: Parts;
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<ReloadReport> | undefined;

  /** Builds what the application consists of; `load` is how it is read again. Throws `DiscoveryError`. */
  constructor(container: Container, plan: Plan, load: LoadPlan | undefined) {
    this.#container = container;
    this.#started = plan;
    this.#load = load;
    this.#parts = this.#build(plan, container);
    container.get(PARTS.realms).serve(handlersOf(this.#parts));
    this.#run();
  }

  /** One at a time: whoever asks while one runs gets the next, which reads what is there then. Never rejects. */
  reload(): Promise<ReloadReport> {
    this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      const reload = this.#reload();
      this.#last = reload;
      return reload;
    });
    return this.#next;
  }

  /**
   * What `reload` would do now. Handlers are built, and nothing is asked of them. Routes that are given are compared with what is
   * served, with the handlers that there are; one that there is not demands nothing. Never rejects.
   */
  async foresee(routes?: readonly Route[]): Promise<ReloadReport> {
    if (routes === undefined) return this.#attempt((plan, parts) => this.#foresee(plan, parts));
    try {
      const plan = { ...this.#served, settings: this.#started.settings, routes };
      const handlers = new Map(this.#parts.handlers);
      for (const { handler = '' } of routes) if (!handlers.has(handler)) handlers.set(handler, UNKNOWN);
      return { ...this.#foresee(plan, { ...this.#parts, handlers }), findings: [] };
    } catch (error) {
      return refused(error as Error, []);
    }
  }

  stop(): void {
    for (const stop of this.#running.values()) stop();
    this.#running.clear();
  }

  async #reload(): Promise<ReloadReport> {
    const logger = this.#container.get(TOKENS.logger);
    const report = await this.#attempt((plan, parts) => this.#replace(plan, parts));
    this.#container.get(TOKENS.events).announce('reloaded', { report });
    const { applied, reason, channels, subscriptions, handlers, restart } = report;
    const outcome = applied ? 'applied' : 'refused';
    this.#container.get(TOKENS.meter).count('signalbox_reloads_total', { outcome });
    if (applied)
      logger.info(
        { event: 'reloaded', ...channels, ...subscriptions, handlers: handlers.length, restart },
        'reloaded',
      );
    else
      logger.error({ event: 'reload_refused', reason, findings: report.findings.length }, 'reload refused');
    return report;
  }

  async #attempt(
    conclude: (plan: Plan, parts: Parts) => Omit<ReloadReport, 'findings'>,
  ): Promise<ReloadReport> {
    try {
      if (this.#load === undefined)
        throw new Error('this server was not told how to read its settings again');
      const { plan, findings } = await this.#load();
      const services = rebindServices(this.#container, this.#parts.services, [this.#served, plan]);
      return { ...conclude(plan, this.#build(plan, services)), findings };
    } catch (error) {
      const isFound = error instanceof ConfigurationError;
      if (!isFound && !(error instanceof DiscoveryError))
        this.#container.get(TOKENS.logger).error({ event: 'reload_failed', error }, 'reload failed');
      return refused(error as Error, isFound ? error.findings : []);
    }
  }

  get #served(): Plan {
    return this.#container.get(PARTS.served).plan;
  }

  #build(plan: Plan, services: Container): Parts {
    const { handlers, tasks } = this.#parts ?? { handlers: new Map(), tasks: new Map() };
    return {
      services,
      handlers: buildAll(services, plan, handlers),
      tasks: buildTasks(services, plan.offers, tasks),
    };
  }

  /** The moment of the change. */
  #replace(plan: Plan, parts: Parts): Omit<ReloadReport, 'findings'> {
    const changes = this.#changes(plan, parts);
    const realms = this.#container.get(PARTS.realms);
    const rerouted = realms.reroute(this.#tableOf(plan), handlersOf(parts));
    // Of the settings those of the start are in force.
    this.#container.get(PARTS.served).plan = { ...plan, settings: this.#started.settings };
    this.#parts = parts;
    this.#run();
    this.#container.get(PARTS.origins).allow(plan.settings.origins);
    setLevel(this.#container.get(TOKENS.logger), plan.settings.log.level);
    this.#container.get(PARTS.node).reroute(plan.routes);
    return { ...changes, ...summed(rerouted) };
  }

  #foresee(plan: Plan, parts: Parts): Omit<ReloadReport, 'findings'> {
    const realms = this.#container.get(PARTS.realms);
    const found = [...realms.foresee(this.#tableOf(plan), handlersOf(parts))];
    const sum = (count: (one: Foreseen) => number) => found.reduce((total, one) => total + count(one), 0);
    return {
      ...this.#changes(plan, parts),
      channels: {
        live: realms.figures.topics,
        moved: found.length,
        withdrawn: sum(({ after }) => (after === undefined ? 1 : 0)),
      },
      subscriptions: {
        ended: sum(({ ends }) => ends),
        asked: sum(({ asks, subscriptions, ends }) => (asks ? subscriptions - ends : 0)),
      },
      examples: found.toSorted((a, b) => b.ends - a.ends).slice(0, MOST_EXAMPLES),
    };
  }

  #tableOf({ routes }: Plan): RouteTable {
    const { settings } = this.#started;
    const { routing } = this.#container.get(PARTS.realms).main;
    return routing.successor(allRoutes(routes, settings), { channelLimit: settings.limits.channel });
  }

  #changes(plan: Plan, parts: Parts): Pick<ReloadReport, 'applied' | 'routes' | 'handlers' | 'restart'> {
    const former = this.#parts.handlers;
    const handlers = [...parts.handlers].filter(([name, { made }]) => former.get(name)?.made !== made);
    return {
      applied: true,
      routes: compareRoutes(this.#served.routes, plan.routes),
      handlers: handlers.map(([name]) => name),
      restart: [...needRestart(this.#started.settings, plan.settings), ...this.#missing(plan)],
    };
  }

  /** A store is opened at the start alone. */
  #missing(plan: Plan): readonly string[] {
    return needsStore(plan) && this.#container.get(PARTS.store) === undefined ? ['store'] : [];
  }

  /** Starts tasks that are new, and stops those that are not there any more. */
  #run(): void {
    const logger = this.#container.get(TOKENS.logger);
    const failed = (error: unknown) =>
      logger.error({ event: 'periodic_task_failed', error }, 'periodic task failed');
    const kept = new Map<string, () => void>();
    for (const [name, { made, isNew }] of this.#parts.tasks) {
      const stop = isNew ? every(made.interval, () => made.tick(), failed) : this.#running.get(name);
      if (stop !== undefined) kept.set(name, stop);
    }
    for (const [name, stop] of this.#running) if (kept.get(name) !== stop) stop();
    this.#running.clear();
    for (const [name, stop] of kept) this.#running.set(name, stop);
  }
}

function handlersOf({ handlers }: Parts) {
  return new Map([...handlers].map(([name, { made }]) => [name, made]));
}

function summed(rerouted: readonly Rerouted[]): Pick<ReloadReport, 'channels' | 'subscriptions'> {
  const sum = (key: keyof Rerouted) => rerouted.reduce((total, one) => total + one[key], 0);
  return {
    channels: { live: sum('channels'), moved: sum('moved'), withdrawn: sum('withdrawn') },
    subscriptions: { ended: sum('ended'), asked: sum('asked') },
  };
}

function refused({ message }: Error, findings: readonly Finding[]): ReloadReport {
  return {
    applied: false,
    reason: findings.length > 0 ? 'the configuration has errors: the server goes on as before' : message,
    findings,
    routes: NO_CHANGES,
    handlers: [],
    channels: { live: 0, moved: 0, withdrawn: 0 },
    subscriptions: { ended: 0, asked: 0 },
    restart: [],
  };
}
