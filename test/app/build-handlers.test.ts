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
