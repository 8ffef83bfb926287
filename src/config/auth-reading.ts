import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BackendKey } from '../core/backend-key.js';
import type { AuthMethod, WrittenKey } from './auth-settings.js';
import type { FindingList } from './finding-list.js';
import { type JwtContext, readJwt } from './jwt-reading.js';
import { type LoginContext, readLogins } from './login-reading.js';
import { isKeyText, privateKeyOf, publicKeyOf } from './pair-key.js';
import type { SecretSource } from './setting-kinds.js';
import type { SettingSources } from './setting-sources.js';
import type { AuthSettings, OroSettings } from './settings.js';
import type { ParsedSettings } from './settings-schema.js';

/** Shorter secrets can be guessed. */
const LEAST_LENGTH = 16;

type Written = ParsedSettings['auth'];

/** What has to be there for a method that `auth.methods` names. */
const REMEDIES: Readonly<Record<AuthMethod, string>> = {
  oro: 'write auth.oro, or take it off the list',
  ticket: 'set SIGNALBOX_SECRET, auth.secret or auth.public_key, or take it off the list',
  jwt: 'write auth.jwt, or take it off the list',
  keys: 'set SIGNALBOX_API_KEY or auth.keys, or take it off the list',
  passwords: 'write auth.logins, or take it off the list',
  http: 'write auth.http, or take it off the list',
  anonymous: 'remove auth.anonymous: false, or take it off the list',
};

/** Makes `auth` of what was parsed: secrets read from the environment, keys from files. */
export class AuthReading {
  readonly #sources: SettingSources;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #findings: FindingList;

  constructor(parts: {
    sources: SettingSources;
    env: Readonly<Record<string, string | undefined>>;
    findings: FindingList;
  }) {
    this.#sources = parts.sources;
    this.#env = parts.env;
    this.#findings = parts.findings;
  }

  /** `folder` is what paths of the file are relative to. In development logins may be guessed. */
  async settings(
    auth: Written,
    { folder, development }: { folder: string; development: boolean },
  ): Promise<AuthSettings> {
    const privateKey = await this.#pairKey(auth.private_key, {
      name: 'private_key',
      folder,
      read: privateKeyOf,
    });
    const publicKey = await this.#pairKey(auth.public_key, { name: 'public_key', folder, read: publicKeyOf });
    const read = {
      keys: this.#keys(auth.keys),
      secret: auth.secret && this.secret(auth.secret, ['auth', 'secret']),
      publicKey: this.#checkPair(publicKey, privateKey),
    };
    this.#checkMethods(auth, read);
    this.#checkDowngrade(auth);
    return Object.freeze({
      ...read,
      anonymous: auth.anonymous,
      methods: auth.methods,
      privateKey,
      ticketTtl: auth.ticket_ttl,
      ticketTtlMax: auth.ticket_ttl_max,
      ticketOnce: auth.ticket_once,
      sessionTtl: auth.session_ttl,
      expiryWarning: auth.expiry_warning,
      onExpiry: auth.on_expiry,
      oro: this.#oro(auth.oro),
      cookie: auth.cookie,
      jwt: auth.jwt && (await readJwt(auth.jwt, this.#jwtContext(folder))),
      http: auth.http?.url === undefined ? undefined : { ...auth.http, url: auth.http.url },
      logins: readLogins(auth.logins, this.#loginContext(development)),
    });
  }

  #jwtContext(folder: string): JwtContext {
    return {
      folder,
      secret: (source, path) => this.secret(source, path),
      report: (path, message, hint) => this.#bad(path, message, hint),
    };
  }

  #loginContext(development: boolean): LoginContext {
    return {
      secret: (source, path) => (development ? this.#text(source, path) : this.secret(source, path)),
      text: (source, path) => this.#text(source, path),
      report: (path, message, hint) => this.#bad(path, message, hint),
    };
  }

  /** Undefined also where a secret of it is missing, which is a finding. */
  #oro(oro: Written['oro']): OroSettings | undefined {
    if (oro === undefined) return undefined;
    const { query, ...rest } = oro;
    const secret = this.secret(oro.secret, ['auth', 'oro', 'secret']);
    const accounts = oro.accounts && this.#text(oro.accounts, ['auth', 'oro', 'accounts']);
    if (secret === undefined || (oro.accounts !== undefined && accounts === undefined)) return undefined;
    return Object.freeze({ ...rest, secret, accounts, query: query === '' ? undefined : query });
  }

  #keys(written: Readonly<Record<string, WrittenKey>>): ReadonlyMap<string, BackendKey> {
    const keys = new Map<string, BackendKey>();
    for (const [name, { source, ...rights }] of Object.entries(written)) {
      if (typeof source === 'object' && 'sha256' in source) {
        keys.set(name, { key: undefined, sha256: source.sha256, ...rights });
        continue;
      }
      const key = this.secret(source, ['auth', 'keys', name]);
      if (key !== undefined) keys.set(name, { key, sha256: sha256(key), ...rights });
    }
    return keys;
  }

  /** The value of a secret; undefined, and a finding, where it is not to be had. */
  secret(source: SecretSource, path: readonly string[]): string | undefined {
    const value = this.#text(source, path);
    if (value !== undefined && value.length < LEAST_LENGTH) {
      const message = `${path.join('.')} has fewer than ${LEAST_LENGTH} characters and can be guessed`;
      const hint = 'use 32 random characters, as openssl rand -base64 24 prints';
      this.#findings.report('weak-secret', this.#sources.at(path, true), { message, hint });
    }
    return value;
  }

  #text(source: SecretSource, path: readonly string[]): string | undefined {
    if (typeof source === 'string') return source;
    const value = this.#env[source.env];
    if (value !== undefined && value !== '') return value;
    const message = `${path.join('.')} is to be read from the environment variable ${source.env}, which is not set`;
    this.#findings.report('missing-variable', this.#sources.at(path, true), {
      message,
      hint: `set ${source.env}`,
    });
    return undefined;
  }

  async #pairKey(
    source: SecretSource | undefined,
    { name, folder, read }: { name: string; folder: string; read: (text: string) => KeyObject },
  ): Promise<KeyObject | undefined> {
    const path = ['auth', name];
    const text = source && this.#text(source, path);
    if (text === undefined) return undefined;
    const inFile = typeof source === 'string' && !this.#sources.isOverridden(path);
    try {
      return read(isKeyText(text) ? text : await readFile(resolve(inFile ? folder : '.', text), 'utf8'));
    } catch (cause) {
      const reason = cause instanceof RangeError ? cause.message : 'there is no such file that can be read';
      this.#bad(
        path,
        `auth.${name} cannot be used: ${reason}`,
        'name a PEM file, or give the text of the key',
      );
      return undefined;
    }
  }

  /** The public key may be left out beside the private one. Two of different pairs would be a mistake. */
  #checkPair(publicKey: KeyObject | undefined, privateKey: KeyObject | undefined): KeyObject | undefined {
    if (privateKey === undefined) return publicKey;
    const own = createPublicKey(privateKey);
    if (publicKey?.equals(own) === false) {
      this.#bad(
        ['auth', 'public_key'],
        'auth.public_key does not belong to auth.private_key',
        'leave it out: it follows from the private key',
      );
    }
    return own;
  }

  #checkMethods(auth: Written, read: Pick<AuthSettings, 'keys' | 'secret' | 'publicKey'>): void {
    const configured: Partial<Record<AuthMethod, boolean>> = {
      ticket: read.secret !== undefined || read.publicKey !== undefined,
      keys: read.keys.size > 0,
      anonymous: auth.anonymous,
      // a class of the application may know them
      passwords: true,
    };
    for (const [i, method] of (auth.methods ?? []).entries()) {
      if (configured[method] ?? this.#sources.has(['auth', method])) continue;
      const message = `auth.methods names ${method}, which is not configured`;
      this.#bad(['auth', 'methods', String(i)], message, REMEDIES[method]);
    }
  }

  #checkDowngrade(auth: Written): void {
    const guests = auth.anonymous && auth.methods?.includes('anonymous') !== false;
    if (auth.on_expiry === 'disconnect' || guests) return;
    const message = 'auth.on_expiry: downgrade makes anonymous peers, which may not be here';
    const hint = 'write on_expiry: disconnect, or let peers be anonymous';
    this.#bad(['auth', 'on_expiry'], message, hint);
  }

  #bad(path: readonly string[], message: string, hint: string): void {
    this.#findings.report('bad-setting', this.#sources.at(path), { message, hint });
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
