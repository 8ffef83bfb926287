import type { Container } from 'inversify';
import { checkRoutes, type Finding } from '../config/index.js';
import { every } from '../core/interval.js';
import type { Draft, ReloadReport } from '../core/reload.js';
import type { PeriodicTask } from '../core/topic.js';
import { compareRoutes, type RouteTable } from '../router/index.js';
import { ConfigurationError } from './application.js';
import { needsStore } from './bind-brokers.js';
import { allRoutes } from './bind-realms.js';
import { type Built, buildAll, buildTasks } from './build-handlers.js';
import type { Plan } from './container.js';
import { DiscoveryError } from './discover.js';
import { logFindings } from './finding-log.js';
import { demandChanges, draftedHandlers } from './handler-demands.js';
import { setLevel } from './logger.js';
import { changedServices, rebindServices } from './rebind-services.js';
import { foreseen, type ReloadChanges, refused, summed } from './reload-reports.js';
import { changesByDigest, changesOf } from './settings-digest.js';
import { PARTS, TOKENS } from './tokens.js';

/** Reads everything anew. Throws `ConfigurationError` and `DiscoveryError`. */
export type LoadPlan = () => Promise<{ readonly plan: Plan; readonly findings: readonly Finding[] }>;

/** What is built of a plan, and of which services. */
interface Parts {
  readonly services: Container;
  readonly handlers: ReadonlyMap<string, Built>;
  readonly tasks: ReadonlyMap<string, Built<PeriodicTask>>;
}

/** What a running server goes by of its application, which is read and built again and then replaced without an await. */
export class Reloading {
  readonly #container: Container;
  readonly #started: Plan;
  readonly #load: LoadPlan | undefined;
  readonly #running = new Map<string, () => void>();
  #parts: Parts;
  /** What was read last and is gone by, with its own settings. */
  #current: Plan;
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<ReloadReport> | undefined;

  /** Builds what the application consists of; `load` is how it is read again. Throws `DiscoveryError`. */
  constructor(container: Container, plan: Plan, load: LoadPlan | undefined) {
    this.#container = container;
    this.#started = plan;
    this.#load = load;
    this.#current = plan;
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
   * What `reload` would do now, or what a draft would do in place of what can be read. Handlers are built, and nothing is asked of
   * them. Never rejects.
   */
  async foresee(draft?: Draft): Promise<ReloadReport> {
    if (draft === undefined) return this.#attempt((plan, parts) => this.#foresee(plan, parts));
    try {
      const findings = await checkRoutes(draft.routes ?? []);
      if (findings.length > 0) return refused(new Error(), findings);
      const plan = { ...this.#current, routes: draft.routes ?? this.#served.routes };
      const handlers = draftedHandlers(this.#parts.handlers, plan.routes, draft);
      const foreseen = this.#foresee(plan, { ...this.#parts, handlers });
      const plans = { started: this.#started, served: this.#current };
      const settings = draft.settings === undefined ? {} : changesByDigest(plans, draft.settings);
      return { ...foreseen, ...settings, findings: [] };
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
    const findings = report.findings as readonly Finding[];
    const outcome = applied ? 'applied' : 'refused';
    this.#container.get(TOKENS.meter).count('signalbox_reloads_total', { outcome });
    if (applied)
      logger.info(
        { event: 'reloaded', ...channels, ...subscriptions, handlers: handlers.length, restart },
        'reloaded',
      );
    else logger.error({ event: 'reload_refused', reason, findings: findings.length }, 'reload refused');
    // While an application is developed they are shown with the lines that they are about.
    if (this.#started.board === undefined) logFindings(logger, findings);
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
    this.#current = plan;
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
    return { ...this.#changes(plan, parts), ...foreseen(found, realms.figures.topics) };
  }

  #tableOf({ routes }: Plan): RouteTable {
    const { settings } = this.#started;
    const { routing } = this.#container.get(PARTS.realms).main;
    return routing.successor(allRoutes(routes, settings), { channelLimit: settings.limits.channel });
  }

  #changes(plan: Plan, parts: Parts): ReloadChanges {
    const former = this.#parts.handlers;
    const handlers = [...parts.handlers].filter(([name, { made }]) => former.get(name)?.made !== made);
    const plans = { started: this.#started, served: this.#current };
    const { settings, restart } = changesOf(plans, plan);
    return {
      applied: true,
      routes: compareRoutes(this.#served.routes, plan.routes),
      handlers: handlers.map(([name]) => name),
      demands: demandChanges({ before: former, after: parts.handlers, routes: plan.routes }),
      settings,
      restart: [...restart, ...changedServices(this.#started, plan), ...this.#missing(plan)],
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
