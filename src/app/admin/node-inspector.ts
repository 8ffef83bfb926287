import { RouterError } from '../../core/errors.js';
import type {
  ChannelQuery,
  ExplainedWish,
  Explanation,
  InspectedChannel,
  InspectedRoute,
  InspectedSession,
  ListPage,
  NodeInspection,
  OperatorWatch,
  RouterInspection,
  SeenRefusal,
  SessionQuery,
  SlowPeer,
} from '../../core/inspection.js';
import type { NodeOverview, Series } from '../../core/node-overview.js';
import type { Session } from '../../core/session.js';
import { AccessTrial } from '../access-trial.js';
import { explanation } from '../explanation.js';
import type { Plan } from '../plan.js';
import type { Realms, RunningRealm } from '../realms.js';
import { listChannels, measureRates } from './channel-list.js';
import type { OperatorMemory } from './operator-memory.js';
import { listRoutes } from './route-list.js';
import { SecondSeries } from './second-series.js';
import { findSession, listSessions } from './session-list.js';
import type { Vitals } from './vitals.js';

export interface NodeInspectorParts {
  /** What is served now. */
  readonly plan: () => Plan;
  readonly realms: Realms;
  readonly vitals: Vitals;
  /** What was refused, and who was slow. */
  readonly memory: OperatorMemory;
}

const SECOND = 1000;
/** Seconds between two looks at all channels. */
const LOOK = 5;
/** Seconds for which they go on when nobody asks for channels any more. */
const ATTENTION = 60;

/** What operators see of this node, over all of its realms. */
export class NodeInspector implements NodeInspection {
  readonly #parts: NodeInspectorParts;
  readonly #series = new SecondSeries();
  #watches: readonly OperatorWatch[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Of the routes that are served now, by realm. */
  #trials: { readonly plan: Plan; readonly byRealm: Map<string, AccessTrial> } | undefined;
  #seconds = 0;
  /** When channels were asked for last, and looked at last, in seconds since the start. */
  #asked = Number.NEGATIVE_INFINITY;
  #looked = 0;

  constructor(parts: NodeInspectorParts) {
    this.#parts = parts;
    const told = (refusal: SeenRefusal) => {
      for (const watch of this.#watches) watch.refused(refusal);
    };
    parts.memory.tell(told);
  }

  start(): void {
    this.#timer = setInterval(() => this.#second(), SECOND).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  overview(): NodeOverview {
    return this.#parts.vitals.overview();
  }

  series(): Series {
    return this.#series.series;
  }

  sessions(query: SessionQuery): ListPage<InspectedSession> {
    return listSessions(this.#realms, query);
  }

  session(id: string): InspectedSession | undefined {
    return findSession(this.#realms, id);
  }

  channels(query: ChannelQuery): ListPage<InspectedChannel> {
    this.#asked = this.#seconds;
    return listChannels(this.#realms, query);
  }

  routes(): readonly InspectedRoute[] {
    return listRoutes(this.#parts.plan().routes, this.#parts.realms);
  }

  refusals(): readonly SeenRefusal[] {
    return this.#parts.memory.refusals.all;
  }

  slow(): readonly SlowPeer[] {
    return this.#parts.memory.slow.list(sessionsOf(this.#realms));
  }

  explain(wish: ExplainedWish): Explanation {
    const trial = this.#trialIn(realmNamed(this.#parts.realms, wish.realm));
    const decision = trial.decide(wish);
    return { allowed: decision.allowed, lines: explanation(trial, decision, wish) };
  }

  realm(name?: string): RouterInspection {
    return realmNamed(this.#parts.realms, name).router.inspection;
  }

  watch(seen: OperatorWatch): () => void {
    this.#watches = [...this.#watches, seen];
    return () => {
      this.#watches = this.#watches.filter((one) => one !== seen);
    };
  }

  get #realms() {
    return [...this.#parts.realms.all.values()];
  }

  #trialIn({ name, routing }: RunningRealm): AccessTrial {
    const plan = this.#parts.plan();
    if (this.#trials?.plan !== plan) this.#trials = { plan, byRealm: new Map() };
    const { byRealm } = this.#trials;
    const trial = byRealm.get(name) ?? new AccessTrial(plan, routing.handlers);
    byRealm.set(name, trial);
    return trial;
  }

  #second(): void {
    const now = performance.now();
    const row = this.#series.add(now, this.#parts.vitals.second(now));
    this.#seconds++;
    const since = this.#seconds - this.#looked;
    if (this.#seconds - this.#asked <= ATTENTION && since >= LOOK) {
      measureRates(this.#realms, since);
      this.#looked = this.#seconds;
    }
    for (const watch of this.#watches) watch.second(row);
  }
}

/** Throws `bad_request` for a realm that is not there. */
export function realmNamed(realms: Realms, name: string | undefined): RunningRealm {
  const realm = name === undefined ? realms.main : realms.all.get(name);
  if (realm !== undefined) return realm;
  throw new RouterError('bad_request', `there is no realm ${name}`, {
    hint: `name one of ${[...realms.all.keys()].join(', ')}, or none`,
  });
}

function* sessionsOf(
  realms: Iterable<{ readonly router: { readonly inspection: RouterInspection } }>,
): Iterable<Session> {
  for (const { router } of realms) yield* router.inspection.sessions;
}
