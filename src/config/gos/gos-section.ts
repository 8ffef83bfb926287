import { entryOf } from '../file-reader.js';
import type { SourceFile } from '../source-file.js';
import { plain, type YamlMap, type YamlNode } from '../yaml-tree.js';
import type { GosNote, GosNoteKind, GosPlace, GosSettings } from './installation.js';
import { placeOf } from './installation-files.js';
import type { Parameters } from './parameters.js';

/** What `gos_web_socket:` says: settings that have a counterpart, files of routes, and notes of everything else. */
export interface GosSection {
  readonly settings: GosSettings;
  /** As written, with where. */
  readonly resources: readonly { readonly resource: string; readonly at: GosPlace }[];
  readonly notes: readonly GosNote[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What is said of a key whose value needs nothing more than a word. */
const SAID: Readonly<Record<string, readonly [GosNoteKind, string]>> = {
  'server.origin_check': [
    'differs',
    'origins are always checked, and whole: scheme, host and port. List those of your pages in `origins`',
  ],
  'server.ip_address_check': ['taken', 'listen.blocked refuses addresses and networks'],
  'server.keepalive_ping': [
    'taken',
    'every idle peer is pinged, and dropped without an answer (limits.ping)',
  ],
  'server.tls': ['todo', 'give listen.tls the files of the certificate and its key, or let the proxy do it'],
  'client.session_handler': [
    'todo',
    'sessions of Symfony are not shared: let the application make tickets (docs/access.md), or answer for its cookie (auth.http)',
  ],
  'client.firewall': ['todo', 'who a peer is comes from its ticket, see above; no firewall is asked'],
  'client.storage': ['differs', 'who a session is lives with its connection; nothing is stored'],
  authentication: [
    'todo',
    'providers of authentication have no counterpart: let the application make tickets (docs/access.md)',
  ],
  ping: ['differs', 'the server keeps no connection to a database, so there is none to be kept awake'],
  pushers: ['todo', 'publish over HTTP in place of a pusher (docs/migration.md, "Publish over HTTP")'],
  websocket_client: ['todo', 'publish over HTTP in place of the WebSocket client (docs/migration.md)'],
  shared_config: [
    'todo',
    'Twig has no gos_web_socket_server_host and _port any more: write the address into the page',
  ],
  topics: ['taken', 'handlers are found by their tags and classes'],
  rpc: ['taken', 'handlers are found by their tags and classes'],
  periodic: ['taken', 'handlers are found by their tags and classes'],
  servers: ['differs', 'a server of one’s own has no counterpart'],
  assetic: ['differs', 'the client is served at /sync.js and /sync.mjs'],
};

/** Reads the section. */
export function readGosSection({
  source,
  section,
  parameters,
}: {
  source: SourceFile;
  section: YamlMap;
  parameters: Parameters;
}): GosSection {
  const reading = new SectionReading(source, parameters);
  reading.read(section);
  return reading;
}

class SectionReading implements GosSection {
  readonly settings: Writable<GosSettings> = {};
  readonly resources: { resource: string; at: GosPlace }[] = [];
  readonly notes: GosNote[] = [];
  readonly #source: SourceFile;
  readonly #parameters: Parameters;
  readonly #readers: Readonly<Record<string, (node: YamlNode, at: GosPlace) => void>> = {
    'server.host': (node, at) => this.#host(node, at),
    'server.port': (node, at) => this.#port(node, at),
    'server.keepalive_interval': (node, at) => this.#ping(node, at),
    'server.router': (node) => this.#router(node),
    origins: (node, at) => this.#origins(node, at),
    blocked_ip_addresses: (node, at) => this.#blocked(node, at),
  };

  constructor(source: SourceFile, parameters: Parameters) {
    this.#source = source;
    this.#parameters = parameters;
  }

  read(section: YamlMap, path = ''): void {
    for (const { key, keyRange, value } of section.entries) {
      const name = path + key;
      const at = placeOf(this.#source, { range: keyRange });
      const reader = this.#readers[name];
      const said = SAID[name];
      if (reader !== undefined) reader(value, at);
      else if (said !== undefined) this.#say(said[0], at, `${name}: ${said[1]}`);
      else if ((name === 'server' || name === 'client') && value.kind === 'map') this.read(value, `${name}.`);
      else this.#say('todo', at, `${name}: this is not known; find out what it did`);
    }
  }

  #host(node: YamlNode, at: GosPlace): void {
    const host = this.#text(node, 'server.host', at);
    if (host === undefined) return;
    this.settings.host = host;
    this.#say('taken', at, `server.host ${host} is listen.host`);
  }

  #port(node: YamlNode, at: GosPlace): void {
    const port = Number(this.#text(node, 'server.port', at));
    if (!Number.isInteger(port)) return;
    this.settings.port = port;
    this.#say('taken', at, `server.port ${port} is listen.port, which pages and publishing over HTTP share`);
  }

  #ping(node: YamlNode, at: GosPlace): void {
    const seconds = Number(this.#text(node, 'server.keepalive_interval', at));
    if (!(seconds > 8)) return;
    this.settings.ping = seconds;
    this.#say('taken', at, `server.keepalive_interval of ${seconds} s is limits.ping`);
  }

  #router(node: YamlNode): void {
    const resources = node.kind === 'map' ? entryOf(node, 'resources')?.value : undefined;
    const items = resources?.kind === 'list' ? resources.items : [];
    for (const item of items) {
      const at = placeOf(this.#source, item);
      const written = item.kind === 'map' ? entryOf(item, 'resource')?.value : item;
      const resource = written === undefined ? undefined : this.#text(written, 'server.router.resources', at);
      if (resource !== undefined) this.resources.push({ resource, at });
    }
  }

  /** Hosts there, origins here; which scheme their pages have is not known. */
  #origins(node: YamlNode, at: GosPlace): void {
    const hosts = [plain(node)].flat().map(String);
    this.settings.origins = hosts.map((host) => (host.includes('://') ? host : `https://${host}`));
    this.#say(
      'differs',
      at,
      'origins were hosts, and are whole origins now: https is assumed for each, so correct those',
    );
  }

  #blocked(node: YamlNode, at: GosPlace): void {
    this.settings.blocked = [plain(node)].flat().map(String);
    this.#say('taken', at, 'blocked_ip_addresses is listen.blocked');
  }

  /** The value with its parameters; one that only the environment knows is left to do. */
  #text(node: YamlNode, name: string, at: GosPlace): string | undefined {
    const written = node.kind === 'scalar' && node.value !== null ? String(node.value) : undefined;
    const text = written === undefined ? undefined : this.#parameters.resolve(written);
    if (text === undefined)
      this.#say('todo', at, `${name} is ${written ?? 'not a text'}, which is not known here: set it by hand`);
    return text;
  }

  #say(kind: GosNoteKind, at: GosPlace, text: string): void {
    this.notes.push({ kind, at, text });
  }
}
