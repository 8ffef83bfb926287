import type { Container } from 'inversify';
import type { Settings } from '../config/index.js';
import type { Authenticator } from '../core/authenticator.js';
import { channelProcedures } from '../core/channel-procedures.js';
import { ServerEvents } from '../core/events.js';
import type { RouterWatch } from '../core/inspection.js';
import type { Load } from '../core/load.js';
import type { Logger } from '../core/logger.js';
import type { MessageLog } from '../core/message-log.js';
import type { Meter } from '../core/meter.js';
import type { Route } from '../core/route.js';
import { sessionProcedures } from '../core/session-procedures.js';
import type { TopicHandler } from '../core/topic.js';
import type { Tracer } from '../core/tracer.js';
import { ReplyAddresses, ReplyTopic } from '../protocols/stomp/index.js';
import { MetaApi, publishMetaEvents, type SessionDetails, Testaments } from '../protocols/wamp2/index.js';
import { ProcedureRouter, RouteTable, Routing, TopicRouter } from '../router/index.js';
import type { Carriers } from './backbone.js';
import { META_HANDLER, metaRoutes } from './meta-routes.js';
import { Realms, type RunningRealm } from './realms.js';
import { REPLY_HANDLER, REPLY_ROUTE } from './reply-route.js';
import { PARTS, TOKENS } from './tokens.js';

/** What realms share. */
interface Ingredients {
  readonly settings: Settings;
  readonly table: RouteTable;
  readonly authenticator: Authenticator;
  readonly events: ServerEvents;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly load: Load;
  readonly watch: RouterWatch | undefined;
  readonly details: WeakMap<object, SessionDetails>;
  readonly testaments: Testaments;
  readonly replies: ReplyAddresses;
  readonly tracer: Tracer | undefined;
}

/** Binds the realms, and the router and procedures of the main one for all who know no others. */
export function bindRealms(
  container: Container,
  { settings, routes }: { readonly settings: Settings; readonly routes: readonly Route[] },
): void {
  const { limits, wamp } = settings;
  container
    .bind(PARTS.table)
    .toResolvedValue(() => new RouteTable(allRoutes(routes, settings), { channelLimit: limits.channel }));
  container.bind(PARTS.details).toConstantValue(new WeakMap());
  container.bind(PARTS.replies).toConstantValue(new ReplyAddresses());
  container
    .bind(PARTS.testaments)
    .toResolvedValue(
      (logger, revocations) =>
        new Testaments({ limits, logger, isWithdrawn: (principal) => revocations.covers(principal) }),
      [TOKENS.logger, PARTS.revocations],
    );
  container.bind(PARTS.realms).toResolvedValue(
    (
      table,
      authenticator,
      events,
      logger,
      meter,
      details,
      testaments,
      replies,
      backbone,
      log,
      load,
      tracer,
      watch,
    ) => {
      const shared = { settings, table, authenticator, events, logger, meter, load, tracer, watch };
      const ingredients = { ...shared, details, testaments, replies };
      const others = wamp.realms.filter((name) => name !== wamp.realm);
      return new Realms(
        createRealm(wamp.realm, { ...backbone.main, log }, ingredients),
        others.map((name) => createRealm(name, backbone.of(name), ingredients)),
      );
    },
    [
      PARTS.table,
      PARTS.knownOnly,
      TOKENS.events,
      TOKENS.logger,
      TOKENS.meter,
      PARTS.details,
      PARTS.testaments,
      PARTS.replies,
      PARTS.backbone,
      PARTS.store,
      PARTS.overload,
      PARTS.tracer,
      PARTS.operatorMemory,
    ],
  );
  container.bind(PARTS.router).toResolvedValue(({ main }) => main.router, [PARTS.realms]);
  container.bind(PARTS.procedures).toResolvedValue(({ main }) => main.procedures, [PARTS.realms]);
}

/** The routes of an application, and before them the server's own. */
export function allRoutes(routes: readonly Route[], { wamp }: Settings): readonly Route[] {
  return [...metaRoutes(wamp.meta), REPLY_ROUTE, ...routes];
}

function createRealm(
  name: string,
  { broker, queues, presence, log }: Carriers & { readonly log?: MessageLog | undefined },
  { settings, table, authenticator, details, testaments, replies, ...shared }: Ingredients,
): RunningRealm {
  const { limits, auth, wamp, development } = settings;
  const events = new ServerEvents(shared.logger, shared.events);
  const own = new Map<string, TopicHandler>();
  const routing = new Routing(table, own, shared);
  const identity = { warning: auth.expiryWarning, downgrade: auth.onExpiry === 'downgrade' };
  const parts = { ...shared, events, routing, limits, development };
  const router = new TopicRouter({ ...parts, broker, queues, presence, log, identity });
  const serverProcedures = new Map([
    ...sessionProcedures({ router, authenticator }),
    ...channelProcedures(router),
  ]);
  const procedures = new ProcedureRouter({ ...parts, own: serverProcedures });
  const realm = { name, router, procedures, broker, queues, routing, own };
  own.set(META_HANDLER, new MetaApi({ realm, details, testaments, disclosure: wamp.disclosure }));
  own.set(REPLY_HANDLER, new ReplyTopic(replies));
  publishMetaEvents(realm, events, details);
  return realm;
}
