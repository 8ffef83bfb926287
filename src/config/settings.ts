import type { KeyObject } from 'node:crypto';
import type { BackendKey } from '../core/backend-key.js';
import type { ConfiguredLogin } from '../core/logins.js';
import type { DefaultAccess } from '../core/route.js';
import type { AuthMethod } from './auth-settings.js';
import type { HttpAuthSettings, JwtSettings } from './method-settings.js';
import type { ParsedSettings } from './settings-schema.js';

type Camel<S> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;
type CamelKeys<T> = { readonly [K in keyof T as Camel<K>]: T[K] };

/** Every bound of the server: durations in milliseconds, sizes in octets. */
export type Limits = CamelKeys<ParsedSettings['limits']>;

/** Where and to whom the server listens. */
export type Listen = CamelKeys<Omit<ParsedSettings['listen'], 'tls'>> & {
  /** Files of the certificate and its key, absolute; undefined where the server speaks no TLS. */
  readonly tls: TlsSettings | undefined;
};

export interface TlsSettings {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** A class under a handler name, with the options it is built with. */
export interface NamedTopic {
  readonly class: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** How peers say who they are. */
export interface AuthSettings {
  readonly anonymous: boolean;
  /** In the order in which they are asked; undefined for all that are configured. */
  readonly methods: readonly AuthMethod[] | undefined;
  /** Back-end keys by name. */
  readonly keys: ReadonlyMap<string, BackendKey>;
  /** Signs and checks tickets `v1`. */
  readonly secret: string | undefined;
  /** Checks tickets `e1`. */
  readonly publicKey: KeyObject | undefined;
  /** Signs them. */
  readonly privateKey: KeyObject | undefined;
  readonly ticketTtl: number;
  /** The longest that a back end may ask for. */
  readonly ticketTtlMax: number;
  readonly ticketOnce: boolean;
  /** How long a user stays who it is; undefined for no bound. */
  readonly sessionTtl: number | undefined;
  /** Milliseconds before the end of an identity. */
  readonly expiryWarning: number;
  readonly onExpiry: 'disconnect' | 'downgrade';
  /** Undefined: tickets of OroSyncBundle are not taken. */
  readonly oro: OroSettings | undefined;
  /** The name of the cookie that may hold a ticket or JWT. */
  readonly cookie: string | undefined;
  readonly jwt: JwtSettings | undefined;
  readonly http: HttpAuthSettings | undefined;
  /** Who may answer questions, by name. */
  readonly logins: ReadonlyMap<string, ConfiguredLogin>;
}

/** How tickets of OroSyncBundle are checked. */
export interface OroSettings {
  readonly secret: string;
  readonly lifetime: number;
  /** Address of the database; undefined where the application offers the accounts. */
  readonly accounts: string | undefined;
  /** Undefined: OroPlatform's tables. */
  readonly query: string | undefined;
  readonly anonymous: 'anonymous' | 'backend' | 'refuse';
  readonly pool: number;
  readonly queue: number;
}

/** The file for what outlives the process. */
export interface StoreSettings {
  /** Absolute. */
  readonly path: string;
  /** Whether somebody has chosen it, so that it has to be usable. */
  readonly isChosen: boolean;
}

/** What operators may see and do at `/admin`. */
export interface AdminSettings {
  /** Undefined: there is no such address. */
  readonly key: string | undefined;
  readonly mode: 'read' | 'full';
  readonly payloads: 'hidden' | 'shown';
  /** Streams of operators that are open at a time. */
  readonly streams: number;
  readonly redact: readonly string[];
}

/** All settings, checked. Paths are absolute, durations in milliseconds, sizes in octets. */
export interface Settings {
  /** The folder that the paths of the file are relative to. */
  readonly folder: string;
  readonly listen: Listen;
  /** Files and folders of routes, in the order in which their routes are tried. */
  readonly routing: readonly string[];
  readonly topics: {
    /** Folders of handler classes. */
    readonly folders: readonly string[];
    /** Classes under handler names. */
    readonly named: ReadonlyMap<string, NamedTopic>;
  };
  /** What a route without `access` has. */
  readonly access: DefaultAccess;
  readonly auth: AuthSettings;
  readonly wamp: CamelKeys<ParsedSettings['wamp']>;
  readonly stomp: CamelKeys<ParsedSettings['stomp']>;
  readonly xmlsocket: CamelKeys<ParsedSettings['xmlsocket']>;
  readonly store: StoreSettings;
  /** The folder of the application's own pages; undefined where it has none. */
  readonly pages: string | undefined;
  readonly development: boolean;
  /** `memory`, or the address of Redis, which may hold a password. */
  readonly broker: string;
  readonly redis: Readonly<ParsedSettings['redis']>;
  readonly origins: readonly string[];
  readonly limits: Limits;
  readonly log: Readonly<ParsedSettings['log']>;
  readonly tracing: Readonly<ParsedSettings['tracing']>;
  readonly admin: AdminSettings;
}

/** The same values under names as JavaScript has them. */
export function camelKeys<T extends object>(values: T): CamelKeys<T> {
  const renamed = Object.entries(values).map(([key, value]) => [camel(key), value]);
  return Object.freeze(Object.fromEntries(renamed));
}

function camel(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
