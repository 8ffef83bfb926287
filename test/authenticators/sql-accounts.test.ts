import { createConnection, type RowDataPacket } from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SqlAccounts } from '../../src/authenticators/index.js';
import { driver } from '../../src/authenticators/sql-drivers.js';
import { driverQuery, readTexts } from '../../src/authenticators/sql-query.js';
import type { Database } from '../support/database-process.js';
import { mariadbInstalled, startMariadb } from '../support/mariadb.js';
import { oroTables } from '../support/oro-tables.js';
import { postgresInstalled, startPostgres } from '../support/postgres.js';
import { eventually } from '../support/until.js';

const HASH = '$2y$13$0123456789012345678901O6Yq1QzK7p9m9u8v7w6x5y4z3a2b1c0';

interface Server extends Database {
  /** Ends all connections. */
  cut(): Promise<unknown>;
}

const SERVERS = [
  { name: 'PostgreSQL', here: postgresInstalled, start: filledPostgres },
  { name: 'MariaDB', here: mariadbInstalled, start: filledMariadb },
];

async function filledPostgres(): Promise<Server> {
  const server = await startPostgres();
  await onPostgres(server.dsn, oroTables(HASH));
  const others = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()';
  return { dsn: server.dsn, stop: () => server.stop(), cut: () => onPostgres(server.dsn, [others]) };
}

async function onPostgres(dsn: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client(dsn);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function filledMariadb(): Promise<Server> {
  const server = await startMariadb();
  const { port } = server;
  await onMariadb(port, oroTables(HASH));
  return { dsn: server.dsn, stop: () => server.stop(), cut: () => cutMariadb(port) };
}

/** The rows of the last statement. */
async function onMariadb(port: number, statements: readonly string[]): Promise<RowDataPacket[]> {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', database: 'mysql' });
  let rows: RowDataPacket[] = [];
  for (const statement of statements) [rows] = await connection.query<RowDataPacket[]>(statement);
  await connection.end();
  return rows;
}

async function cutMariadb(port: number): Promise<void> {
  const others = 'SELECT id FROM information_schema.processlist WHERE id <> connection_id()';
  const rows = await onMariadb(port, [others]);
  await onMariadb(
    port,
    rows.map(({ id }) => `KILL CONNECTION ${id}`),
  );
}

describe.each(SERVERS)('accounts in $name', ({ here, start, name }) => {
  describe.skipIf(!here)('as OroPlatform has them', () => {
    let server: Server;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());

    function open(query?: string, pool = 2): SqlAccounts {
      const accounts = new SqlAccounts({ dsn: server.dsn, query, pool });
      onTestFinished(() => accounts.close());
      return accounts;
    }

    it('have id, password, roles, and the organisations that are not disabled', async () => {
      const account = await open().find('admin');
      expect({ ...account, roles: [...(account?.roles ?? [])].sort() }).toEqual({
        id: '5',
        password: HASH,
        roles: ['ROLE_ADMINISTRATOR', 'ROLE_USER'],
        organizations: ['7'],
      });
    });

    it('may have no role and no organisation, and any name', async () => {
      expect(await open().find('Ünal; DROP')).toEqual({
        id: '6',
        password: HASH,
        roles: [],
        organizations: [],
      });
    });

    it.each([
      '',
      'nobody',
      'locked',
      "admin'--",
      "' OR '1'='1",
      '5',
      '%',
      'admin;',
      '$1',
      '?',
      '\\',
      ':username',
    ])('are not found by %j', async (username) => {
      expect(await open().find(username)).toBeUndefined();
    });

    it('are found by many at one time, over few connections', async () => {
      const accounts = open();
      const found = await Promise.all(Array.from({ length: 40 }, () => accounts.find('admin')));
      expect(found.map((account) => account?.id)).toEqual(Array(40).fill('5'));
    });

    it('may come from a query of the application, as text with commas', async () => {
      const query =
        "SELECT 12345678901234567890 AS id, 'x' AS password, 'A, B' AS roles, '7' AS organizations FROM oro_user WHERE username = :username OR username = :username AND '?' <> ':username'";
      const account = await open(query).find('admin');
      expect(account).toMatchObject({ password: 'x', roles: ['A', 'B'], organizations: ['7'] });
    });

    it('are nobody where the query finds several', async () => {
      const query =
        "SELECT id, password, '' AS roles, '' AS organizations FROM oro_user WHERE :username <> username";
      expect(await open(query).find('nobody')).toBeUndefined();
      expect(await open(`${query} AND id = 5`).find('nobody')).toMatchObject({ id: '5' });
    });

    it('have no password where it is NULL', async () => {
      const query =
        'SELECT id, NULL AS password, NULL AS roles, NULL AS organizations FROM oro_user WHERE username = :username';
      expect(await open(query).find('admin')).toEqual({
        id: '5',
        password: '',
        roles: [],
        organizations: [],
      });
    });

    it('need a query that selects what is needed', async () => {
      await expect(open('SELECT id FROM oro_user WHERE username = :username').find('admin')).rejects.toThrow(
        'has to select id, password, roles and organizations',
      );
    });

    it('are waited for two seconds at most, and the next does not wait for what was given up', async () => {
      const pause = name === 'PostgreSQL' ? 'pg_sleep' : 'sleep';
      const query = `SELECT id, password, '' AS roles, '' AS organizations, ${pause}(CASE username WHEN 'admin' THEN 300 ELSE 0 END) FROM oro_user WHERE username = :username`;
      const accounts = open(query, 1);
      await expect(accounts.find('admin')).rejects.toThrow(/time/i);
      expect(await accounts.find('nobody')).toBeUndefined();
    });

    it('are found again after the connections were lost', async () => {
      const accounts = open();
      expect(await accounts.find('admin')).toMatchObject({ id: '5' });
      await server.cut();
      await eventually(async () => expect(await accounts.find('admin')).toMatchObject({ id: '5' }));
    });
  });
});

describe('a query for accounts', () => {
  it.each([
    ['postgres', 'x = :username', 'x = $1', 1],
    ['postgres', 'x = :username OR y = lower(:username)', 'x = $1 OR y = lower($1)', 1],
    [
      'postgres',
      "x = :username::text AND y = ':username' AND z::username = 1",
      "x = $1::text AND y = ':username' AND z::username = 1",
      1,
    ],
    ['mysql', 'x = :username OR y = :username', 'x = ? OR y = ?', 2],
    [
      'mysql',
      "x = :username AND y = 'it''s :username' AND `:username` = 1",
      "x = ? AND y = 'it''s :username' AND `:username` = 1",
      1,
    ],
  ] as const)('of %s takes the name where %s says', (dialect, query, sql, count) => {
    expect(driverQuery(query, dialect)).toEqual({ sql, count });
  });

  it.each(['SELECT 1', "SELECT ':username'", 'SELECT :usernames', 'SELECT x::username'])(
    'is refused: %s',
    (query) => {
      expect(() => driverQuery(query, 'postgres')).toThrow('auth.oro.query has no :username');
    },
  );
});

describe('roles and organisations', () => {
  it.each([
    [null, []],
    [undefined, []],
    ['', []],
    [' , ', []],
    ['a', ['a']],
    ['a, b,c', ['a', 'b', 'c']],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [
      [7, null, 8],
      ['7', '8'],
    ],
    ['["a,b", 7, null]', ['a,b', '7']],
    ['[]', []],
    [7, ['7']],
  ])('are read from %j', (value, texts) => {
    expect(readTexts(value)).toEqual(texts);
  });

  it.each([[{}], [true], ['[1'], ['[1']])('are not read from %j', (value) => {
    expect(() => readTexts(value)).toThrow();
  });
});

describe('the address of a database', () => {
  it.each(['', 'localhost', 'sqlite:///x', 'http://oro:hidden@host/x', 'postgres://oro:hidden@ho st/x'])(
    'is not %j, and the error does not show it',
    (dsn) => {
      const build = () => new SqlAccounts({ dsn, pool: 1 });
      expect(build).toThrow('auth.oro.accounts is not the address of a database');
      expect(build).not.toThrow('hidden');
    },
  );

  it('needs a driver, and the error says how to install it', async () => {
    const missing = Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(driver('pg', () => Promise.reject(missing))).rejects.toThrow('npm install pg');
    await expect(driver('pg', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});
