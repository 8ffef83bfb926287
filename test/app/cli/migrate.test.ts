import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../../support/cli.js';
import { testFolder } from '../../support/folder.js';
import { GOS_APPLICATION, ORO_APPLICATION } from '../../support/gos-installations.js';
import { ORO_COMMERCE } from '../../support/oro-commerce.js';

const FIXTURES = '/work/shared/fixtures/oro-routing';
const hasFixtures = existsSync(FIXTURES);
if (!hasFixtures) console.log(`skipped OroPlatform's own routing files: there is no ${FIXTURES} here`);

// The first command of a process loads the built-in handlers, which takes long where nothing is cached yet.
beforeAll(async () => void (await cli(['routes'])), 180_000);

async function migrated(files: Readonly<Record<string, string>>) {
  const folder = testFolder(files);
  const out = `${testFolder()}/live`;
  const outcome = await cli(['migrate', 'gos', folder, '--out', out]);
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  const read = (path: string) => readFileSync(`${out}/${path}`, 'utf8');
  return { ...outcome, out, read };
}

describe('signalbox migrate gos', () => {
  it('takes over routes and settings of GosWebSocketBundle', async () => {
    const { out, read, stdout } = await migrated(GOS_APPLICATION);
    expect(stdout).toContain('2 routing files taken over, 0 handlers are built-in classes');
    expect(readdirSync(`${out}/routing`).sort()).toEqual(['acme-chat-bundle.yml', 'routing.yml']);
    expect(read('routing/routing.yml')).toBe(GOS_APPLICATION['config/pubsub/routing.yaml']);
    const settings = read('signalbox.yml');
    expect(settings).toContain('routing:\n  - routing/routing.yml\n  - routing/acme-chat-bundle.yml\n');
    expect(settings).toContain("listen:\n  host: '127.0.0.1'\n  port: 1337\n  blocked: ['192.0.2.7']\n");
    expect(settings).toContain("origins: ['https://www.example.com', 'https://example.com']\n");
    expect(settings).toContain('limits: { ping: 40s }\n');
    expect(settings).toContain('access:\n  subscribe: user\n  publish: backend\n');
  });

  it('says with file and line what is other than before, and what is left to do', async () => {
    const { read } = await migrated(GOS_APPLICATION);
    const report = read('MIGRATION.md');
    const section = (name: string) => report.split(/^## /m).find((text) => text.startsWith(name)) ?? '';
    for (const line of [
      '`config/packages/gos_web_socket.yaml:3` server.host 127.0.0.1 is listen.host',
      '| `config/pubsub/routing.yaml` | `routing/routing.yml` |',
    ])
      expect(section('Taken over')).toContain(line);
    for (const line of [
      '`config/packages/gos_web_socket.yaml:5` server.origin_check: origins are always checked',
      '`config/pubsub/routing.yaml:1` every client could publish to lobby',
    ])
      expect(section('Different')).toContain(line);
    for (const line of [
      '`config/packages/gos_web_socket.yaml:16` client.session_handler: sessions of Symfony are not shared',
      '`config/packages/gos_web_socket.yaml:20` surprise: this is not known',
      '`config/packages/gos_web_socket.yaml:12` routes of config/pubsub/more.php were not found',
      '`src/Topic/LobbyTopic.php:9` write App\\Topic\\LobbyTopic again in topics/lobby-topic.ts',
      '`config/pubsub/routing.yaml:10` route ghost names handler nobody.here, which no service was found for',
      '`routing/acme-chat-bundle.yml:4` a backslash in double quotes',
    ])
      expect(section('To do')).toContain(`- [ ] ${line}`);
    expect(report.match(/nobody\.here/g)?.length).toBe(1);
  });

  it('makes stubs that load, and refuse what is not written yet', async () => {
    const { out, read } = await migrated(GOS_APPLICATION);
    expect(readdirSync(`${out}/topics`).sort()).toEqual([
      'chat-topic.ts',
      'lobby-topic.ts',
      'math-rpc.ts',
      'tick.ts',
    ]);
    const lobby = read('topics/lobby-topic.ts');
    expect(lobby).toContain("static readonly handler: string = 'lobby.topic';");
    expect(lobby).toContain("// $topic->broadcast(['msg' => $connection->resourceId . ' } joined']);");
    expect(lobby).toContain(
      "throw new RouterError('forbidden', 'LobbyTopic.onSubscribe is not taken over yet');",
    );
    expect(lobby).toContain('// if (!$this->allowed($conn)) { throw new FirewallRejectionException(); }');
    expect(lobby).not.toContain('onUnsubscribe');
    expect(read('topics/chat-topic.ts')).toContain(
      'onPublish(_session: Session, topic: Topic, _request: TopicRequest, event: PublishEvent) {\n    return topic.broadcast(event.payload, event);',
    );
    expect(read('topics/math-rpc.ts')).toContain("readonly methods: readonly string[] = ['sumAll'];");
    expect(read('topics/tick.ts')).toContain('readonly interval = 5000;');
    expect(read('topics/tick.ts')).toContain('// echo "*/ tick";');
    const { stdout } = await cli(['check'], { cwd: out });
    const codes = [...stdout.matchAll(/^\S+ {2}(?:error|warning) .*\((\S+)\)$/gm)].map(([, code]) => code);
    expect(codes.sort()).toEqual(['double-quoted-backslash', 'unknown-handler']);
  });

  it('takes over OroPlatform with its topics, so that there is nothing to report', async () => {
    const { out, read, stdout } = await migrated(ORO_APPLICATION);
    expect(stdout).toContain('2 routing files taken over, 3 handlers are built-in classes');
    const settings = read('signalbox.yml');
    expect(settings).toContain('  oro_sync.ping: ping\n');
    expect(settings).toContain('  oro_sync.maintenance: broadcast\n');
    expect(settings).toContain('  acme_order.changed: secured\n');
    expect(settings).toContain("listen:\n  host: '0.0.0.0'\n  port: 8081\n  paths: [/, /ws, /live]\n");
    expect(settings).toContain('#     secret: { env: ORO_SECRET }');
    expect(settings).not.toContain('secret-of-the-application');
    expect(read('MIGRATION.md')).not.toContain('secret-of-the-application');
    const stock = read('topics/stock-topic.ts');
    expect(stock).toContain('export class StockTopic extends SecuredTopic {');
    expect(stock).toContain("// $topic->broadcast(['stock' => $event], $exclude, $eligible);");
    expect(await cli(['check'], { cwd: out })).toMatchObject({
      code: 0,
      stdout: '4 routes, nothing to report\n',
    });
    const mine = ['explain', 'subscribe', 'acme/order/5', '--as', 'user:5'];
    expect(await cli(mine, { cwd: out })).toMatchObject({ code: 0 });
    const others = ['explain', 'subscribe', 'acme/stock/5', '--as', 'user:6'];
    expect(await cli(others, { cwd: out })).toMatchObject({ code: 1 });
  });

  it('takes over a shop on OroCommerce, as its production has it, so that there is nothing to report', async () => {
    const { out, read, stdout } = await migrated(ORO_COMMERCE);
    expect(stdout).toContain(
      '3 routing files taken over, 5 handlers are built-in classes,\n1 are written, and 0 are stubs',
    );
    expect(read('signalbox.yml')).toContain(`routing:
  - routing/shop-bundle.yml
  - routing/sync-bundle.yml

topics:
  handlers: topics
  acme_shop.order: secured
  acme_shop.quote: broadcast
  oro_sync.ping: { class: ping, interval: 30s }
  oro_sync.data_update: broadcast
  acme_shop.stock: broadcast

listen:
  host: '0.0.0.0'
  port: 8080
  paths: [/, /ws]

origins: ['https://shop.example.com']

limits: { ping: 20s }
`);
    expect(read('routing/live/quote.yml')).toContain('acme_shop.quote:');
    const report = read('MIGRATION.md');
    for (const line of [
      '- `src/Acme/Bundle/ShopBundle/Live/Board.php:3` Acme\\Bundle\\ShopBundle\\Live\\Board did nothing but broadcast, as topics/board.ts does',
      '- `config/packages/gos_web_socket.yaml:5` this holds in environment dev alone',
      '- `config/config_dev.yml:1` this holds in environment dev alone',
      '- [ ] `src/Acme/Bundle/ShopBundle/Resources/config/services.yml:8` acme_shop.origins says which origins may connect',
      '- [ ] `src/Acme/Bundle/ShopBundle/Live/Chatter.php:4` Acme\\Bundle\\ShopBundle\\Live\\Chatter has attribute Acme\\Live\\AsTopic',
      '- [ ] `src/Acme/Bundle/ShopBundle/Async/OrderListener.php:6` this code publishes by the WebSocket client',
      '- [ ] `config/legacy/acme_live.php:4` this PHP code configures GosWebSocketBundle',
    ])
      expect(report).toContain(line);
    expect(report).not.toContain('secret@');
    expect(await cli(['check'], { cwd: out })).toMatchObject({
      code: 0,
      stdout: '6 routes, nothing to report\n',
    });
    const dev = `${testFolder()}/dev`;
    await cli(['migrate', 'gos', testFolder(ORO_COMMERCE), '--out', dev, '--env', 'dev']);
    expect(readFileSync(`${dev}/signalbox.yml`, 'utf8')).toMatch(
      /acme_shop.debug: broadcast.*dev\.example\.com/s,
    );
  });

  it.skipIf(!hasFixtures)("takes OroPlatform's own routing files as they are", async () => {
    const files = readdirSync(FIXTURES).map((name) => {
      const [, bundle] = /__(\w+)\.yml$/.exec(name) ?? [];
      const text = readFileSync(`${FIXTURES}/${name}`, 'utf8');
      return [`vendor/oro/x/${bundle}/Resources/config/oro/websocket_routing.yml`, text] as const;
    });
    const { out, read } = await migrated(Object.fromEntries(files));
    expect(readdirSync(`${out}/routing`).length).toBe(files.length);
    expect(read('MIGRATION.md').match(/which no service was found for/g)?.length).toBe(10);
  });

  it('says where there is nothing to take over, and overwrites nothing', async () => {
    const empty = testFolder({ 'config/services.yaml': 'services: {}\n', 'config/broken.yml': 'a: [\n' });
    expect(await cli(['migrate', 'gos', empty, '--out', `${empty}/live`])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is nothing of GosWebSocketBundle'),
    });
    expect(existsSync(`${empty}/live`)).toBe(false);
    const folder = testFolder(ORO_APPLICATION);
    const out = testFolder({ 'signalbox.yml': 'mine\n' });
    expect(await cli(['migrate', 'gos', folder, '--out', out])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already there, and not overwritten: signalbox.yml'),
    });
    expect(readdirSync(out).filter((name) => name.endsWith('.md'))).toEqual([]);
    const nowhere = await cli(['migrate', 'gos', `${folder}/nowhere`]);
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no folder') });
  });

  it('writes names as names: nothing that an installation says is run', async () => {
    const folder = testFolder();
    const mark = `${folder}/was-run`;
    const run = `process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(mark)}, '')`;
    const names = [`a'+${run}+'`, `b\n'+${run}+'`, `c\\'+${run}//`, `d*/ ${run} /*`, 'e"\\"', 'f\u2028'];
    const services = names.flatMap((name, n) => [
      { class: `App\\Topic\\T${n}`, arguments: [name], tags: [{ name: 'gos_web_socket.topic' }] },
      {
        class: `App\\Periodic\\P${n}*/${run}/*`,
        arguments: [name],
        tags: [{ name: 'gos_web_socket.periodic' }],
      },
      {
        class: `App\\RPC\\R${n}';${run};'`,
        arguments: [`rpc ${name}`],
        tags: [{ name: 'gos_web_socket.rpc' }],
      },
      {
        class: 'Oro\\Bundle\\SyncBundle\\Topic\\BroadcastTopic',
        arguments: [`oro: ${name}`],
        tags: [{ name: 'gos_web_socket.topic' }],
      },
    ]);
    const { out, read } = await migrated({
      'config/oro/websocket_routing/a.yml': `a: { channel: a, handler: { callback: ${JSON.stringify(`oro: ${names[0]}`)} } }\n`,
      'config/services.yaml': JSON.stringify({
        services: Object.fromEntries(services.map((one, n) => [`s${n}`, one])),
      }),
    });
    expect(existsSync(mark)).toBe(false);
    expect(read('MIGRATION.md')).not.toMatch(/cannot be loaded/);
    expect(await cli(['check'], { cwd: out })).toEqual({
      code: 0,
      stdout: '1 route, nothing to report\n',
      stderr: '',
    });
    expect(existsSync(mark)).toBe(false);
  });

  it('waits for no pipe that a link leads to', async () => {
    const folder = testFolder(GOS_APPLICATION);
    execFileSync('mkfifo', [`${folder}/pipe`]);
    symlinkSync(`${folder}/pipe`, `${folder}/src/Topic/PipeTopic.php`);
    symlinkSync(`${folder}/pipe`, `${folder}/config/packages/pipe.yaml`);
    symlinkSync('.', `${folder}/src/circle`);
    const { code, stderr } = await cli(['migrate', 'gos', folder, '--out', `${testFolder()}/live`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
