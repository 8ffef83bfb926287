import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { topicWords } from '../../../src/app/topic-words.js';
import { cli } from '../../support/cli.js';
import { testFolder } from '../../support/folder.js';
import { installPackage } from '../../support/installed-package.js';
import { run, TAP } from '../../support/run.js';

const ROUTING = `# The routes of the shop

shop.news: # everybody
    channel: "news/{topic}"
    handler: broadcast   # built in
    requirements: { topic: '[a-z]+' }
`;

function project(files: Readonly<Record<string, string>> = {}): string {
  return testFolder({
    'package.json': '{"type": "module"}',
    'signalbox.yml': 'access: { subscribe: anyone, publish: backend }\n',
    'routing/websocket_routing.yml': ROUTING,
    ...files,
  });
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

function routingOf(folder: string): string {
  return readFileSync(`${folder}/routing/websocket_routing.yml`, 'utf8');
}

/** The first command of a process loads the built-in handlers, which takes long where nothing is cached yet. */
beforeAll(async () => void (await cli(['routes'])), 180_000);

describe('signalbox make topic', () => {
  it('makes a class, its test and its route, and leaves what the file says above as it is', async () => {
    const folder = project();
    const outcome = await cli(['make', 'topic', 'shop.orders', '--channel', 'orders/{id}'], { cwd: folder });
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(
      /made .*shop-orders\.ts\nmade .*shop-orders\.test\.ts\nadded route shop\.orders to /,
    );
    expect(outcome.stdout).toContain(
      `\n  npx signalbox publish orders/1 '{"text": "hello"}'\n  in a page: sync.subscribe('orders/1',`,
    );
    expect(routingOf(folder)).toBe(`${ROUTING}
shop.orders:
  channel: 'orders/{id}'
  handler: shop.orders
  requirements: { id: '[A-Za-z0-9_-]+' }
  access: { subscribe: anyone, publish: backend }
`);
    expect(await cli(['check'], { cwd: folder })).toMatchObject({ code: 0 });
    expect(await cli(['match', 'orders/1'], { cwd: folder })).toMatchObject({
      stdout: expect.stringContaining('orders/1 belongs to shop.orders'),
    });
  });

  it('makes what is called, one method for each name', async () => {
    const folder = project();
    const args = ['make', 'topic', 'sums', '--channel', 'sums/{method}', '--methods', 'add, subtractAll'];
    expect(await cli(args, { cwd: folder })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('\n  npx signalbox call sums/add 1 2 --user 5\n'),
    });
    expect(await cli(['check'], { cwd: folder })).toMatchObject({ code: 0 });
    const explained = await cli(['explain', 'call', 'sums/subtract_all', '--as', 'user:5'], { cwd: folder });
    expect(explained).toMatchObject({ code: 0, stdout: expect.stringContaining('ALLOWED') });
  });

  it('makes tests that pass and types that fit', { timeout: 60_000 }, async () => {
    const folder = project();
    await cli(['make', 'topic', 'orders'], { cwd: folder });
    const methods = ['--channel', 'x/{method}/{id}', '--methods', 'add,isOpen'];
    await cli(['make', 'topic', 'calls', ...methods], { cwd: folder });
    installPackage(folder);
    const tests = await run(
      process.execPath,
      ['--import', 'jiti/register', '--test', TAP, 'topics/orders.test.ts', 'topics/calls.test.ts'],
      { cwd: folder },
    );
    expect(tests.stdout).toMatch(/# pass 3\n# fail 0/);
  });

  it('prints the route when told to, and leaves its file alone', async () => {
    const folder = project();
    const { code, stdout } = await cli(['make', 'topic', 'orders', '--print'], { cwd: folder });
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("\norders:\n  channel: 'orders/{id}'"),
    });
    expect(routingOf(folder)).toBe(ROUTING);
    expect(filesOf(`${folder}/topics`)).toEqual(['orders.test.ts', 'orders.ts']);
  });

  it.each([
    ['a route of that name', ['shop.news'], 'there is a route shop.news already, for news/{topic}'],
    ['a handler of that name', ['broadcast'], 'there is a handler broadcast already'],
    [
      'a name that the settings give',
      ['shop.named'],
      'topics: in the settings gives the handler name shop.named',
    ],
    ['a file of that name', ['taken'], 'already there, and not overwritten: taken.ts'],
    ['a channel that an earlier route takes', ['late', '--channel', 'news/sport'], 'never'],
    ['a channel that is declared', ['twice', '--channel', 'news/{x<[a-z]+>}'], 'shop.news'],
    ['a channel that is none', ['odd', '--channel', 'odd/{id'], 'is no channel'],
    ['a channel that would end a comment', ['odd', '--channel', 'odd*/x'], 'is no channel'],
    ['a name that is none', ['../orders'], 'is no name'],
    ['methods without a place for them', ['odd', '--methods', 'add'], 'has no {method}'],
    ['a method that is a hook', ['odd', '--channel', 'odd/{method}', '--methods', 'onPublish'], 'onPublish'],
    ['a method that is none', ['odd', '--channel', 'odd/{method}', '--methods', 'a-b'], 'is no method'],
  ])('makes nothing of %s', async (_what, args, message) => {
    const folder = project({
      'topics/taken.ts': '',
      'signalbox.yml': 'topics: { handlers: topics, shop.named: broadcast }\n',
    });
    const before = filesOf(folder);
    const { code, stdout, stderr } = await cli(['make', 'topic', ...args], { cwd: folder });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
    expect(filesOf(folder)).toEqual(before);
    expect(routingOf(folder)).toBe(ROUTING);
  });

  it('makes nothing where a route cannot be added to what the file says', async () => {
    const folder = project({
      'routing/websocket_routing.yml': '{ a: { channel: a, handler: broadcast } }\n',
    });
    expect(await cli(['make', 'topic', 'orders'], { cwd: folder })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing was made'),
    });
    expect(routingOf(folder)).toBe('{ a: { channel: a, handler: broadcast } }\n');
  });

  it('makes the routing file where there is none', async () => {
    const folder = testFolder({ 'signalbox.yml': 'routing: [routes]\n', 'routes/.keep': '' });
    const { code, stdout, stderr } = await cli(['make', 'topic', 'orders'], { cwd: folder });
    expect({ code, stdout, stderr }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('websocket_routing.yml'),
    });
  });

  it('knows how a name is written in each place', () => {
    expect(topicWords('shopOrder_lines')).toMatchObject({
      class: 'ShopOrderLines',
      file: 'shop-order-lines',
      channel: 'shop/order/lines/{id}',
    });
    expect(topicWords('a', 'a/{x<\\d+>?7}/{y}')).toMatchObject({
      pattern: 'a/{x}/{y}',
      params: ['x', 'y'],
      open: ['y'],
    });
  });
});

describe('signalbox make route-test', () => {
  it('says what the rules say now, which then holds', async () => {
    const folder = project({
      'routing/websocket_routing.yml': `private: { channel: 'p/{user_id}/{kind}', handler: secured, requirements: { kind: 'mail|call' } }\n`,
    });
    expect(await cli(['make', 'route-test', 'private'], { cwd: folder })).toMatchObject({
      code: 0,
      stderr: '',
    });
    const text = readFileSync(`${folder}/routing/private.route-test.yml`, 'utf8');
    expect(text).toContain('- channel: p/5/mail\n');
    expect(text).toContain("  allow:\n    subscribe: ['user:5']\n    publish: [backend]\n");
    expect(await cli(['test'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+ passed, 0 failed/m),
    });
    expect(await cli(['make', 'route-test', 'private'], { cwd: folder })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already there, and not overwritten: private.route-test.yml'),
    });
  });

  it('asks for a channel where it finds none, and refuses one of another route', async () => {
    const folder = project({
      'routing/websocket_routing.yml': `odd: { channel: 'o/{x}', handler: broadcast, requirements: { x: 'q{17}' } }\n`,
    });
    const asked = await cli(['make', 'route-test', 'odd'], { cwd: folder });
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('name one by --channel') });
    const wrong = await cli(['make', 'route-test', 'odd', '--channel', 'o/q'], { cwd: folder });
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('o/q does not belong to route odd'),
    });
    const named = ['make', 'route-test', 'odd', '--channel', `o/${'q'.repeat(17)}`, '--print'];
    expect(await cli(named, { cwd: folder })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('allow:'),
    });
  });

  it('knows the routes', async () => {
    const outcome = await cli(['make', 'route-test', 'nope'], { cwd: project() });
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('there are shop.news') });
  });
});
