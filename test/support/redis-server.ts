import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';

const PROGRAM = '/usr/bin/redis-server';
const SENTINEL = 'sentinel.conf';
const CLI = '/usr/bin/redis-cli';

/** Whether tests can start a server of Redis; says so if they cannot. */
export const redisInstalled = isInstalled();

/** A server of Redis of a test's own, on a free port of loopback. It keeps what it keeps in a folder of its own. */
export class RedisServer {
  readonly port: number;
  readonly folder = mkdtempSync(join(tmpdir(), 'signalbox-redis-'));
  readonly #options: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, options: readonly string[]) {
    this.port = port;
    this.#options = options;
  }

  /** `options` are added to its command line, such as `--appendonly yes`. */
  static async start(...options: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.restart();
    return server;
  }

  /** A Sentinel that watches a server under the name of `main`. */
  static async startSentinel(main: RedisServer): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), ['--sentinel']);
    const watched = [`monitor main 127.0.0.1 ${main.port} 1`, 'down-after-milliseconds main 300'];
    const lines = [`port ${server.port}`, 'bind 127.0.0.1', ...watched.map((line) => `sentinel ${line}`)];
    writeFileSync(join(server.folder, SENTINEL), `${lines.join('\n')}\n`);
    await server.restart();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Runs `redis-cli`, and resolves to what it prints. */
  async cli(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(CLI, ['-p', String(this.port), ...args]);
    return stdout.trim();
  }

  /** Ends it as a loss of power of its machine would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Starts it again, on the same port and in the same folder. */
  async restart(): Promise<void> {
    this.#process = spawn(PROGRAM, [...this.#settings, ...this.#options], { stdio: 'ignore' });
    await answers(this.port);
  }

  /** Writes a snapshot, which `restore` has it start from. */
  async save(): Promise<void> {
    await this.cli('SAVE');
    copyFileSync(join(this.folder, 'dump.rdb'), join(this.folder, 'kept.rdb'));
  }

  /** Kills it and starts it with what it had at the last `save`. */
  async restore(): Promise<void> {
    await this.kill();
    copyFileSync(join(this.folder, 'kept.rdb'), join(this.folder, 'dump.rdb'));
    await this.restart();
  }

  /** Stops and continues it, as a machine that is busy does. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(name);
  }

  async stop(): Promise<void> {
    await this.#end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #settings(): readonly string[] {
    const config = join(this.folder, SENTINEL);
    if (existsSync(config)) return [config];
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    return [...own, '--save', '', '--appendonly', 'no'];
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** Three servers that are a Redis Cluster. */
export class RedisCluster {
  readonly servers: readonly RedisServer[];

  private constructor(servers: readonly RedisServer[]) {
    this.servers = servers;
  }

  static async start(): Promise<RedisCluster> {
    const servers: RedisServer[] = [];
    for (let i = 0; i < 3; i++) {
      const bus = ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())];
      servers.push(await RedisServer.start(...bus, '--cluster-node-timeout', '2000'));
    }
    const cluster = new RedisCluster(servers);
    const [first] = servers;
    const places = servers.map(({ port }) => `127.0.0.1:${port}`);
    await first?.cli('--cluster', 'create', ...places, '--cluster-replicas', '0', '--cluster-yes');
    for (const server of servers) await cluster.#knows(server);
    return cluster;
  }

  get url(): string {
    return `redis+cluster://${this.servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  async #knows(server: RedisServer): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      if ((await server.cli('CLUSTER', 'INFO')).includes('cluster_state:ok')) return;
      await pause();
    }
    throw new Error('the Redis Cluster did not form');
  }
}

/** A server is there when it answers, and has read what it kept. */
async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await isReady(port)) return;
    await pause();
  }
  throw new Error('redis-server did not start');
}

async function isReady(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = await once(socket, 'data');
    return String(answer).startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}

function isInstalled(): boolean {
  const isThere = existsSync(PROGRAM) && existsSync(CLI);
  if (!isThere) console.log('skipped what needs a Redis server: apt-get install redis-server');
  return isThere;
}
