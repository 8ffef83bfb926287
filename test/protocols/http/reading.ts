import type { Authenticator } from '../../../src/core/authenticator.js';
import {
  type ChannelQuestion,
  type ChannelsOfNode,
  channelsAmong,
} from '../../../src/core/channel-summary.js';
import type { ClusterAnswers } from '../../../src/core/cluster.js';
import { RouterError } from '../../../src/core/errors.js';
import type { HttpEndpoint, HttpReply } from '../../../src/core/http.js';
import { Payload } from '../../../src/core/payload.js';
import { ANONYMOUS } from '../../../src/core/session.js';
import type { TopicHandler } from '../../../src/core/topic.js';
import { ChannelsEndpoint, HistoryEndpoint, PollEndpoint } from '../../../src/protocols/http/index.js';
import { TestServer, testBackend, testRoute, testUser } from '../../../src/testing.js';

const BROADCAST: TopicHandler = {
  onPublish: (_session, topic, _request, event) => topic.broadcast(event.payload, event),
};

/** Knows `key` as a back end and `ticket-5` as the user 5; everybody else who presents nothing is nobody. */
const authenticator: Authenticator = {
  method: 'fake',
  authenticate({ credential }) {
    if (credential === undefined) return ANONYMOUS;
    if (credential.secret === 'key') return testBackend();
    if (credential.secret === 'bound') return { ...testBackend(), scope: ['news/*'] };
    if (credential.secret.startsWith('ticket-')) return testUser(credential.secret.slice(7));
    throw new RouterError('unauthorized', 'the key is not known');
  },
};

/** What is read over HTTP of a router in memory: `news/…` has a history, `mine/…` one for its owner, `plain/…` none. */
export class Reading {
  /** What other nodes have said about channels, and those that have not. */
  others: readonly (readonly [string, ChannelsOfNode])[] = [];
  silent: readonly string[] = [];
  readonly server: TestServer;
  readonly polls: PollEndpoint;
  /** Requests that wait, as they are counted. */
  entered = 0;
  readonly #endpoints: readonly HttpEndpoint[];
  readonly #backend;

  constructor({ buffer = 2 ** 20, most = 100, handlers = {} as Record<string, TopicHandler> } = {}) {
    const history = { size: 10, ttl: undefined };
    const owner = { subscribe: ['owner'], history: ['owner'] };
    const routes = [
      testRoute('news', 'news/{id}', { history }),
      testRoute('mine', 'mine/{user_id}', { history, access: owner }),
      testRoute('private', 'private/{id}', { history, access: { history: ['backend'] } }),
      testRoute('plain', 'plain/{id}'),
    ];
    const known = Object.fromEntries(routes.map(({ name }) => [name, BROADCAST]));
    this.server = new TestServer({ routes, handlers: { ...known, ...handlers } });
    const { router } = this.server;
    this.polls = new PollEndpoint({
      router,
      authenticator,
      buffer,
      enter: () => {
        if (this.entered >= most) throw new RouterError('limit_exceeded', 'one too many');
        this.entered++;
        return () => void this.entered--;
      },
    });
    this.#endpoints = [
      new HistoryEndpoint({ router, authenticator }),
      new ChannelsEndpoint({
        authenticator,
        cluster: { ask: (question) => this.#ask(question) },
        node: this,
      }),
      this.polls,
    ];
    this.#backend = this.server.connect(testBackend());
  }

  /** As the node of its server. */
  answer(question: ChannelQuestion): ChannelsOfNode {
    return channelsAmong(this.server.router.topics.values(), question);
  }

  #ask(question: ChannelQuestion): ClusterAnswers {
    const here = ['here', this.answer(question)] as const;
    return { answers: new Map([here, ...this.others]), silent: this.silent };
  }

  /** The reply to a GET. */
  async get(path: string, bearer?: string, gone?: (go: () => void) => void): Promise<HttpReply> {
    const url = new URL(`http://localhost/api/${path}`);
    const endpoint = this.#endpoints.find((one) => one.path === url.pathname);
    if (endpoint === undefined) throw new Error(`nothing at ${url.pathname}`);
    const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const more = gone === undefined ? {} : { whenGone: gone };
    return endpoint.handle({
      method: 'GET',
      url,
      headers,
      remoteAddress: '::1',
      body: Buffer.alloc(0),
      ...more,
    });
  }

  /** The value in the reply. */
  async read<T = Record<string, unknown>>(path: string, bearer?: string): Promise<T> {
    return JSON.parse(String((await this.get(path, bearer)).body)) as T;
  }

  async publish(channel: string, payload: unknown, more = {}): Promise<void> {
    const event = { exclude: [], eligible: [], ...more };
    if (!(payload instanceof Payload)) await this.#backend.publish(channel, payload, more);
    else await this.server.router.publish(this.#backend.session, channel, { ...event, payload });
  }
}
