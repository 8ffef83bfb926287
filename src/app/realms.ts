import type { Broker } from '../core/broker.js';
import type { Disconnect } from '../core/errors.js';
import type { RouteFigures } from '../core/inspection.js';
import type { Queues } from '../core/queue.js';
import type { Realm } from '../core/realm.js';
import type { Rights, SessionControl, SessionSelector } from '../core/session-control.js';
import type { TopicHandler } from '../core/topic.js';
import type {
  Foreseen,
  ProcedureRouter,
  Rerouted,
  RouteTable,
  Routing,
  TopicRouter,
} from '../router/index.js';
import type { LiveFigures, Sample } from './live-figures.js';

/** A realm with all that runs in it. */
export interface RunningRealm extends Realm {
  readonly router: TopicRouter;
  readonly procedures: ProcedureRouter;
  readonly broker: Broker;
  readonly queues: Queues;
  readonly routing: Routing;
  /** The server's own handlers, by the handler name of its routes. */
  readonly own: ReadonlyMap<string, TopicHandler>;
}

/** What is counted of all realms together. */
export type RealmFigures = Pick<
  LiveFigures,
  | 'topics'
  | 'subscriptions'
  | 'presenceMembers'
  | 'presenceWatched'
  | 'publications'
  | 'deliveries'
  | 'conflated'
  | 'calls'
  | 'pendingCalls'
  | 'queues'
  | 'queueMessages'
  | 'queueUnacknowledged'
  | 'registrations'
> & { readonly sessions: number };

const NOTHING: RouteFigures = { publications: 0, deliveries: 0, refusals: 0, channels: 0, subscribers: 0 };
const ROUTE_FIGURES = Object.keys(NOTHING) as (keyof RouteFigures)[];

/** Every realm of the server. What the application does to sessions reaches them wherever they are. */
export class Realms implements SessionControl {
  /** By name. */
  readonly all: ReadonlyMap<string, RunningRealm>;
  /** The one of all protocols that have no realms. */
  readonly main: RunningRealm;

  constructor(main: RunningRealm, others: readonly RunningRealm[]) {
    this.main = main;
    this.all = new Map([main, ...others].map((realm) => [realm.name, realm]));
  }

  /** Takes the handlers of the application, which all realms share. */
  serve(handlers: ReadonlyMap<string, TopicHandler>): void {
    for (const { routing, own } of this.all.values())
      routing.replace(routing.table, new Map([...own, ...handlers]));
  }

  /** Routes by another table, with other handlers of the application, without an await. Returns what became of each realm. */
  reroute(table: RouteTable, handlers: ReadonlyMap<string, TopicHandler>): readonly Rerouted[] {
    return [...this.all.values()].map(({ router, procedures, own }) => {
      const rerouted = router.rerouting.run(table, new Map([...own, ...handlers]));
      procedures.reroute();
      return rerouted;
    });
  }

  /** What `reroute` would mean, and for which live channels. */
  *foresee(table: RouteTable, handlers: ReadonlyMap<string, TopicHandler>): Generator<Foreseen> {
    for (const { router, own } of this.all.values())
      yield* router.rerouting.foresee(table, new Map([...own, ...handlers]));
  }

  async start(): Promise<void> {
    for (const { router } of this.all.values()) await router.start();
  }

  async stop(): Promise<void> {
    for (const { router, broker, queues } of this.all.values()) {
      await router.stop();
      await queues.close();
      await broker.close();
    }
  }

  disconnect(who: SessionSelector, why: Disconnect): number {
    return this.#sum(({ router }) => router.disconnect(who, why));
  }

  disconnectAll(why: Disconnect): void {
    for (const { router } of this.all.values()) router.disconnect({ sessions: [...router.sessions] }, why);
  }

  setRights(user: string, rights: Rights): number {
    return this.#sum(({ router }) => router.setRights(user, rights));
  }

  /** What is counted in each realm, put together. */
  get figures(): RealmFigures {
    return {
      sessions: this.#sum(({ router }) => router.sessions.size),
      topics: this.#sum(({ router }) => router.topics.size),
      subscriptions: this.#sum(({ router }) => router.sessions.subscriptions),
      presenceMembers: this.#sum(({ router }) => router.presence?.stats.members ?? 0),
      presenceWatched: this.#sum(({ router }) => router.presence?.stats.watched ?? 0),
      publications: this.#sum(({ router }) => router.stats.publications),
      deliveries: this.#sum(({ router }) => router.stats.deliveries),
      conflated: this.#sum(({ router }) => router.stats.conflated),
      calls: this.#sum(({ procedures }) => procedures.stats.calls),
      pendingCalls: this.#sum(({ procedures }) => procedures.pending),
      queues: this.#sum(({ queues }) => queues.figures.queues),
      queueMessages: this.#sum(({ queues }) => queues.figures.messages),
      queueUnacknowledged: this.#sum(({ queues }) => queues.figures.unacknowledged),
      registrations: this.#sum(({ procedures }) => procedures.registrations.size),
    };
  }

  /** What is counted of one route in each realm, put together. */
  figuresOf(route: string): RouteFigures {
    const sum: { -readonly [K in keyof RouteFigures]: number } = { ...NOTHING };
    for (const { router } of this.all.values()) {
      const found = router.inspection.routeFigures.get(route) ?? NOTHING;
      for (const name of ROUTE_FIGURES) sum[name] += found[name];
    }
    return sum;
  }

  /** The open sessions, by protocol and transport. */
  get sessionsByProtocol(): readonly Sample[] {
    const counted = new Map<string, { readonly labels: Sample['labels']; value: number }>();
    for (const { router } of this.all.values()) {
      for (const { protocol, connection } of router.sessions) {
        const { transport } = connection;
        const sample = counted.get(`${protocol} ${transport}`) ?? {
          labels: { protocol, transport },
          value: 0,
        };
        sample.value++;
        counted.set(`${protocol} ${transport}`, sample);
      }
    }
    return [...counted.values()];
  }

  #sum(count: (realm: RunningRealm) => number): number {
    let sum = 0;
    for (const realm of this.all.values()) sum += count(realm);
    return sum;
  }
}
