import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../../support/cli.js';
import { makeFolder } from '../../support/folder.js';
import { REPOSITORY } from '../../support/server.js';

const ROUTES = `
mail:
  channel: 'mail/{user_id}/{box}'
  handler: broadcast
  requirements: { user_id: '\\d+', box: 'in|out' }
  payload:
    schema:
      type: object
      properties:
        subject: { type: string, description: 'What it is about.' }
        state: { enum: [new, read] }
        replies: { type: array, items: { $ref: '#' } }
        from: { $ref: '#/$defs/record' }
      required: [subject]
      additionalProperties: false
      $defs: { record: { type: [string, 'null'] } }
shape:
  channel: shape
  handler: broadcast
  payload:
    schema:
      type: object
      properties:
        form:
          oneOf:
            - { type: object, properties: { kind: { const: circle }, r: { type: number } }, required: [kind, r], additionalProperties: false }
            - { type: object, properties: { kind: { const: square }, a: { type: number } }, required: [kind, a], additionalProperties: false }
        name: { allOf: [{ type: object, properties: { first: { type: string } }, required: [first] }, { type: object, properties: { last: { type: string } }, required: [last] }] }
        size: { type: array, prefixItems: [{ type: number }, { enum: [cm, in] }], items: false }
        more: { type: object, additionalProperties: { type: boolean } }
      required: [form]
      additionalProperties: false
ticks: { channel: ticks, handler: broadcast, payload: text, access: { publish: [] } }
other: { channel: other, handler: broadcast }
add: { channel: 'math/{method}', handler: procedure, access: { call: anyone, register: anyone, subscribe: [] } }
`;

/** What somebody writes, and what the compiler says about it; undefined where that is nothing. */
const CASES: Readonly<Record<string, readonly [code: string, complaint: RegExp | undefined]>> = {
  'a channel with its parameters': [
    "sync.subscribe('mail/{user_id}/{box}', { user_id: 5, box: 'in' }, (mail, { channel }) => [mail.subject.length, mail.replies?.[0]?.state, mail.from?.length, channel]);",
    undefined,
  ],
  'a channel without parameters': [
    "sync.subscribe('ticks', (tick) => tick.length); sync.unsubscribe('ticks');",
    undefined,
  ],
  'a payload as the schema has it': [
    "sync.publish('mail/{user_id}/{box}', { user_id: '5', box: 'out' }, { subject: 'hello', from: null });",
    undefined,
  ],
  'a payload of a route without a schema': [
    "sync.publish('other', 1); sync.subscribe('other', (x: unknown) => x);",
    undefined,
  ],
  'one of several forms, and lists and maps': [
    "sync.publish('shape', { form: { kind: 'square', a: 2 }, name: { first: 'a', last: 'b' }, size: [1, 'cm'], more: { x: true } });",
    undefined,
  ],
  'a message of several forms': [
    "sync.subscribe('shape', ({ form }) => (form.kind === 'circle' ? form.r : form.a));",
    undefined,
  ],
  'a procedure': [
    "sync.call('math/{method}', { method: 'add' }, 1, 2).then((sum: unknown) => sum);",
    undefined,
  ],
  'a pattern': ["sync.subscribe('mail', (x) => x, { match: 'prefix' });", undefined],
  'what has no types': [
    "sync.on('connection_lost', () => undefined); sync.close(); createSync().reconnect();",
    undefined,
  ],
  'a wrong channel': [
    "sync.subscribe('tick', () => undefined);",
    /Argument of type '"tick"' is not assignable/,
  ],
  'a channel without its parameters': [
    "sync.subscribe('mail/{user_id}/{box}', () => undefined);",
    /not assignable|Expected 3-4 arguments|Property 'box' is missing|missing the following properties/,
  ],
  'a parameter too few': [
    "sync.subscribe('mail/{user_id}/{box}', { user_id: 5 }, () => undefined);",
    /Property 'box' is missing/,
  ],
  'a misspelt parameter': [
    "sync.subscribe('mail/{user_id}/{box}', { user: 5, box: 'in' }, () => undefined);",
    /'user' does not exist in type|did you mean to write 'user_id'/,
  ],
  'a value that the requirement has not': [
    "sync.subscribe('mail/{user_id}/{box}', { user_id: 5, box: 'spam' }, () => undefined);",
    /Type '"spam"' is not assignable to type '"in" \| "out"'/,
  ],
  'a payload that the schema refuses': [
    "sync.publish('mail/{user_id}/{box}', { user_id: 5, box: 'in' }, { subject: 1 });",
    /Type 'number' is not assignable to type 'string'/,
  ],
  'a payload with more than there is': [
    "sync.publish('mail/{user_id}/{box}', { user_id: 5, box: 'in' }, { subject: 'a', cc: 1 });",
    /'cc' does not exist in type/,
  ],
  'a value that the schema has not': [
    "sync.publish('mail/{user_id}/{box}', { user_id: 5, box: 'in' }, { subject: 'a', state: 'lost' });",
    /Type '"lost"' is not assignable to type '"new" \| "read"/,
  ],
  'a list of the wrong kind': [
    "sync.publish('mail/{user_id}/{box}', { user_id: 5, box: 'in' }, { subject: 'a', replies: ['b'] });",
    /Type 'string' is not assignable to type/,
  ],
  'a reference to something else': [
    "sync.publish('mail/{user_id}/{box}', { user_id: 5, box: 'in' }, { subject: 'a', from: 5 });",
    /Type 'number' is not assignable to type 'string/,
  ],
  'a mixture of two forms': [
    "sync.publish('shape', { form: { kind: 'circle', a: 2 } });",
    /not assignable|does not exist/,
  ],
  'half of what belongs together': [
    "sync.publish('shape', { form: { kind: 'circle', r: 2 }, name: { first: 'a' } });",
    /Property 'last' is missing|not assignable/,
  ],
  'an item that the list has not': [
    "sync.publish('shape', { form: { kind: 'circle', r: 2 }, size: [1, 'km'] });",
    /Type '"km"' is not assignable/,
  ],
  'a value that the map has not': [
    "sync.publish('shape', { form: { kind: 'circle', r: 2 }, more: { x: 1 } });",
    /Type 'number' is not assignable to type 'boolean'/,
  ],
  'what a message has not': [
    "sync.subscribe('mail/{user_id}/{box}', { user_id: 5, box: 'in' }, (mail) => mail.body);",
    /Property 'body' does not exist/,
  ],
  'a publication where nobody may': [
    "sync.publish('ticks', 'tock');",
    /Argument of type '"ticks"' is not assignable/,
  ],
  'a subscription where nobody may': [
    "sync.subscribe('math/{method}', { method: 'add' }, () => undefined);",
    /'"math\/\{method\}"' is not assignable/,
  ],
  'a call of what is no procedure': ["sync.call('ticks');", /not assignable/],
};

describe('signalbox types', { timeout: 90_000 }, () => {
  let folder: string;
  const complaints = new Map<string, string>();

  beforeAll(async () => {
    const files = Object.entries(CASES).map(([, [code]], i) => {
      const script = `// @ts-check\nimport { createSync, sync } from './sync.js';\nvoid createSync;\n${code}\n`;
      return [[`case-${i}.ts`, script] as const, [`plain-${i}.js`, script.replace(': unknown', '')] as const];
    });
    folder = makeFolder({
      'signalbox.yml': 'routing: routes.yml\naccess: { subscribe: user, publish: user }\n',
      'routes.yml': ROUTES,
      ...Object.fromEntries(files.flat()),
    });
    mkdirSync(`${folder}/node_modules`);
    symlinkSync(REPOSITORY, `${folder}/node_modules/signalbox`);
    const { code, stderr } = await cli([
      'types',
      '--config',
      `${folder}/signalbox.yml`,
      '--out',
      `${folder}/sync.d.ts`,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `written: ${folder}/sync.d.ts\n` });
    compile(
      files.flat().map(([name]) => `${folder}/${name}`),
      complaints,
    );
  }, 90_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const [i, [name, [, complaint]]] of Object.entries(CASES).entries()) {
    for (const file of [`case-${i}.ts`, `plain-${i}.js`]) {
      it(`${complaint === undefined ? 'takes' : 'refuses'} ${name}, in ${file.slice(-2)}`, () => {
        if (complaint === undefined) expect(complaints.get(file)).toBeUndefined();
        else expect(complaints.get(file)).toMatch(complaint);
      });
    }
  }

  it('says of each property what the schema says of it', () => {
    expect(readFileSync(`${folder}/sync.d.ts`, 'utf8')).toContain(
      '/** What it is about. */ readonly "subject": string;',
    );
  });

  it('writes declarations that have no fault themselves', () => {
    expect(complaints.get('sync.d.ts')).toBeUndefined();
  });
});

/** What the compiler says, by the name of the file. */
function compile(files: readonly string[], complaints: Map<string, string>): void {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    allowJs: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    skipDefaultLibCheck: true,
    types: [],
  });
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const name = file?.fileName.split('/').at(-1) ?? 'the program';
    complaints.set(
      name,
      `${complaints.get(name) ?? ''}${ts.flattenDiagnosticMessageText(messageText, '\n')}\n`,
    );
  }
}
