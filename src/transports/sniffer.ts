import type { Server, Socket } from 'node:net';

/** A protocol that is told by the first octet of a connection. */
export interface FirstOctet {
  /** Those that it can begin with. */
  readonly octets: readonly number[];
  /** Takes the connection, with nothing of it read. */
  accept(socket: Socket): void;
}

export interface SnifferOptions {
  /** Milliseconds for a connection to say its first octet. */
  readonly timeout: number;
  /** Takes or destroys a connection that has not. */
  timedOut(socket: Socket): void;
}

/** Lets other protocols share the port of a server: the first octet of a connection says whose it is. */
export class Sniffer {
  readonly #others: ReadonlyMap<number, FirstOctet>;
  readonly #options: SnifferOptions;
  /** Sockets that have said nothing: no server closes them. */
  readonly #silent = new Set<Socket>();

  constructor(others: readonly FirstOctet[], options: SnifferOptions) {
    this.#others = new Map(others.flatMap((other) => other.octets.map((octet) => [octet, other] as const)));
    this.#options = options;
  }

  /** Stands before all that listens to the event so far, which gets the connections that nobody else claims. */
  attach(server: Server, event: 'connection' | 'secureConnection'): void {
    const listeners = server.listeners(event);
    server.removeAllListeners(event);
    server.on(event, (socket: Socket) =>
      this.sniff(socket, () => {
        for (const listener of listeners) listener.call(server, socket);
      }),
    );
  }

  /** Gives the connection to whom its first octet names, or else to who is meant to have it. */
  sniff(socket: Socket, otherwise: () => void): void {
    const look = () => {
      const octets: Buffer | null = socket.read();
      if (octets === null) return;
      stop();
      socket.unshift(octets);
      const other = this.#others.get(octets[0] ?? 0);
      if (other === undefined) otherwise();
      else other.accept(socket);
    };
    const destroy = () => socket.destroy();
    const deadline = setTimeout(() => {
      stop();
      this.#options.timedOut(socket);
    }, this.#options.timeout);
    const stop = () => {
      clearTimeout(deadline);
      this.#silent.delete(socket);
      socket.off('readable', look).off('end', destroy).off('error', destroy).off('close', stop);
    };
    this.#silent.add(socket);
    socket.on('readable', look).on('end', destroy).on('error', destroy).on('close', stop);
  }

  /** Ends the connections that have said nothing yet. */
  close(): void {
    for (const socket of this.#silent) socket.destroy();
  }
}
