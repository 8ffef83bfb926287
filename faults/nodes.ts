import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../test/support/free-port.js';
import { ServerProcess } from '../test/support/server.js';

export interface NodesOptions {
  readonly count: number;
  /** The setting `broker` of a node; left out for that of one node. */
  readonly broker?: ((node: number) => string) | undefined;
  /** Keys of the route, written as YAML. */
  readonly route?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

const SETTINGS = [
  'topics: { news: broadcast }',
  'limits:',
  '  messages: false',
  '  publishes: false',
  '  handshakes: false',
  '  connections: 20000',
  '  connections_per_address: 20000',
  '  drain: 5s',
  'log: { level: warn, format: json }',
  '',
].join('\n');

const ROUTE = 'history: { size: 2000, ttl: 10m }';

/** The channels of a trial are those of this route. */
export const channelOf = (n: number) => `news/${n}`;

/** Built servers as processes of their own, each with a port that it keeps when it is started again. */
export class Nodes {
  readonly urls: readonly string[];
  readonly #folder: string;
  readonly #options: NodesOptions;
  readonly #running: (ServerProcess | undefined)[] = [];

  private constructor(ports: readonly number[], options: NodesOptions) {
    this.urls = ports.map((port) => `http://127.0.0.1:${port}`);
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), 'signalbox-faults-'));
    mkdirSync(join(this.#folder, 'routing'));
    writeFileSync(join(this.#folder, 'signalbox.yml'), SETTINGS);
    const lines = ['channel: news/{n}', 'handler: news', 'access: { subscribe: anyone, publish: backend }'];
    const route = [...lines, options.route ?? ROUTE].map((line) => `  ${line}\n`).join('');
    writeFileSync(join(this.#folder, 'routing/news.yml'), `news:\n${route}`);
  }

  static async start(options: NodesOptions): Promise<Nodes> {
    const ports: number[] = [];
    for (let i = 0; i < options.count; i++) ports.push(await freePort());
    const nodes = new Nodes(ports, options);
    await Promise.all(ports.map((_, node) => nodes.restart(node)));
    return nodes;
  }

  /** Writes the routes of all nodes anew, for those that read them again. */
  rewrite(routes: string): void {
    writeFileSync(join(this.#folder, 'routing/news.yml'), routes);
  }

  get count(): number {
    return this.urls.length;
  }

  /** Throws for one that does not run. */
  of(node: number): ServerProcess {
    const server = this.#running[node];
    if (server === undefined) throw new Error(`node ${node} does not run`);
    return server;
  }

  async kill(node: number): Promise<void> {
    await this.of(node).stop();
    this.#running[node] = undefined;
  }

  /** Tells it to stop, and resolves when it has. */
  async drain(node: number): Promise<void> {
    const server = this.of(node);
    server.signal('SIGTERM');
    const { code } = await server.exit;
    if (code !== 0) throw new Error(`node ${node} ended with ${code}:\n${server.stderr}`);
    this.#running[node] = undefined;
  }

  async restart(node: number): Promise<void> {
    const { broker, env } = this.#options;
    const brokers = broker && { SIGNALBOX_BROKER: broker(node) };
    this.#running[node] = await ServerProcess.start({
      config: join(this.#folder, 'signalbox.yml'),
      args: ['--port', new URL(this.urls[node] ?? '').port],
      env: { ...brokers, ...env },
    });
  }

  /** What is wrong with those that should run: they have ended, or have logged something that must not happen. */
  complaints(): readonly string[] {
    return this.#running.flatMap((server, node) => {
      if (server === undefined) return [];
      const ended = server.running ? [] : [`node ${node} has ended:\n${server.stderr.slice(-2000)}`];
      const lines = server.stderr.split('\n').filter((line) => WRONG.test(line));
      return [...ended, ...lines.map((line) => `node ${node}: ${line}`)];
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((server) => server?.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const WRONG = /"level":60|uncaught|unhandled|(?:Type|Range|Reference)Error/i;
