import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DefaultAccess } from '../core/route.js';
import type { FindingList } from './finding-list.js';
import { shownName } from './routing-files.js';
import type { SecretSource } from './setting-kinds.js';
import type { SettingSources } from './setting-sources.js';
import { camelKeys, type NamedTopic, type Settings } from './settings.js';
import type { ParsedSettings } from './settings-schema.js';

/** Shorter secrets can be guessed. */
const LEAST_LENGTH = 16;

/** Makes settings of what was parsed: paths absolute, secrets read from the environment. */
export class SettingsReading {
  readonly #parsed: ParsedSettings;
  readonly #sources: SettingSources;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #findings: FindingList;

  constructor(parts: {
    parsed: ParsedSettings;
    sources: SettingSources;
    env: Readonly<Record<string, string | undefined>>;
    findings: FindingList;
  }) {
    this.#parsed = parts.parsed;
    this.#sources = parts.sources;
    this.#env = parts.env;
    this.#findings = parts.findings;
  }

  /** `folder` is what the paths of the file are relative to. */
  async settings(folder: string): Promise<Settings> {
    const { listen, routing, topics, auth, broker, origins, limits, log, development } = this.#parsed;
    const { handlers, ...named } = topics;
    return Object.freeze({
      folder,
      listen: Object.freeze(listen),
      routing: routing.map((path) => resolve(folder, path)),
      topics: {
        folders: await this.#folders(handlers.map((path) => resolve(folder, path))),
        named: new Map<string, NamedTopic>(Object.entries(named)),
      },
      access: this.#access(),
      auth: Object.freeze({
        anonymous: auth.anonymous,
        keys: this.#keys(auth.keys),
        secret: auth.secret && this.#secret(auth.secret, ['auth', 'secret']),
        ticketTtl: auth.ticket_ttl,
        expiryWarning: auth.expiry_warning,
        onExpiry: auth.on_expiry,
      }),
      development,
      broker,
      origins: Object.freeze(origins),
      limits: camelKeys(limits),
      log: Object.freeze(log),
    });
  }

  /** Those that are not given follow from others, route by route. */
  #access(): DefaultAccess {
    const given = Object.entries(this.#parsed.access).filter(([, rules]) => rules !== undefined);
    return Object.freeze(Object.fromEntries(given)) as unknown as DefaultAccess;
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

  #keys(sources: Readonly<Record<string, SecretSource>>): ReadonlyMap<string, string> {
    const keys = new Map<string, string>();
    for (const [name, source] of Object.entries(sources)) {
      const key = this.#secret(source, ['auth', 'keys', name]);
      if (key !== undefined) keys.set(name, key);
    }
    return keys;
  }

  #secret(source: SecretSource, path: readonly string[]): string | undefined {
    const value = typeof source === 'string' ? source : this.#env[source.env];
    if (value === undefined || value === '') {
      const variable = typeof source === 'string' ? '' : source.env;
      const message = `${path.join('.')} is to be read from the environment variable ${variable}, which is not set`;
      this.#findings.report('missing-variable', this.#sources.at(path, true), {
        message,
        hint: `set ${variable}`,
      });
      return undefined;
    }
    if (value.length < LEAST_LENGTH) {
      const message = `${path.join('.')} has fewer than ${LEAST_LENGTH} characters and can be guessed`;
      const hint = 'use 32 random characters, as openssl rand -base64 24 prints';
      this.#findings.report('weak-secret', this.#sources.at(path, true), { message, hint });
    }
    return value;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
