import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUILT_IN_TOPICS, discover } from '../../src/app/discover.js';
import { remedyOf } from '../../src/app/nameless.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topics-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (file: string, text: string) => writeFile(join(folder, file), text);

describe('discovery of classes', () => {
  it('loads TypeScript and JavaScript, and keeps what a static field offers', {
    timeout: 60_000,
  }, async () => {
    await write(
      'a.ts',
      `import { RouterError, type TopicHandler } from 'signalbox';
       enum Kind { A = 'a' }
       export const TOKEN = Symbol.for('t');
       export class A implements TopicHandler { static readonly handler: string = Kind.A; refuse() { return new RouterError('forbidden', 'no'); } }
       export class Users { static readonly service = TOKEN; }
       export class Plain {}
       export const other = 5;`,
    );
    await write('b.mjs', `export class B { static handler = 'b'; }`);
    await write('c.js', `export default class C { static periodic = 'c'; interval = 5; tick() {} }`);
    await write('a.test.ts', `throw new Error('not a handler file')`);
    await write('types.d.ts', `export declare class D { static handler: 'd' }`);
    const { handlers, periodic, services } = await discover([folder]);
    expect([...handlers.keys()]).toEqual(['a', 'b']);
    expect([...periodic.keys()]).toEqual(['c']);
    expect([...services.keys()]).toEqual([Symbol.for('t')]);
  });

  it('knows the built-in classes, and lets the application replace them', async () => {
    expect([...(await discover([BUILT_IN_TOPICS])).handlers.keys()].sort()).toEqual([
      'broadcast',
      'chat.announcements',
      'chat.room',
      'chat.rooms',
      'chat.user',
      'ping',
      'procedure',
      'secured',
    ]);
    await write('own.js', `export class Own { static handler = 'ping'; }`);
    const { handlers } = await discover([BUILT_IN_TOPICS, folder]);
    expect(handlers.get('ping')?.file).toBe(join(folder, 'own.js'));
  });

  it('lets a class extend a built-in one, wherever the folder is', async () => {
    const source = (kind: string) =>
      `import { SecuredTopic } from 'signalbox/topics'; export class Own extends SecuredTopic { static ${kind} handler = '${kind}'; }`;
    await write('a.ts', source('readonly'));
    await write('b.js', source('').replace("''", "'script'"));
    expect([...(await discover([folder])).handlers.keys()]).toEqual(['readonly', 'script']);
  });

  it('accepts one class under two exports, and refuses two classes under one name', async () => {
    await write('a.js', `export class A { static handler = 'a'; } export default A;`);
    expect([...(await discover([folder])).handlers.keys()]).toEqual(['a']);
    await write('b.js', `export class B { static handler = 'a'; }`);
    await expect(discover([folder])).rejects.toThrow(/b\.js and .*a\.js both offer a/);
  });

  it.each([
    ['a syntax error', 'export class {', 'a.ts cannot be loaded'],
    ['an error of its own', `throw new Error('no database')`, 'no database'],
    ['an import of nothing', `import 'not-there'`, 'not-there'],
  ])('names the file with %s', async (_text, source, message) => {
    await write('a.ts', source);
    await expect(discover([folder])).rejects.toThrow(message);
    await expect(discover([folder])).rejects.toThrow('a.ts');
  });

  it('loads what the extension says is CommonJS', async () => {
    await write('a.cjs', `class A {} A.handler = 'a'; module.exports = { A };`);
    await write('b.cts', `class B { static readonly handler: string = 'b'; } export = { B };`);
    await write('c.cjs', `module.exports = class { static handler = 'c' };`);
    expect([...(await discover([folder])).handlers.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('notes classes with hooks that have no name, and files that export nothing', async () => {
    await write(
      'a.ts',
      `export class Room { onPublish() {} } export class Helper {} export const other = 5;`,
    );
    await write('b.ts', `class Hidden { static readonly handler = 'hidden'; onSubscribe() {} }`);
    await write('c.ts', `export class Named { static readonly handler = 'named'; onPublish() {} }`);
    await write('types.ts', `export interface Said { readonly text: string }`);
    const offers = await discover([BUILT_IN_TOPICS, folder]);
    expect(offers.nameless).toEqual([
      { file: join(folder, 'a.ts'), class: 'Room' },
      { file: join(folder, 'b.ts'), class: undefined },
    ]);
    expect(remedyOf(offers, 'room')).toMatch(
      /^class Room of .*a\.ts has no static readonly handler = 'room': add it; .*b\.ts exports nothing: export a class with static readonly handler = 'room'$/,
    );
  });
});
