import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container } from 'inversify';
import type { Settings } from '../config/index.js';
import { ACTORS, type ActorDetails, readActor } from '../core/actor.js';
import { RouterError } from '../core/errors.js';
import type { ServerEvents } from '../core/events.js';
import { every } from '../core/interval.js';
import type { Present } from '../core/presence.js';
import type { Publication } from '../core/publication.js';
import { readAttempt } from '../core/read-attempt.js';
import type { Principal } from '../core/session.js';
import type { TicketGrant } from '../core/ticket-grant.js';
import { ApplicationPeer } from '../testing/application-peer.js';
import { type LogLine, MemoryLogger } from '../testing/memory-logger.js';
import { settled } from '../testing/real-time.js';
import { TestClock } from '../testing/test-clock.js';
import { WirePeer } from '../testing/wire-peer.js';
import { buildHandlers, buildPeriodic } from './build-handlers.js';
import { createContainer, type Plan } from './container.js';
import { ticketMint } from './identity.js';
import type { Publisher, Target } from './publisher.js';
import { planOf, type TestApplicationOptions } from './test-plan.js';
import { PARTS, TOKENS } from './tokens.js';

/** Whom a peer connects as: `user:5`, `anonymous`, `backend`, a principal, or what it presents to the authenticators. */
export type TestActor = string | Principal | TestCredential;

export interface TestCredential {
  readonly ticket?: string;
  readonly token?: string;
  /** A back-end key. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a peer with a wire protocol knocks. */
export interface WireOptions extends TestCredential {
  /** Such as `wamp.2.json` or `v12.stomp`. */
  readonly subprotocol?: string;
  /** `/ws` unless given. */
  readonly path?: string;
  /** The protocol of a stream of octets, such as `stomp`. */
  readonly stream?: string;
}

/** Loads settings, routes and handlers as a server does, and starts all but its ports. Throws `ConfigurationError`. */
export async function testApplication(options: TestApplicationOptions = {}): Promise<TestApplication> {
  const clock = new TestClock(options.clock);
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-application-'));
  try {
    const plan = await planOf(options, folder);
    const testApplication = new TestApplication(plan, { clock, folder, services: options.services ?? [] });
    await testApplication.start();
    return testApplication;
  } catch (error) {
    try {
      clock.release();
    } catch {
      // What did not start is told, and not what it left behind.
    }
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** An application in memory: real routing, access, handlers, services, authenticators and protocols, and no port. */
export class TestApplication {
  readonly clock: TestClock;
  /** What was logged. */
  readonly logs: readonly LogLine[];
  readonly events: ServerEvents;
  readonly settings: Settings;
  readonly #plan: Plan;
  readonly #container: Container;
  readonly #folder: string;
  readonly #peers: (ApplicationPeer | WirePeer)[] = [];
  #tasks: readonly (() => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor(
    plan: Plan,
    {
      clock,
      folder,
      services,
    }: { clock: TestClock; folder: string; services: Iterable<readonly [symbol, unknown]> },
  ) {
    const logger = new MemoryLogger();
    const container = createContainer(plan);
    container.rebind(TOKENS.logger).toConstantValue(logger);
    for (const [token, value] of services) {
      if (container.isBound(token)) container.rebind(token).toConstantValue(value);
      else container.bind(token).toConstantValue(value);
    }
    this.clock = clock;
    this.logs = logger.lines;
    this.settings = plan.settings;
    this.events = container.get(TOKENS.events);
    this.#plan = plan;
    this.#container = container;
    this.#folder = folder;
  }

  /** For `testApplication`. */
  async start(): Promise<void> {
    const container = this.#container;
    const realms = container.get(PARTS.realms);
    const logger = container.get(TOKENS.logger);
    realms.serve(buildHandlers(container, this.#plan));
    const failed = (error: unknown) =>
      logger.error({ event: 'periodic_task_failed', error }, 'periodic task failed');
    this.#tasks = buildPeriodic(container, this.#plan.offers).map((task) =>
      every(task.interval, () => task.tick(), failed),
    );
    await container.get(PARTS.oro).open();
    await container.get(PARTS.store)?.open();
    await container.get(PARTS.backbone).start();
    await realms.start();
    await container.get(TOKENS.cluster).start(container.get(PARTS.node));
    this.events.announce('server_launched', { urls: [] });
  }

  /** What is injected under a token: a service, or a part of `TOKENS`. */
  get<T>(token: symbol): T {
    return this.#container.get<T>(token);
  }

  /**
   * A peer. A credential is checked by the authenticators of the settings; a principal is who it says. Throws
   * `unauthorized` for a credential that nobody takes.
   */
  async connect(as: TestActor = 'anonymous', details: ActorDetails = {}): Promise<ApplicationPeer> {
    const principal = typeof as === 'string' ? actorOf(as, details) : await this.#identify(as);
    const { main } = this.#container.get(PARTS.realms);
    const { router, procedures } = main;
    const peer = new ApplicationPeer({ router, procedures, clock: this.clock }, principal);
    this.#peers.push(peer);
    return peer;
  }

  /**
   * A peer that speaks a protocol itself: origin, credential and sub-protocol are decided on as for a socket. Throws the
   * `RouterError` of a refusal.
   */
  async open({ subprotocol, path = '/ws', stream, ...credential }: WireOptions = {}): Promise<WirePeer> {
    const admission = await this.#container.get(TOKENS.gateway).admit({
      ...presented(credential, path),
      subprotocols: subprotocol === undefined ? [] : [subprotocol],
      ...(stream !== undefined && { protocol: stream }),
    });
    const peer = new WirePeer(admission, this.clock);
    this.#peers.push(peer);
    return peer;
  }

  /** A ticket that the application takes. */
  ticket(user: string, grant: Partial<TicketGrant> = {}): string {
    const { auth } = this.settings;
    const mint = ticketMint(auth);
    if (mint === undefined) throw new Error('the settings take no tickets: see auth.methods');
    return mint({ user, organizations: [], roles: [], ttl: auth.ticketTtl, ...grant }).ticket;
  }

  /** Publishes as a back end, on a channel or on that of a route and parameters. */
  publish(
    target: Target,
    payload: unknown,
    audience?: Parameters<Publisher['publish']>[2],
  ): Promise<Publication | undefined> {
    return this.#container.get(TOKENS.publisher).publish(target, payload, audience);
  }

  /** What is kept of a channel, oldest first, whoever may read it. */
  async history(channel: string): Promise<readonly Publication[]> {
    return this.#container.get(TOKENS.broker).history({ match: 'exact', channel });
  }

  /** Who is on a channel, whoever may know it. */
  async presence(channel: string): Promise<Present> {
    const { main } = this.#container.get(PARTS.backbone);
    return main.presence.present(channel, Number.MAX_SAFE_INTEGER);
  }

  /**
   * Everybody leaves, and everything ends. Throws an `AssertionError` for timers that the application has left behind, which only
   * a controlled clock knows.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    for (const peer of this.#peers) await peer.leave();
    for (const stop of this.#tasks) stop();
    await settled();
    try {
      await this.#end();
    } finally {
      this.clock.release();
    }
  }

  async #end(): Promise<void> {
    const container = this.#container;
    await container.get(TOKENS.cluster).close();
    await container.get(PARTS.realms).stop();
    container.get(PARTS.backbone).close();
    await container.get(PARTS.store)?.close();
    await container.get(PARTS.oro).close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #identify(as: Principal | TestCredential): Promise<Principal> {
    if ('kind' in as) return as;
    const attempt = readAttempt({ ...presented(as, '/'), cookie: this.settings.auth.cookie });
    const principal = await this.#container.get(TOKENS.authenticator).authenticate(attempt);
    if (principal === undefined) throw new RouterError('unauthorized', 'credentials are missing');
    return principal;
  }
}

function actorOf(text: string, details: ActorDetails): Principal {
  const principal = readActor(text, details);
  if (principal === undefined) throw new Error(`nobody is called ${text}: write ${ACTORS}`);
  return principal;
}

function presented({ ticket, token, key, headers = {} }: TestCredential, path: string) {
  const url = new URL(path, 'http://localhost');
  if (ticket !== undefined) url.searchParams.set('ticket', ticket);
  if (token !== undefined) url.searchParams.set('token', token);
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return { remoteAddress: '192.0.2.1', url, headers: { ...authorization, ...headers } };
}
