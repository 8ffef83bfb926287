import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/app/server.js';
import { testFolder } from '../support/folder.js';

function folder(methods: string): string {
  return testFolder({
    'signalbox.yml': 'listen: { port: 0 }\nlog: { level: silent }\n',
    'routing/a.yml': "a: { channel: 'a/{method}', handler: a }\n",
    'topics/a.js': `export class A { static handler = 'a'; methods = ${methods}; add() {} onCall() {} size = 1; }\n`,
  });
}

describe('a handler with methods', () => {
  it('serves where it has them all', async () => {
    const server = await createServer({ config: `${folder("['add']")}/signalbox.yml`, env: {} });
    await server.close();
  });

  it.each(['subtract', 'size', 'onCall', 'constructor', '__proto__', 'toString'])(
    'that lists %s stops the start: it is no method of its own',
    async (name) => {
      const config = `${folder(JSON.stringify([name]))}/signalbox.yml`;
      const text = `methods of handler a lists "${name}", which is no method of its own`;
      await expect(createServer({ config, env: {} })).rejects.toThrow(text);
    },
  );
});

describe('a handler that says something in another form', () => {
  it.each([
    [
      "access = { subscribe: 'owner' }",
      "has a subscribe that is no list of rules: write subscribe: ['owner'], or [] for nobody",
    ],
    ["access = { subcribe: ['owner'] }", 'has "subcribe": did you mean "subscribe"?'],
    [
      "access = { write: ['owner'] }",
      'has "write": there are subscribe, publish, history, presence, call, register',
    ],
    ["access = 'owner'", "is no object: write access = { subscribe: ['owner'] }"],
    [
      "timers = [{ interval: '1s', tick() {} }]",
      'has something that is no timer: write timers = [{ interval: 1000,',
    ],
    ['timers = { interval: 1000, tick() {} }', 'is no list: write timers = [{'],
  ])('stops the start by %s, with file and line', async (member, text) => {
    const config = `${folder(`[];\n  ${member}`)}/signalbox.yml`;
    const place = `of handler a (${config.replace('signalbox.yml', 'topics/a.js')}:2) ${text}`;
    await expect(createServer({ config, env: {} })).rejects.toThrow(place);
  });

  it.each([
    "access = { subscribe: ['owner'], publish: undefined }",
    'timers = [{ interval: 1000, tick() {} }]',
  ])('serves with %s', async (member) => {
    const server = await createServer({ config: `${folder(`[];\n  ${member}`)}/signalbox.yml`, env: {} });
    await server.close();
  });
});
