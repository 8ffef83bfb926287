import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { KEY } from '../../test/support/server.js';
import type { Nodes } from '../nodes.js';
import type { Scenario } from '../scenario.js';
import { type Trial, waitFor } from '../trial.js';

const KEPT = 'history: { size: 2000, ttl: 10m }';
/** A table as the load begins with, and one that moves its channels to another route, and closes others. */
const OPEN = tableOf({ route: 'news', history: KEPT, access: '{ subscribe: anyone, publish: backend }' });
const CLOSED = tableOf({
  route: 'news.moved',
  history: 'history: { size: 3000, ttl: 11m }',
  access: '{ subscribe: backend, publish: backend }',
});
const REST_MS = 400;
const STRANGERS = 10;

export const reload: Scenario = {
  name: 'reload',
  title:
    'a node is told again and again to serve other routes, of which one closes channels that are subscribed to',
  sizes: {
    small: { nodes: 1, subscribers: 200, channels: 4, publishers: 2, rate: 20, seconds: 5 },
    full: { nodes: 1, subscribers: 1000, channels: 20, publishers: 4, rate: 25, seconds: 60 },
  },
  async run(trial) {
    await trial.load({ route: KEPT });
    const { nodes, subscribers } = trial;
    const [url = ''] = nodes.urls;
    await turn(trial, nodes, OPEN);
    const connects = subscribers.reduce((sum, one) => sum + one.connects, 0);
    const closed = new ClosedChannels(url);
    try {
      await trial.during(async () => {
        await closed.join();
        await turn(trial, nodes, CLOSED);
        await closed.expectNothing();
        await turn(trial, nodes, OPEN);
        trial.fault('reloads', 2);
        await sleep(REST_MS);
      });
    } finally {
      closed.stop();
    }
    trial.figures['connections lost'] = subscribers.reduce((sum, one) => sum + one.connects, 0) - connects;
    trial.figures['forbidden and delivered'] = closed.forbidden;
    if (trial.figures['connections lost'] + closed.forbidden > 0)
      throw new Error(
        `${JSON.stringify(trial.figures)}: nobody is to be disconnected, and nothing forbidden delivered`,
      );
  },
};

/** Those who are subscribed to what is closed now and then. */
class ClosedChannels {
  /** What was delivered though it was published after the table that forbids it was acknowledged. */
  forbidden = 0;
  readonly #url: string;
  readonly #sockets: WebSocket[] = [];
  #isClosed = false;
  #joined = 0;
  #ended = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Resolves when all are subscribed. */
  async join(): Promise<void> {
    this.#isClosed = false;
    [this.#joined, this.#ended] = [0, 0];
    if (this.#sockets.length === 0) for (let i = 0; i < STRANGERS; i++) this.#connect(i);
    else for (const [i, socket] of this.#sockets.entries()) subscribe(socket, i);
    await waitFor('strangers to be subscribed', () => this.#joined === STRANGERS);
  }

  /** Publishes where nobody may be subscribed any more. */
  async expectNothing(): Promise<void> {
    this.#isClosed = true;
    for (let i = 0; i < STRANGERS; i++)
      await post(this.#url, '/api/publish', { channel: `closed/${i}`, payload: 'secret' });
    await waitFor('strangers to be told', () => this.#ended === STRANGERS);
  }

  stop(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  #connect(i: number): void {
    const socket = new WebSocket(`${this.#url.replace('http', 'ws')}/ws`, 'wamp.2.json');
    this.#sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('open', () =>
      socket.send(
        JSON.stringify([
          1,
          'realm1',
          { roles: { subscriber: { features: { subscription_revocation: true } } } },
        ]),
      ),
    );
    socket.on('message', (data: Buffer) => {
      const [type, , more] = JSON.parse(data.toString()) as [number, unknown, unknown];
      if (type === 2) subscribe(socket, i);
      if (type === 33) this.#joined++;
      // UNSUBSCRIBED without a request: the router has ended it.
      if (type === 35 && more !== undefined) this.#ended++;
      if (type === 36 && this.#isClosed) this.forbidden++;
    });
  }
}

function subscribe(socket: WebSocket, i: number): void {
  socket.send(JSON.stringify([32, i + 1, {}, `closed/${i}`]));
}

/** Has the node serve a table, and resolves when it says that it does. */
async function turn(trial: Trial, nodes: Nodes, table: string): Promise<void> {
  nodes.rewrite(table);
  const start = performance.now();
  const { applied } = await post(nodes.urls[0] ?? '', '/api/reload', {});
  if (applied !== true) throw new Error('the node has refused a table that is right');
  const slowest = trial.figures['slowest reload, ms'] ?? 0;
  trial.figures['slowest reload, ms'] = Math.round(Math.max(slowest, performance.now() - start));
}

async function post(url: string, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Readonly<Record<string, unknown>>;
}

function tableOf({ route, history, access }: { route: string; history: string; access: string }): string {
  return `${route}:
  channel: news/{n}
  handler: news
  access: { subscribe: anyone, publish: backend }
  ${history}
closed:
  channel: closed/{n}
  handler: news
  access: ${access}
`;
}
