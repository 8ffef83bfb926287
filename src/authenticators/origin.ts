import { RouterError } from '../core/errors.js';

/** Where the server listens. Port 0 means that the port is not known yet. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** Whether it speaks TLS; it does not unless set. */
  readonly secure?: boolean;
}

export interface OriginSettings {
  /** Origins allowed beside the server's own, such as `https://app.example.com`; `*` allows all but `null`. */
  readonly origins: readonly string[];
  readonly listen: ListenAddress;
  /** Refuse peers that name no origin, as programs other than browsers do. Off unless set. */
  readonly required?: boolean;
}

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const ANY_ADDRESS: readonly string[] = ['', '0.0.0.0', '[::]'];
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', ws: '80', https: '443', wss: '443' };

/** [RFC 6454 §6.2] scheme, host and port; nothing else, and one origin only. */
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[^\s:/?#@\\,[\]]+)(?::(\d{1,5}))?$/;
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)$/;

/**
 * Says which web pages may connect. Scheme, host and port of an origin must be those of a listed origin or of the
 * server itself; letter case and default ports do not matter. A bare host name, as PHP clients send and browsers
 * never do, is compared with loopback and the hosts of these origins. `null` is always refused.
 */
export class OriginPolicy {
  #listed: ReadonlySet<string> = new Set();
  #everyOrigin = false;
  readonly #required: boolean;
  #own: ReadonlySet<string>;
  #hosts: ReadonlySet<string> = new Set();

  /** Throws `RangeError` for an entry of `origins` that is not an origin, with the remedy. */
  constructor({ origins, listen, required = false }: OriginSettings) {
    this.#required = required;
    this.#own = ownOrigins(listen);
    this.allow(origins);
  }

  /** These origins are allowed from now on beside the server's own. Throws `RangeError`. */
  allow(origins: readonly string[]): void {
    this.#listed = new Set(origins.filter((origin) => origin !== '*').map(listedOrigin));
    this.#everyOrigin = origins.includes('*');
    this.#hosts = hostsOf([...LOOPBACK.map((host) => `http://${host}`), ...this.#listed, ...this.#own]);
  }

  /** Tells the address that the server got, once it listens. */
  listening(listen: ListenAddress): void {
    this.#own = ownOrigins(listen);
    this.#hosts = new Set([...this.#hosts, ...hostsOf([...this.#own])]);
  }

  /** Returns if a peer with this `Origin` header may connect. Throws `forbidden`, naming the origin and the remedy. */
  check(origin: string | readonly string[] | undefined): void {
    if (origin === undefined) {
      if (this.#required) throw forbidden('a request without origin is not allowed', 'send an Origin header');
      return;
    }
    if (String(origin).toLowerCase() === 'null') {
      throw forbidden('origin null is not allowed', 'open the page over http, not from a file or a sandbox');
    }
    if (typeof origin === 'string' && this.#allows(origin)) return;
    const named = String(origin).slice(0, 200);
    const remedy = `write origins: [${JSON.stringify(named)}] in signalbox.yml, or add it to those that are there`;
    throw forbidden(`origin ${named} is not allowed`, remedy);
  }

  #allows(origin: string): boolean {
    const canonical = canonicalOrigin(origin);
    if (canonical !== undefined) {
      return this.#everyOrigin || this.#listed.has(canonical) || this.#own.has(canonical);
    }
    const host = bracketed(origin.toLowerCase());
    return this.#hosts.has(host) || (this.#everyOrigin && HOST.test(host));
  }
}

/** Lower case, without the scheme's default port; undefined if the text is not one origin. */
function canonicalOrigin(text: string): string | undefined {
  const [, scheme, host, port] = ORIGIN.exec(text.toLowerCase()) ?? [];
  if (scheme === undefined || host === undefined) return undefined;
  return port === undefined || port === DEFAULT_PORTS[scheme]
    ? `${scheme}://${host}`
    : `${scheme}://${host}:${port}`;
}

function listedOrigin(text: string): string {
  const origin = canonicalOrigin(text);
  if (origin !== undefined && !origin.includes('*')) return origin;
  throw new RangeError(
    `${text} in origins is not an origin: write scheme, host and port as in https://app.example.com`,
  );
}

function ownOrigins({ host, port, secure = false }: ListenAddress): ReadonlySet<string> {
  const name = bracketed(host.toLowerCase());
  const local = LOOPBACK.includes(name) || ANY_ADDRESS.includes(name);
  if (port === 0) return new Set();
  const scheme = secure ? 'https' : 'http';
  const origins = (local ? LOOPBACK : [name]).map((own) => canonicalOrigin(`${scheme}://${own}:${port}`));
  return new Set(origins.filter((origin) => origin !== undefined));
}

/** [RFC 3986 §3.2.2] an IPv6 address in a URL wears brackets. */
function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function hostsOf(origins: readonly string[]): ReadonlySet<string> {
  const hosts = origins.map((origin) => ORIGIN.exec(origin)?.[2]);
  return new Set(hosts.filter((host) => host !== undefined));
}

function forbidden(message: string, hint: string): RouterError {
  return new RouterError('forbidden', message, { hint });
}
