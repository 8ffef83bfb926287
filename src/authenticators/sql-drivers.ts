import type { Dialect } from './sql-query.js';

/** Milliseconds that a database may take to answer, or to take a connection. */
export const SQL_TIMEOUT = 2000;

/** A driver's pool of connections, as far as it is needed here. */
export interface Database {
  rows(sql: string, values: readonly string[]): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

export interface DatabaseTarget {
  readonly dsn: string;
  /** Connections at most. */
  readonly pool: number;
}

/** Loads the driver of a dialect and makes a pool, which connects when it is asked. Throws when there is no driver. */
export function openDatabase(dialect: Dialect, target: DatabaseTarget): Promise<Database> {
  return dialect === 'postgres' ? openPostgres(target) : openMySql(target);
}

async function openPostgres({ dsn, pool: max }: DatabaseTarget): Promise<Database> {
  const { default: pg } = await driver('pg', () => import('pg'));
  const pool = new pg.Pool({
    connectionString: dsn,
    max,
    connectionTimeoutMillis: SQL_TIMEOUT,
    query_timeout: SQL_TIMEOUT,
    allowExitOnIdle: true,
  });
  // an idle connection that is lost is replaced by the next lookup
  pool.on('error', () => undefined);
  return {
    rows: async (sql, values) => (await pool.query(sql, [...values])).rows,
    close: () => pool.end(),
  };
}

async function openMySql({ dsn, pool: connectionLimit }: DatabaseTarget): Promise<Database> {
  const { createPool } = await driver('mysql2', () => import('mysql2/promise'));
  const pool = createPool({
    uri: dsn,
    connectionLimit,
    connectTimeout: SQL_TIMEOUT,
    multipleStatements: false,
  });
  return {
    async rows(sql, values) {
      const connection = await pool.getConnection();
      try {
        const [rows] = await connection.execute({ sql, timeout: SQL_TIMEOUT }, [...values]);
        connection.release();
        return Array.isArray(rows) ? rows : [];
      } catch (error) {
        // one that was not waited for any longer is still busy: the next lookup, and the end, would wait for it
        connection.destroy();
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

/** What `load` imports. Throws with the command that installs the package, if it is not there. */
export async function driver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new Error(
      `auth.oro.accounts needs the package ${name}, which is not installed: npm install ${name}`,
      {
        cause,
      },
    );
  }
}
