import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A network between somebody and a port of loopback: it can be cut, and it can stall. Octets are never left out of the
 * middle, which no network does to a connection.
 */
export class TcpProxy {
  readonly #server: Server;
  #target: number;
  #state: 'open' | 'cut' | 'stalled' = 'open';
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#join(near));
  }

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Resets all connections, and every new one. */
  cut(): void {
    this.#state = 'cut';
    this.#reset();
  }

  /** Nothing gets through, and nobody is told. */
  stall(): void {
    this.#state = 'stalled';
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** What stalled goes on. */
  heal(): void {
    this.#state = 'open';
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  /** Leads elsewhere from now on, as an address does that another machine has taken. */
  lead(target: number): void {
    this.#target = target;
    this.#reset();
  }

  async stop(): Promise<void> {
    this.#reset();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    near.on('error', () => undefined);
    if (this.#state === 'cut') {
      reset(near);
      return;
    }
    const far = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    far.on('error', () => reset(near));
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.setNoDelay(true);
      from.on('data', (octets) => {
        if (to.write(octets)) return;
        from.pause();
        to.once('drain', () => this.#state === 'stalled' || from.resume());
      });
      from.on('end', () => to.end());
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
    }
    if (this.#state === 'stalled') for (const socket of pair) socket.pause();
  }

  #reset(): void {
    for (const pair of [...this.#pairs]) for (const socket of pair) reset(socket);
    this.#pairs.clear();
  }
}

function reset(socket: Socket): void {
  // Node never closes a socket that is reset while its end is under way, and then hangs when it exits.
  if (socket.connecting || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
