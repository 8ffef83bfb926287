import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/app/server.js';
import { testFolder } from '../support/folder.js';

const TYPED = `import { readFileSync } from 'node:fs';

interface Options {
  readonly url?: string;
}

export class A {
  static readonly handler = 'a';
  constructor(options: Options = {}) {
    if (options.url === undefined) BODY
  }
}
`;

const SERVICE = `
export const STORE = Symbol('store');
export class Store {
  static service = STORE;
  constructor() {
    throw new Error('no database');
  }
}
`;

const INJECTS = `import { STORE } from './store.js';
export class A { static handler = 'a'; static inject = [STORE]; }
`;

/** What the start ends with; FOLDER stands for that of the handlers. */
async function failure(topics: Readonly<Record<string, string>>): Promise<string> {
  const folder = testFolder({
    'signalbox.yml': 'listen: { port: 0 }\nlog: { level: silent }\n',
    'routing/a.yml': 'a: { channel: a, handler: a }\n',
    'package.json': '{ "type": "module" }',
    ...Object.fromEntries(Object.entries(topics).map(([name, text]) => [`topics/${name}`, text])),
  });
  const starting = createServer({ config: `${folder}/signalbox.yml`, env: {} });
  const error = await starting.then(
    () => 'it started',
    (reason: unknown) => (reason as Error).message,
  );
  return error.replaceAll(`${folder}/topics`, 'FOLDER');
}

describe('a handler that cannot be made', () => {
  it('is shown with the file and line of what its constructor throws', async () => {
    const thrown = await failure({ 'a.ts': TYPED.replace('BODY', "throw new Error('no url');") });
    expect(thrown).toBe('a of FOLDER/a.ts cannot be built: no url (thrown at FOLDER/a.ts:10)');
  });

  it('is shown with its own line where it calls what throws', async () => {
    const thrown = await failure({ 'a.ts': TYPED.replace('BODY', "readFileSync('/no/such/file');") });
    expect(thrown).toMatch(/ENOENT.* \(thrown at FOLDER\/a\.ts:10\)$/);
  });

  it('is shown with the line of a service that it injects', async () => {
    const thrown = await failure({ 'a.js': INJECTS, 'store.js': SERVICE });
    expect(thrown).toBe(
      'Store of FOLDER/store.js cannot be built: no database (thrown at FOLDER/store.js:6)',
    );
  });

  it('is shown without a line where it is the server that finds the fault', async () => {
    const body = "export class A { static handler = 'a'; static inject = [Symbol('nothing')]; }";
    expect(await failure({ 'a.js': body })).toMatch(/nobody offers Symbol\(nothing\)(?!.*thrown at)/);
  });

  it('is shown with what it throws where that is no error', async () => {
    expect(await failure({ 'a.ts': TYPED.replace('BODY', "throw 'nothing';") })).toBe(
      'a of FOLDER/a.ts cannot be built: nothing',
    );
  });

  it('is shown with the line of a module that throws when it is loaded', async () => {
    expect(await failure({ 'a.ts': "const a: number = 1;\nthrow new Error('no ' + a);\n" })).toBe(
      'FOLDER/a.ts cannot be loaded: no 1 (thrown at FOLDER/a.ts:2)',
    );
  });
});
