import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

const RUFFLE = dirname(createRequire(import.meta.url).resolve('@ruffle-rs/ruffle/package.json'));

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  swf: 'application/x-shockwave-flash',
  wasm: 'application/wasm',
};

/** Where a player finds WebSocket for a port that a film connects to. */
export interface SocketProxy {
  readonly host: string;
  readonly port: number;
  readonly proxyUrl: string;
}

/** A web site with films, and with Ruffle that plays them. */
export class RuffleSite {
  readonly #server: Server;
  readonly #files = new Map<string, string | Buffer>();

  private constructor() {
    this.#server = createServer(({ url = '/' }, response) => {
      const name = url.slice(1);
      const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/html; charset=utf-8';
      const own = this.#files.get(name);
      const isRuffle = /^[\w.]+\.(?:js|wasm)$/.test(name);
      response.writeHead(own !== undefined || isRuffle ? 200 : 204, { 'content-type': type });
      response.end(isRuffle ? readFileSync(join(RUFFLE, name)) : own);
    });
  }

  static async start(): Promise<RuffleSite> {
    const site = new RuffleSite();
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Serves a page that plays a film, and keeps what it traces in `window.traced`; returns its address. */
  serve(film: Buffer, socketProxy: readonly SocketProxy[]): string {
    const name = `film-${this.#files.size}`;
    const config = { socketProxy, allowNetworking: 'all', autoplay: 'off', preferredRenderer: 'canvas' };
    this.#files.set(`${name}.swf`, film);
    this.#files.set(
      name,
      `<!doctype html><title>${name}</title>
<script>window.traced = []; window.RufflePlayer = { config: ${JSON.stringify(config)} };</script>
<script src="/ruffle.js"></script>
<body><script>
  const player = window.RufflePlayer.newest().createPlayer();
  document.body.append(player);
  const ruffle = player.ruffle();
  ruffle.load({ ...window.RufflePlayer.config, url: '/${name}.swf' }).then(() => {
    ruffle.traceObserver = (text) => window.traced.push(text);
    ruffle.resume();
  });
</script>`,
    );
    return `${this.origin}/${name}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
