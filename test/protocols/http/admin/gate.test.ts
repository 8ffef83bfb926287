import { describe, expect, it } from 'vitest';
import { RouterError } from '../../../../src/core/errors.js';
import type { HttpEndpoint, HttpRequest } from '../../../../src/core/http.js';
import { adminEndpoints } from '../../../../src/protocols/http/index.js';
import { testBackend } from '../../../../src/testing.js';

type Parts = Parameters<typeof adminEndpoints>[0];

const LOOKING = ['overview', 'sessions', 'channels', 'routes', 'queues', 'refusals', 'slow', 'nodes'];
const MORE_LOOKING = ['history', 'presence', 'stream', 'reloads', 'explain'];

/** Something whose every method says that it was called, and goes no further. */
function trap(called: (name: string) => void, name: string): object {
  return new Proxy(() => undefined, {
    get: (_, member) => (typeof member === 'symbol' ? undefined : trap(called, `${name}.${member}`)),
    apply() {
      called(name);
      throw new Error(`${name} was called`);
    },
  });
}

/** All endpoints of operators, before ports that tell what is asked of them. */
function serve(mode: 'read' | 'full') {
  const called: string[] = [];
  const port = (name: string) => trap((member) => called.push(member), name);
  const names = ['inspection', 'redaction', 'cluster', 'streams', 'logger', 'router', 'limits', 'reload'];
  const authenticator: Parts['authenticator'] = {
    method: 'key',
    authenticate: async ({ credential }) => (credential?.secret === 'right' ? testBackend() : undefined),
  };
  const parts = Object.fromEntries(names.map((name) => [name, port(name)])) as unknown as Parts;
  return { called, endpoints: adminEndpoints({ ...parts, mode, authenticator }) };
}

const BODY = { operation: 'subscribe', channel: 'a', as: 'backend' };
const QUERY = new URLSearchParams({ channel: 'a', as: 'backend' });

/** What it is refused with; undefined where it went on. */
async function refusal(endpoint: HttpEndpoint, headers: HttpRequest['headers']): Promise<string | undefined> {
  const { method, path } = endpoint;
  try {
    await endpoint.handle({
      method,
      url: new URL(`http://signalbox${path}?${QUERY}`),
      headers,
      remoteAddress: '192.0.2.1',
      body: Buffer.from(JSON.stringify(BODY)),
    });
    return undefined;
  } catch (error) {
    return error instanceof RouterError ? error.code : undefined;
  }
}

describe('every address of operators', () => {
  it('asks for the key before anything else', async () => {
    const { called, endpoints } = serve('full');
    const basic = `Basic ${Buffer.from('admin:right').toString('base64')}`;
    const tries = [{}, { authorization: 'Bearer wrong' }, { authorization: basic }, { cookie: 'key=right' }];
    for (const headers of tries)
      for (const endpoint of endpoints)
        expect(await refusal(endpoint, headers), endpoint.path).toBe('unauthorized');
    expect(called).toEqual([]);
  });

  it('that does more than look is closed to who may only look, before anything happens', async () => {
    const { called, endpoints } = serve('read');
    const open: string[] = [];
    for (const endpoint of endpoints) {
      const before = called.length;
      const code = await refusal(endpoint, { authorization: 'Bearer right' });
      if (code !== 'forbidden') open.push(endpoint.path.replace('/admin/api/', ''));
      else expect(called.slice(before), endpoint.path).toEqual([]);
    }
    expect(open.toSorted()).toEqual([...LOOKING, ...MORE_LOOKING].toSorted());
    expect(called.filter((name) => /^(router|reload|logger)|command/.test(name))).toEqual([]);
  });
});
