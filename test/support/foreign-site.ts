import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

const REQUIREJS = createRequire(import.meta.url).resolve('requirejs/require.js');

/** A web site of another origin, as an application has whose pages use signalbox. It serves RequireJS too. */
export class ForeignSite {
  readonly #server: Server;
  readonly #pages = new Map<string, string>();

  private constructor() {
    this.#server = createServer((request, response) => {
      const page = this.#pages.get(request.url ?? '/');
      const script = request.url === '/require.js';
      const type = script ? 'text/javascript' : 'text/html; charset=utf-8';
      response.writeHead(script || page !== undefined ? 200 : 204, { 'content-type': type });
      response.end(script ? readFileSync(REQUIREJS) : page);
    });
  }

  static async start(): Promise<ForeignSite> {
    const site = new ForeignSite();
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Serves a page with this head; returns its address. */
  serve(head: string): string {
    const path = `/page-${this.#pages.size}`;
    this.#pages.set(path, `<!doctype html><title>elsewhere</title>${head}`);
    return this.origin + path;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
