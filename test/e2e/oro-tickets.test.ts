import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn, HANGUP } from '../support/autobahn.js';
import { cli } from '../support/cli.js';
import type { Database } from '../support/database-process.js';
import { makeFolder, testFolder } from '../support/folder.js';
import { oroTables } from '../support/oro-tables.js';
import { ORO_SECRET, oroTicket, phpOroTicket } from '../support/oro-tickets.js';
import { ORO_TOPICS } from '../support/oro-topics.js';
import { PhpClient } from '../support/php-client.js';
import { postgresInstalled, startPostgres } from '../support/postgres.js';
import { RawWebSocket } from '../support/raw-websocket.js';
import { installed } from '../support/run.js';
import { KEY, REPOSITORY, ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';

const php = installed('php', 'apt-get install php-cli');
const HASH = '$2y$13$0123456789012345678901O6Yq1QzK7p9m9u8v7w6x5y4z3a2b1c0';

const SETTINGS = `
routing: ${REPOSITORY}routing/oro.yml
topics:${ORO_TOPICS}  handlers: topics
access: { subscribe: user, publish: backend }
auth:
  oro:
    secret: { env: ORO_SECRET }
`;

const ACCOUNTS = `
import { type Account, type Accounts, TOKENS } from 'signalbox';

export class Users implements Accounts {
  static readonly service = TOKENS.accounts;

  find(username: string): Account | undefined {
    if (username !== 'admin') return undefined;
    return { id: '5', password: '${HASH}', roles: ['ROLE_USER'], organizations: ['7'] };
  }
}
`;

const OWN = 'oro/email_event/5/7';

function address(server: ServerProcess, ticket: string): string {
  return `${server.webSocketUrl()}?ticket=${encodeURIComponent(ticket)}`;
}

/** A page and a back end of OroPlatform, unchanged. */
async function converse(server: ServerProcess): Promise<void> {
  const page = await Autobahn.connect(address(server, await ticketOf('admin', HASH)));
  const backend = await PhpClient.connect(address(server, await ticketOf('', '')));
  onTestFinished(() => {
    page.socket.destroy();
    backend.socket.destroy();
  });
  page.subscribe(OWN);
  page.subscribe('oro/email_event/6/7');
  page.subscribe('oro/email_event/5/8');
  page.subscribe('oro/maintenance');
  await page.settle();
  expect(refusals(page)).toEqual(['oro/email_event/6/7', 'oro/email_event/5/8']);
  backend.publish(OWN, { hasNewEmail: true });
  backend.publish('oro/email_event/6/7', { hasNewEmail: true });
  backend.publish('oro/maintenance', { isOn: true, userId: null });
  await until(() => page.of(8).length === 2);
  expect(page.events(OWN)).toEqual([{ hasNewEmail: true }]);
  expect(page.events('oro/maintenance')).toEqual([{ isOn: true, userId: null }]);
  page.publish(OWN, 'forged');
  await page.settle();
  expect(page.events(OWN)).toHaveLength(1);
  expect(await backend.disconnect()).toBe(1000);
}

/** By PHP where there is one. */
function ticketOf(username: string, password: string): Promise<string> | string {
  return php
    ? phpOroTicket(username, password)
    : oroTicket({ username, ...(username !== '' && { password }) });
}

/** The channels that the server did not let the page subscribe to. */
function refusals(page: Autobahn): string[] {
  const text = JSON.stringify(page.errors);
  return [...text.matchAll(/on (oro\/[\w/]+)/g)].map(([, channel]) => channel ?? '').filter(unique);
}

function unique(value: string, i: number, all: readonly string[]): boolean {
  return all.indexOf(value) === i;
}

async function end(server: ServerProcess, ticket: string): Promise<unknown> {
  const socket = await RawWebSocket.open(address(server, ticket), {
    headers: { 'Sec-WebSocket-Protocol': 'wamp' },
  });
  await until(() => socket.closeFrame !== undefined || socket.ended);
  socket.destroy();
  return socket.closeFrame;
}

describe('an OroPlatform application with accounts from a class', () => {
  let folder: string;
  let server: ServerProcess;
  beforeAll(async () => {
    const settings = `${SETTINGS}    anonymous: backend\n`;
    folder = makeFolder({ 'signalbox.yml': settings, 'topics/users.ts': ACCOUNTS });
    server = await ServerProcess.start({ config: `${folder}/signalbox.yml`, env: { ORO_SECRET } });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('connects, subscribes and publishes without a change', async () => {
    await converse(server);
  });

  it('is told why a ticket is refused, with a close that AutobahnJS takes for final', async () => {
    const ticket = oroTicket({ username: 'admin', password: HASH });
    const page = await Autobahn.connect(address(server, ticket));
    onTestFinished(() => page.socket.destroy());
    const refused = (reason: string) => ({
      code: 4500,
      reason: expect.stringMatching(
        new RegExp(`^bad credentials: the Oro ticket ${reason} \\(r-[0-9a-f]+\\)$`),
      ),
    });
    expect(await end(server, ticket)).toEqual(refused('was used already'));
    expect(await end(server, oroTicket({ username: 'admin', password: 'x' }))).toEqual(
      refused('is not valid'),
    );
    expect(await end(server, oroTicket({ username: 'nobody', password: 'x' }))).toEqual(
      refused('is not valid'),
    );
    expect(await end(server, oroTicket({ time: Date.now() - 301_000 }))).toEqual(refused('is expired'));
    expect(await end(server, Buffer.from(ticket).toString('base64'))).toEqual(refused('is malformed'));
    const late = await Autobahn.connect(address(server, ticket));
    expect(late.hangup).toBe(HANGUP.closed);
    for (const part of [ticket, ORO_SECRET, HASH]) expect(server.stdout + server.stderr).not.toContain(part);
    expect(await server.metric('signalbox_oro_tickets_total')).toBeGreaterThan(5);
  });

  it('publishes over WAMP with an anonymous ticket, and has to have a key for all the rest', async () => {
    const headers = { authorization: `Bearer ${oroTicket()}` };
    expect((await fetch(`${server.url}/metrics`, { headers })).status).toBe(401);
    const key = { authorization: `Bearer ${KEY}` };
    expect((await fetch(`${server.url}/metrics`, { headers: key })).status).toBe(200);
  });

  it('may use tickets of our own beside', async () => {
    const page = await Autobahn.connect(server.webSocketUrl('5', ['7']));
    onTestFinished(() => page.socket.destroy());
    expect(page.sessionId).toBeDefined();
  });
});

describe.skipIf(!postgresInstalled)('an OroPlatform application with accounts from its database', () => {
  let database: Database;
  let folder: string;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await startPostgres();
    const client = new pg.Client(database.dsn);
    await client.connect();
    for (const statement of oroTables(HASH)) await client.query(statement);
    await client.end();
    const settings = `${SETTINGS}    accounts: { env: ORO_DB_DSN }\n    anonymous: backend\n`;
    folder = makeFolder({ 'signalbox.yml': settings, 'topics/none.ts': '' });
    const env = { ORO_SECRET, ORO_DB_DSN: database.dsn };
    server = await ServerProcess.start({ config: `${folder}/signalbox.yml`, env });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('connects, subscribes and publishes without a change', async () => {
    await converse(server);
  });

  it('lets nobody in while its database is away, and nothing else ends', async () => {
    const page = await Autobahn.connect(address(server, oroTicket({ username: 'admin', password: HASH })));
    onTestFinished(() => page.socket.destroy());
    await database.stop();
    const late = await RawWebSocket.open(address(server, oroTicket({ username: 'admin', password: HASH })));
    expect(late.status).toBe(503);
    await until(() => server.stderr.includes('accounts cannot be read'));
    expect(server.stderr).not.toContain('a pass');
    await page.settle();
    expect(page.hangup).toBeUndefined();
  });
});

describe('examples/oro-accounts', () => {
  it('asks the application who a user is', async () => {
    const asked: unknown[] = [];
    const application = createServer(({ url, headers }, response) => {
      asked.push([url, headers.authorization]);
      const account = { id: '5', password: HASH, roles: [], organizations: ['7'] };
      if (url?.endsWith('=admin')) response.end(JSON.stringify(account));
      else response.writeHead(url?.endsWith('=broken') ? 500 : 404).end();
    }).listen(0, '127.0.0.1');
    await once(application, 'listening');
    const { port } = application.address() as AddressInfo;
    const env = { ORO_SECRET, ACCOUNTS_URL: `http://127.0.0.1:${port}/accounts`, ACCOUNTS_KEY: 'its-key' };
    const server = await ServerProcess.start({
      config: `${REPOSITORY}examples/oro-accounts/signalbox.yml`,
      env,
    });
    onTestFinished(async () => {
      await server.stop();
      application.closeAllConnections();
      application.close();
    });
    await converse(server);
    expect(asked).toEqual([['/accounts?username=admin', 'Bearer its-key']]);
    const nobody = oroTicket({ username: 'nobody', password: HASH });
    expect(await end(server, nobody)).toMatchObject({ code: 4500 });
    const broken = await RawWebSocket.open(
      address(server, oroTicket({ username: 'broken', password: HASH })),
    );
    expect(broken.status).toBe(503);
    await until(() => server.stderr.includes('the application answered 500'));
  });
});

describe('auth.oro', () => {
  async function check(more: string, files: Record<string, string> = {}) {
    const folder = testFolder({ 'signalbox.yml': SETTINGS + more, 'topics/none.ts': '', ...files });
    return cli(['check'], {
      cwd: folder,
      env: { ORO_SECRET, ORO_DB_DSN: 'postgres://oro:hidden@127.0.0.1/oro' },
    });
  }

  it('needs accounts', async () => {
    const { code, stderr } = await check('');
    expect(code).toBe(1);
    expect(stderr).toContain('auth.oro does not know any accounts: set auth.oro.accounts');
  });

  it('takes accounts from one place', async () => {
    const { code, stderr } = await check('    accounts: { env: ORO_DB_DSN }\n', {
      'topics/users.ts': ACCOUNTS,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/auth\.oro\.accounts names a database, and .*users\.ts offers TOKENS\.accounts/);
  });

  it('is content with either', async () => {
    expect(await check('    accounts: { env: ORO_DB_DSN }\n')).toMatchObject({ code: 0 });
    expect(await check('', { 'topics/users.ts': ACCOUNTS })).toMatchObject({ code: 0 });
  });

  it.each([
    ['    accounts: { env: NOWHERE }\n', /NOWHERE, which is not set/],
    ['    accounts: { env: ORO_DB_DSN }\n    query: SELECT 1\n', /auth\.oro\.query/],
    [
      '    accounts: { env: ORO_DB_DSN }\n    anonymous: user\n',
      /user is not one of anonymous, backend, refuse/,
    ],
    ['    accounts: { env: ORO_DB_DSN }\n    lifetim: 5s\n', /did you mean "lifetime"/],
  ])('says what is wrong with %j', async (more, message) => {
    const { code, stdout, stderr } = await check(more);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(message);
    expect(stdout + stderr).not.toContain('hidden');
  });

  it('says which secret is missing', async () => {
    const folder = testFolder({ 'signalbox.yml': 'auth: { oro: { pool: 3 } }\n' });
    const { code, stdout } = await cli(['check'], { cwd: folder });
    expect(code).toBe(1);
    expect(stdout).toContain('auth.oro.secret');
  });
});
