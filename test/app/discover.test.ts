import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUILT_IN_TOPICS, discover } from '../../src/app/discover.js';
import { loadedFiles } from '../../src/app/load-module.js';
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
    [
      'a syntax error',
      'export class {',
      /a\.\w+ cannot be loaded: A class name is required \(at .*a\.\w+:2:14\)\n {2}1 \| .*\n {2}2 \| export class \{\n {4}\| {14}\^$/,
    ],
    ['an error of its own', `throw new Error('no database')`, /: no database \(thrown at .*a\.\w+:2\)$/],
    [
      'an import of no package',
      `import x from '@no/where/x'; x();`,
      /: there is no package @no\/where\S* \(imported at .*a\.\w+:2\): install it with npm install @no\/where$/,
    ],
    [
      'an import of no file',
      `import x from './nowhere.js'; x();`,
      /: there is no file \S*nowhere\.js \(imported at .*a\.\w+:2\): correct the path$/,
    ],
  ])('names file, line and remedy of %s', async (_text, source, message) => {
    // What reads scripts in tests has words of its own for those that it cannot read.
    for (const file of source === 'export class {' ? ['a.ts'] : ['a.ts', 'a.mjs', 'a.js']) {
      await write(file, `// ${file}\n${source}`);
      for (let i = 0; i < 2; i++) await expect(discover([folder])).rejects.toThrow(message);
      await rm(join(folder, file));
    }
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

  it.each(['a.ts', 'a.mts', 'a.js', 'a.mjs', 'a.cts'])(
    'names a thing that signalbox does not export, with line and likely name, in %s',
    async (file) => {
      await write(
        file,
        `import {\n  BroadcastTopic,\n  SecuredTpic,\n} from 'signalbox/topics';
         export class A extends BroadcastTopic { static handler = 'a'; onCall() { return new SecuredTpic(); } }`,
      );
      const text = `${join(folder, file)}:3 imports SecuredTpic from 'signalbox/topics', which does not export it: did you mean "SecuredTopic"?`;
      for (let i = 0; i < 2; i++) await expect(discover([folder])).rejects.toThrow(text);
    },
  );

  it('names one that stops the load, and one of a file that a handler imports', async () => {
    await write(
      'a.ts',
      `import { SecureTopic } from 'signalbox/topics'; export class A extends SecureTopic { static override readonly handler = 'a'; }`,
    );
    await expect(discover([folder])).rejects.toThrow(/a\.ts:1 imports SecureTopic .*"SecuredTopic"/);
    await mkdir(join(folder, 'topics'));
    await write('lib.ts', `import { Xyz } from 'signalbox';\nexport const lib = () => Xyz;`);
    await write('topics/b.ts', `import { lib } from '../lib.js'; export class B { onPublish() { lib(); } }`);
    await expect(discover([join(folder, 'topics')])).rejects.toThrow(
      /lib\.ts:1 imports Xyz from 'signalbox', which does not export it: it has CallError, /,
    );
  });

  it('takes types for what they are, whether they are called so or not, and comments', async () => {
    await write(
      'a.ts',
      `import { CallEvent, type PublishEvent, RouterError, Session, TopicHandler /* Gone */ } from 'signalbox';
       // import { Gone } from 'signalbox';
       export class A implements TopicHandler {
         static readonly handler = 'a';
         onPublish(session: Session, event: PublishEvent | CallEvent) { throw new RouterError('forbidden', session.id); }
       }`,
    );
    expect([...(await discover([folder])).handlers.keys()]).toEqual(['a']);
  });

  it.each(['a.ts', 'a.js', 'a.mjs'])(
    'loads %s that did not load, once it is mended, and what it imports',
    async (file) => {
      const source = `import { n } from './lib/n.mjs'; export class A { static handler = 'a' + n; }`;
      await mkdir(join(folder, 'lib'));
      await write('lib/n.mjs', 'export const n = 1;');
      for (const wrong of ['nobody.knows();', 'class {', `import 'not-there';`]) {
        await write(file, `${source}\n${wrong}`);
        await expect(discover([folder])).rejects.toThrow(file);
      }
      await write('lib/n.mjs', 'export const n = 2;');
      await write(file, source);
      expect([...(await discover([folder])).handlers.keys()]).toEqual(['a2']);
    },
  );

  it.each([
    ['a.mjs', 'lib.mjs', 'module'],
    ['a.js', 'lib.js', 'module'],
    ['a.ts', 'lib.mjs', 'commonjs'],
    ['a.ts', 'lib.js', 'module'],
    ['a.ts', 'lib.cjs', 'module'],
    ['a.mts', 'lib.ts', 'module'],
  ])(
    'sees that %s imports %s from elsewhere, which has changed, in a package of kind %s',
    async (file, lib, type) => {
      await mkdir(join(folder, 'topics'));
      await write('package.json', `{ "type": "${type}" }`);
      await write(
        `topics/${file}`,
        `import { name } from '../between.js'; export class A { static handler = name; }`,
      );
      const between = file.endsWith('ts') ? 'between.ts' : 'between.js';
      await write(between, `export { name } from './${lib.replace('.ts', '.js')}';`);
      const names = async () => [...(await discover([join(folder, 'topics')])).handlers.keys()];
      for (const name of ['one', 'two', 'three']) {
        await write(
          lib,
          lib.endsWith('.cjs') ? `exports.name = '${name}';` : `export const name = '${name}';`,
        );
        expect(await names()).toEqual([name]);
      }
      expect(loadedFiles()).toContain(join(folder, lib));
      expect(loadedFiles()).toContain(join(folder, between));
    },
  );
});
