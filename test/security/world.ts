import { rmSync, writeFileSync } from 'node:fs';
import { mintTicket } from '../../src/authenticators/index.js';
import type { TicketGrant } from '../../src/core/ticket-grant.js';
import { Autobahn } from '../support/autobahn.js';
import { type RawHandshake, RawWebSocket } from '../support/raw-websocket.js';
import { KEY, SECRET, ServerProcess } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';
import { Application } from './application.js';
import { address, bearer, closing, heard, isJson, premise, ticketQuery, verdict } from './outcomes.js';
import { ADMIN_KEY, accounts, makeScene, mark, PASSWORDS, SECRETS } from './scene.js';
import { Wamp2Peer } from './wamp2-peer.js';

type Headers = Readonly<Record<string, string | undefined>>;

/** How a peer comes: its query, its headers, and which server it comes to. */
export interface Approach {
  readonly query?: string;
  readonly headers?: Headers;
  readonly server?: ServerProcess;
}

/** The servers that are attacked, and what attackers and their victims do with them. */
export class World {
  /** Has all ways to tell who a peer is, and no bound on attempts. */
  readonly server: ServerProcess;
  /** Lets in who can prove who it is, demands an origin, and looks at few wrong credentials. */
  readonly guarded: ServerProcess;
  /** Stands behind a proxy on loopback, takes few wrong credentials, and lets expired peers go on as anonymous. */
  readonly proxied: ServerProcess;
  /** Everything that was presented or known to a server as a secret. */
  readonly secrets: Set<string>;
  readonly application: Application;
  readonly #folder: string;
  readonly #open: { destroy(): void }[] = [];

  private constructor(folder: string, application: Application, [server, guarded, proxied]: ServerProcess[]) {
    if (server === undefined || guarded === undefined || proxied === undefined) throw new Error('no servers');
    this.#folder = folder;
    this.application = application;
    this.server = server;
    this.guarded = guarded;
    this.proxied = proxied;
    this.secrets = new Set(SECRETS);
  }

  static async start(): Promise<World> {
    const application = await Application.start();
    const { folder, env } = makeScene(application.url);
    const few = { SIGNALBOX_LIMITS_FAILED_LOGINS: '3/h', SIGNALBOX_LIMITS_PUBLISHES: '5/h' };
    const more: Readonly<Record<string, string>>[] = [
      {
        SIGNALBOX_STOMP_PORT: '0',
        SIGNALBOX_XMLSOCKET_PORT: '0',
        SIGNALBOX_LIMITS_QUEUE_MESSAGES: '400',
        SIGNALBOX_ADMIN_KEY: ADMIN_KEY,
        SIGNALBOX_ADMIN_MODE: 'full',
      },
      {
        ...few,
        SIGNALBOX_AUTH_ANONYMOUS: 'false',
        SIGNALBOX_MISSING_ORIGIN: 'refuse',
        SIGNALBOX_RAW_SOCKET: 'false',
      },
      {
        ...few,
        SIGNALBOX_ADMIN_KEY: ADMIN_KEY,
        SIGNALBOX_TRUSTED_PROXIES: '127.0.0.1',
        SIGNALBOX_BLOCKED: '203.0.113.66',
        SIGNALBOX_AUTH_ON_EXPIRY: 'downgrade',
        SIGNALBOX_LIMITS_SILENCE: '1s',
        SIGNALBOX_LIMITS_PING: '4s',
        SIGNALBOX_LIMITS_PONG_TIMEOUT: '3s',
        SIGNALBOX_LIMITS_HANDSHAKE_TIMEOUT: '2s',
        SIGNALBOX_STOMP_PORT: '0',
        SIGNALBOX_STOMP_CONNECT_TIMEOUT: '1s',
        SIGNALBOX_XMLSOCKET_PORT: '0',
        SIGNALBOX_XMLSOCKET_LOGIN_TIMEOUT: '2s',
      },
    ];
    const config = `${folder}/signalbox.yml`;
    const start = (own: Readonly<Record<string, string>>, i: number) =>
      ServerProcess.start({
        config,
        env: { ...env, ...own, SIGNALBOX_STORE_PATH: `${folder}/store-${i}.db` },
      });
    return new World(folder, application, await Promise.all(more.map(start)));
  }

  async stop(): Promise<void> {
    this.leave();
    await Promise.all(this.servers.map((server) => server.stop()));
    this.application.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get servers(): readonly ServerProcess[] {
    return [this.server, this.guarded, this.proxied];
  }

  /** All that the servers have written. */
  get output(): string {
    return this.servers.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  }

  #note(headers: Headers = {}): void {
    const credential = String(headers['authorization'] ?? headers['Authorization'] ?? '').split(' ')[1] ?? '';
    if (credential.length > 15) this.secrets.add(credential);
  }

  /** Ends all connections that were opened. */
  leave(): void {
    for (const socket of this.#open.splice(0)) socket.destroy();
  }

  /** Takes a credential down as one that no log may have. */
  secret(credential: string): string {
    this.secrets.add(credential);
    return credential;
  }

  /** A sound ticket. */
  ticket(user: string, more: Partial<TicketGrant> = {}): string {
    return this.secret(mintTicket({ user, organizations: ['7'], ttl: 60_000, ...more }, SECRET));
  }

  changePassword(username: string, password: string): void {
    writeFileSync(`${this.#folder}/accounts.json`, accounts({ ...PASSWORDS, [username]: password }));
  }

  /** A page with a session; throws if it is not let in. */
  async page(ticket?: string, { server = this.server, headers }: Approach = {}): Promise<Autobahn> {
    const page = await Autobahn.connect(address(server, ticket && ticketQuery(ticket)), {
      ...(headers && { headers }),
    });
    this.#open.push(page.socket);
    premise(page.sessionId !== undefined, 'the page is let in');
    return page;
  }

  /** The page of a user of organisation 7. */
  user(id: string, more: Partial<TicketGrant> = {}): Promise<Autobahn> {
    return this.page(this.ticket(id, more));
  }

  /** A WAMP v2 peer that has said nothing yet. */
  async peer(
    { query = '', headers, server = this.server }: Approach = {},
    subprotocol?: string,
  ): Promise<Wamp2Peer> {
    const peer = await Wamp2Peer.connect(
      address(server, query),
      { ...(headers && { headers }) },
      subprotocol,
    );
    this.#open.push(peer.socket);
    return peer;
  }

  /** A WAMP v2 session; of nobody without a ticket. */
  async session(ticket?: string, more: Approach & { readonly realm?: string } = {}): Promise<Wamp2Peer> {
    const peer = await this.peer({ ...more, ...(ticket && { query: ticketQuery(ticket) }) });
    premise((await peer.hello({}, more.realm)) === 'welcome', 'the session is let in');
    return peer;
  }

  /** The WAMP v2 session of a user. */
  member(id: string, more: Partial<TicketGrant> = {}): Promise<Wamp2Peer> {
    return this.session(this.ticket(id, more));
  }

  /** A STOMP session over TCP; of nobody without a passcode. */
  async stomp(headers: Readonly<Record<string, string>> = {}, server = this.server): Promise<StompTestPeer> {
    const peer = await StompTestPeer.tcp(server.portOf('stomp'));
    this.#open.push({ destroy: () => peer.drop() });
    await peer.connect({ 'accept-version': '1.2', ...headers });
    return peer;
  }

  /** The WAMP v2 session of a back end. */
  backend(server?: ServerProcess): Promise<Wamp2Peer> {
    return this.session(undefined, { headers: bearer(KEY), ...(server && { server }) });
  }

  async knock(handshake: RawHandshake, { query = '', server = this.server }: Approach = {}) {
    const socket = await RawWebSocket.open(address(server, query), handshake);
    this.#open.push(socket);
    return socket;
  }

  /** What becomes of a peer that comes to be a session. */
  async enter({ query, headers = {}, server }: Approach): Promise<string> {
    this.#note(headers);
    const socket = await this.knock({ headers }, { ...(query && { query }), ...(server && { server }) });
    if (socket.status !== 101) {
      await until(() => socket.ended || isJson(socket.body));
      return `${socket.status} ${JSON.parse(socket.body).error.code}`;
    }
    await until(() => socket.texts.length > 0 || socket.closeFrame !== undefined || socket.ended);
    if (socket.texts.length > 0) return 'let in';
    return closing(socket) ?? 'dropped';
  }

  /** The same with a credential as `?ticket=`. */
  present(ticket: string, more: Approach = {}): Promise<string> {
    return this.enter({ query: ticketQuery(this.secret(ticket)), ...more });
  }

  /** Status and code of the answer to an HTTP request. */
  async request(path: string, { headers, body, server = this.server }: HttpAttempt = {}): Promise<string> {
    this.#note(headers);
    const sent = { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers };
    const response = await fetch(server.url + path, {
      headers: sent,
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const code = isJson(text) ? JSON.parse(text).error?.code : undefined;
    return code === undefined ? String(response.status) : `${response.status} ${code}`;
  }

  /** What the application tells the server by its key. */
  async command(path: string, body: unknown, server?: ServerProcess): Promise<void> {
    const answer = await this.request(path, { headers: bearer(KEY), body, ...(server && { server }) });
    premise(answer === '200', `${path} is answered ${answer}`);
  }

  /** Resolves when the connection of a page has ended. */
  async ended(page: Autobahn): Promise<void> {
    await until(() => page.hangup !== undefined);
  }

  /** Whether a page hears what a back end publishes, on whatever channel it is told; otherwise why not. */
  async listen(page: Autobahn, channel: string): Promise<string> {
    page.socket.sendText(JSON.stringify([5, channel]));
    await page.settle();
    if (await this.hears(page, channel)) return 'delivered';
    return verdict(page, channel);
  }

  /** A figure of the metrics of a server. */
  metric(name: string, server = this.server): Promise<number> {
    return server.metric(name);
  }

  async hears(page: Autobahn, channel: string, server = this.server): Promise<boolean> {
    const text = mark();
    await server.publish(channel, text);
    await page.settle();
    return heard(page, text);
  }

  /** A page that is subscribed and hears what is published. */
  async listener(page: Autobahn, channel: string): Promise<Autobahn> {
    premise((await this.listen(page, channel)) === 'delivered', `${channel} is heard`);
    return page;
  }

  /** Whether what a page publishes reaches a listener; otherwise why not. */
  async forge(page: Autobahn, channel: string, victim: Autobahn): Promise<string> {
    const text = mark();
    page.publish(channel, text);
    await page.settle();
    await victim.settle();
    return heard(victim, text) ? 'delivered' : verdict(page, channel);
  }
}

export interface HttpAttempt {
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly body?: unknown;
  readonly server?: ServerProcess;
}
