import type { Account, Accounts } from '../core/accounts.js';
import { type Database, openDatabase } from './sql-drivers.js';
import { type Dialect, driverQuery, ORO_QUERIES, readTexts } from './sql-query.js';

export interface SqlOptions {
  /** `postgres://` or `mysql://`, with user and password. */
  readonly dsn: string;
  /** Selects `id`, `password`, `roles` and `organizations` of `:username`; without it, from OroPlatform's tables. */
  readonly query?: string | undefined;
  /** Connections at most. */
  readonly pool: number;
}

const SCHEMES: Readonly<Record<string, Dialect>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'pgsql:': 'postgres',
  'pdo-pgsql:': 'postgres',
  'mysql:': 'mysql',
  'mysql2:': 'mysql',
  'mariadb:': 'mysql',
  'pdo-mysql:': 'mysql',
};

/** Parameters in the addresses of Doctrine that are for Doctrine. */
const DOCTRINES = ['serverVersion', 'server_version', 'charset', 'driver'];

/**
 * Reads accounts from the application's own database. The name goes there as a parameter, never as a part of the
 * query. A name that several rows have is nobody's.
 */
export class SqlAccounts implements Accounts {
  readonly #dialect: Dialect;
  readonly #dsn: string;
  readonly #pool: number;
  readonly #query: { readonly sql: string; readonly count: number };
  #database: Promise<Database> | undefined;

  /** Throws `RangeError` for an address or a query that cannot work; never with the address, which has a password. */
  constructor({ dsn, query, pool }: SqlOptions) {
    const url = readDsn(dsn);
    this.#dialect = SCHEMES[url.protocol] ?? 'postgres';
    this.#dsn = url.href;
    this.#pool = pool;
    this.#query = driverQuery(query ?? ORO_QUERIES[this.#dialect], this.#dialect);
  }

  /** Loads the driver, without connecting. Throws with the command that installs it where it is missing. */
  async open(): Promise<void> {
    await this.#opened();
  }

  async find(username: string): Promise<Account | undefined> {
    const { sql, count } = this.#query;
    const database = await this.#opened();
    const rows = await database.rows(sql, Array<string>(count).fill(username));
    return rows.length === 1 ? readAccount(rows[0] as Partial<Row>) : undefined;
  }

  async close(): Promise<void> {
    await (await this.#database)?.close();
  }

  #opened(): Promise<Database> {
    return (this.#database ??= openDatabase(this.#dialect, { dsn: this.#dsn, pool: this.#pool }));
  }
}

interface Row {
  readonly id: unknown;
  readonly password: unknown;
  readonly roles: unknown;
  readonly organizations: unknown;
}

/** A password that is NULL is none, and lets nobody in. */
function readAccount({ id, password, roles, organizations }: Partial<Row>): Account {
  if (id === undefined || id === null || password === undefined) {
    throw new Error('auth.oro.query has to select id, password, roles and organizations');
  }
  return {
    id: String(id),
    password: typeof password === 'string' ? password : '',
    roles: readTexts(roles),
    organizations: readTexts(organizations),
  };
}

function readDsn(dsn: string): URL {
  const url = URL.canParse(dsn) ? new URL(dsn) : undefined;
  if (url === undefined || SCHEMES[url.protocol] === undefined) {
    throw new RangeError(
      'auth.oro.accounts is not the address of a database: write postgres://USER:PASSWORD@HOST/NAME or mysql://...',
    );
  }
  for (const parameter of DOCTRINES) url.searchParams.delete(parameter);
  return url;
}
