import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Stands between clients and a port, and cuts their connections when the test says so. Stopped with the test. */
export class Cutter {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Refuses new connections while it is set. */
  isDown = false;

  private constructor(port: () => number) {
    this.#server = createServer((client) => {
      if (this.isDown) {
        client.destroy();
        return;
      }
      const server = connect(port(), '127.0.0.1');
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
  }

  /** To a port, which may be another one each time. */
  static async start(port: () => number): Promise<Cutter> {
    const cutter = new Cutter(port);
    await new Promise<void>((resolve) => cutter.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      cutter.cut();
      cutter.#server.close();
    });
    return cutter;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}
