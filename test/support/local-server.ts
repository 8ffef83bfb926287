import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A real HTTP server on loopback whose answer a test changes as it goes. Stopped with the test. */
export class LocalServer {
  readonly requests: IncomingMessage[] = [];
  readonly url: string;
  /** Answers from now on. */
  answer: RequestListener;
  readonly #server: Server;

  private constructor(server: Server, answer: RequestListener) {
    this.#server = server;
    this.answer = answer;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/path`;
    server.on('request', (request, response) => {
      this.requests.push(request);
      response.on('error', () => undefined);
      this.answer(request, response);
    });
    onTestFinished(() => this.stop());
  }

  static async start(answer: RequestListener): Promise<LocalServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new LocalServer(server, answer);
  }

  /** Refuses connections from now on. */
  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** Answers with JSON. */
export function json(value: unknown, status = 200): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
}

/** Answers with another address. */
export function redirect(to: string): RequestListener {
  return (_request, response) => void response.writeHead(302, { location: to }).end();
}

/** Never answers. */
export const silence: RequestListener = () => undefined;

/** Answers with a hundred megabytes, as fast as they are read; `sent` tells how many octets went. */
export function flood(sent: { octets: number }): RequestListener {
  return (_request, response) => {
    const chunk = Buffer.alloc(65_536, ' ');
    const more = () => {
      while (!response.destroyed && sent.octets < 100 * 2 ** 20) {
        sent.octets += chunk.length;
        if (!response.write(chunk)) return;
      }
      response.end();
    };
    response.on('drain', more);
    more();
  };
}
