import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what systems give to those that connect or ask for any port, and above the ports that browsers refuse to speak to. */
const LOWEST = 12_000;
const HIGHEST = 32_000;

/**
 * A port of loopback that nobody listens to at this moment, for programs that cannot choose one themselves or come back to the one
 * that they had. The system gives it to nobody else in between.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
