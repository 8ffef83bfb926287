/** One Redis server, and how to be let in. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly database: number;
}

/** Where Redis is, as `broker` in the settings says it. */
export type RedisAddress =
  | { readonly kind: 'single'; readonly endpoint: Endpoint }
  /** `endpoint` says all of the main server but where it is. */
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly Endpoint[];
      readonly name: string;
      readonly endpoint: Endpoint;
    }
  | { readonly kind: 'cluster'; readonly seeds: readonly Endpoint[] };

const WRITTEN = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/@]+)(?:\/(.*))?$/;
const PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 };

/**
 * Reads `redis://[user:password@]host[:port][/database]`, `redis+sentinel://host[:port],…/name[/database]` and
 * `redis+cluster://host[:port],…`, each with `rediss` for TLS. Throws an error that shows no password.
 */
export function readRedisAddress(text: string): RedisAddress {
  const [, secure, kind = 'single', login, hosts, path] = WRITTEN.exec(text) ?? [];
  if (hosts === undefined) throw new Error('not an address of Redis: write redis://host:6379/0');
  const shared = { tls: secure === 's', ...readLogin(login) };
  const port = PORTS[kind as keyof typeof PORTS];
  const places = hosts.split(',').map((host) => ({ ...readHost(host, port), ...shared }));
  if (kind === 'cluster') return { kind, seeds: places.map((place) => ({ ...place, database: 0 })) };
  if (kind === 'sentinel') return readSentinel(places, path);
  const [place, ...more] = places;
  if (place === undefined || more.length > 0)
    throw new Error('several hosts of Redis: write redis+cluster://');
  return { kind: 'single', endpoint: { ...place, database: readDatabase(path) } };
}

type Place = Omit<Endpoint, 'database'>;

function readSentinel(places: readonly Place[], path = ''): RedisAddress {
  const [name = '', database] = path.split('/');
  if (name === '') throw new Error('no name of a main server: write redis+sentinel://host:26379/mymaster');
  const [first] = places;
  const endpoint = { ...(first as Place), database: readDatabase(database) };
  // Sentinels have a login of their own, or none.
  const sentinels = places.map(({ host, port, tls }) => ({ host, port, tls, database: 0 }));
  return { kind: 'sentinel', sentinels, name: decodeURIComponent(name), endpoint };
}

function readLogin(login: string | undefined): Pick<Endpoint, 'username' | 'password'> {
  if (login === undefined || login === '') return {};
  const [username = '', ...password] = login.split(':');
  const named = username === '' ? {} : { username: decodeURIComponent(username) };
  return password.length === 0 ? named : { ...named, password: decodeURIComponent(password.join(':')) };
}

function readHost(text: string, otherwise: number): Pick<Endpoint, 'host' | 'port'> {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port ?? 1) > 65_535)
    throw new Error('a host of Redis is host or host:port');
  return { host, port: port === undefined ? otherwise : Number(port) };
}

function readDatabase(text = ''): number {
  if (!/^\d{0,5}$/.test(text)) throw new Error('a database of Redis is a number');
  return Number(text);
}
