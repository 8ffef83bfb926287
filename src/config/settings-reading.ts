import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isLoopback } from '../core/loopback.js';
import type { DefaultAccess } from '../core/route.js';
import { AuthReading } from './auth-reading.js';
import type { BrokerCheck } from './broker-check.js';
import type { FindingList } from './finding-list.js';
import { shownName } from './routing-files.js';
import type { SettingSources } from './setting-sources.js';
import { camelKeys, type Listen, type NamedTopic, type Settings } from './settings.js';
import type { ParsedSettings } from './settings-schema.js';
import { readTls } from './tls-reading.js';

/** Ports of single protocols. */
const OWN_PORTS = ['raw_socket_port', 'stomp_port', 'xmlsocket_port', 'policy_port'] as const;
type OwnPort = (typeof OWN_PORTS)[number];

const DEFAULT_STORE = 'var/signalbox.db';

/** Makes settings of what was parsed: paths absolute, secrets read from the environment. */
export class SettingsReading {
  readonly #parsed: ParsedSettings;
  readonly #sources: SettingSources;
  readonly #auth: AuthReading;
  readonly #findings: FindingList;
  readonly #checkBroker: BrokerCheck | undefined;

  constructor(parts: {
    parsed: ParsedSettings;
    sources: SettingSources;
    env: Readonly<Record<string, string | undefined>>;
    findings: FindingList;
    checkBroker?: BrokerCheck | undefined;
  }) {
    this.#parsed = parts.parsed;
    this.#sources = parts.sources;
    this.#auth = new AuthReading(parts);
    this.#findings = parts.findings;
    this.#checkBroker = parts.checkBroker;
  }

  /** `folder` is what the paths of the file are relative to. */
  async settings(folder: string): Promise<Settings> {
    const {
      listen,
      routing,
      topics,
      auth,
      broker,
      redis,
      origins,
      limits,
      log,
      tracing,
      wamp,
      stomp,
      xmlsocket,
      store,
      pages,
      development,
      admin,
    } = this.#parsed;
    const { handlers, ...named } = topics;
    this.#checkDevelopment();
    this.#checkAddress(broker);
    return Object.freeze({
      folder,
      listen: this.#listen(listen, folder),
      routing: routing.map((path) => resolve(folder, path)),
      topics: {
        folders: await this.#folders(handlers.map((path) => resolve(folder, path))),
        named: new Map<string, NamedTopic>(Object.entries(named)),
      },
      access: this.#access(),
      auth: await this.#auth.settings(auth, { folder, development }),
      wamp: Object.freeze(wamp),
      stomp: camelKeys(stomp),
      xmlsocket: camelKeys(xmlsocket),
      store: {
        path: resolve(folder, store.path ?? DEFAULT_STORE),
        isChosen: store.path !== undefined,
      },
      pages: await this.#pages(pages, folder),
      development,
      broker,
      redis: Object.freeze(redis),
      origins: Object.freeze(origins),
      limits: camelKeys(limits),
      log: Object.freeze(log),
      tracing: Object.freeze(tracing),
      admin: Object.freeze({
        ...admin,
        key: admin.key && this.#auth.secret(admin.key, ['admin', 'key']),
      }),
    });
  }

  /** In development any visitor may be any user, so nobody else may get there. */
  #checkDevelopment(): void {
    const { development, listen } = this.#parsed;
    if (!development || isLoopback(listen.host)) return;
    const place = this.#sources.at(['development']);
    this.#findings.report('bad-setting', place, {
      message: `development: true lets everybody who can connect be any user, and listen.host ${listen.host} is not of this machine alone`,
      hint: 'set listen.host to 127.0.0.1, or development to false',
    });
  }

  #checkAddress(broker: string): void {
    const fault = broker === 'memory' ? undefined : this.#checkBroker?.(broker);
    if (fault === undefined) return;
    this.#findings.report('bad-setting', this.#sources.at(['broker']), {
      message: `broker: ${fault}`,
      hint: 'write memory, or an address such as redis://host:6379/0',
    });
  }

  /** Those that are not given follow from others, route by route. */
  #access(): DefaultAccess {
    const given = Object.entries(this.#parsed.access).filter(([, rules]) => rules !== undefined);
    return Object.freeze(Object.fromEntries(given)) as unknown as DefaultAccess;
  }

  #listen({ tls, ...listen }: ParsedSettings['listen'], folder: string): Listen {
    const reading = { folder, sources: this.#sources, findings: this.#findings };
    return Object.freeze({
      ...camelKeys({ ...listen, ...this.#freePorts(listen) }),
      tls: readTls(tls, reading),
    });
  }

  /** Who asks for a free port does not want to collide with another server at the ports that the file names. */
  #freePorts(listen: ParsedSettings['listen']): Partial<Record<OwnPort, number>> {
    if (listen.port !== 0) return {};
    const free = OWN_PORTS.filter(
      (name) => listen[name] !== undefined && !this.#sources.isOverridden(['listen', name]),
    );
    return Object.fromEntries(free.map((name) => [name, 0]));
  }

  async #pages(path: string | undefined, folder: string): Promise<string | undefined> {
    const pages = path === undefined ? undefined : resolve(folder, path);
    if (pages !== undefined && !(await isFolder(pages)))
      this.#findings.report('bad-setting', this.#sources.at(['pages']), {
        message: `there is no folder ${shownName(pages)}`,
        hint: 'pages names the folder of the files that are served at /',
      });
    return pages;
  }

  /** The default folder need not exist; one that somebody names does. */
  async #folders(paths: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [i, path] of paths.entries()) {
      if (await isFolder(path)) found.push(path);
      else if (this.#sources.has(['topics', 'handlers'])) {
        const text = {
          message: `there is no folder ${shownName(path)}`,
          hint: 'topics.handlers names folders of handler classes',
        };
        this.#findings.report('bad-setting', this.#sources.at(['topics', 'handlers', String(i)]), text);
      }
    }
    return found;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
