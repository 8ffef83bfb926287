import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the application answers for each `PHPSESSID`; it does not know any other. */
const ANSWERS: Readonly<Record<string, readonly [status: number, body: string]>> = {
  good: [200, '{"user":"5","organizations":["7"]}'],
  broken: [500, 'oops'],
  odd: [200, '{"user":"5","admin":true}'],
  backend: [200, '{"user":"5","roles":["backend"]}'],
  nobody: [200, '{}'],
};

/** The application that is asked who has a cookie, and that hears whatever else the server asks for. */
export class Application {
  readonly requests: IncomingMessage[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      this.requests.push(request);
      const [, session = ''] = /PHPSESSID=(\w+)/.exec(request.headers.cookie ?? '') ?? [];
      const [status, body] = (Object.hasOwn(ANSWERS, session) && ANSWERS[session]) || [401, ''];
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  }

  static async start(): Promise<Application> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Application(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
