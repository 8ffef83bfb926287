import type { AddressInfo, Server } from 'node:net';

/**
 * Connections that the kernel keeps until they are taken; it allows `net.core.somaxconn` of them, which is 4096 since Linux 5.4. Node
 * asks for 511, so that most peers that come back at once would wait for a second or longer.
 */
const BACKLOG = 4096;

/** Resolves to the port, which the system picks when 0 is asked for. */
export function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
