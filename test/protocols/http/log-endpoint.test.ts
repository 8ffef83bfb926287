import { describe, expect, it } from 'vitest';
import { Payload } from '../../../src/core/payload.js';
import { ANONYMOUS, type Principal } from '../../../src/core/session.js';
import { LogEndpoint } from '../../../src/protocols/http/index.js';
import { PAYLOADS, publication, said } from '../../contracts/publications.js';
import { FakeRouter } from './fake-router.js';

const ANN: Principal = { ...ANONYMOUS, kind: 'user', id: 'ann' };

function setUp() {
  const router = new FakeRouter();
  const endpoint = new LogEndpoint({
    router,
    authenticator: {
      method: 'fake',
      authenticate: ({ credential }) => (credential?.secret === 'key' ? ANN : undefined),
    },
  });
  const get = (query: string, headers: Readonly<Record<string, string>> = { authorization: 'Bearer key' }) =>
    endpoint.handle({
      method: 'GET',
      url: new URL(`http://localhost/api/log?${query}`),
      headers,
      remoteAddress: '127.0.0.1',
      body: Buffer.alloc(0),
    });
  const asked = async (query: string) => {
    await get(query);
    return router.searches.at(-1)?.query;
  };
  return { router, get, asked };
}

describe('GET /api/log', () => {
  it('answers with lines as they were said, and where the next page begins', async () => {
    const { router, get } = setUp();
    const publisher = { session: '7', user: 'ann', role: 'user' };
    router.page = {
      lines: [
        {
          key: 3,
          publication: said('hello', { publisher, audience: { users: ['ann'] }, headers: { a: 'b' } }),
        },
        { key: 5, publication: publication(Payload.fromJson(Buffer.from('"1.0"'))) },
      ],
      next: 3,
    };
    const { status, headers, body } = await get('channel=chat/1');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    const payload = { type: 'message', from: { id: '6', name: 'Ann' }, text: 'hello' };
    expect(JSON.parse(String(body))).toEqual({
      messages: [
        { key: 3, id: '17', channel: 'chat/1', time: 1000, payload, publisher },
        { key: 5, id: '17', channel: 'chat/1', time: 1000, payload: '1.0' },
      ],
      next: 3,
    });
  });

  it.each(PAYLOADS)('answers with %s as JSON', async (_what, payload) => {
    const { router, get } = setUp();
    router.page = { lines: [{ key: 1, publication: publication(payload) }], next: undefined };
    const answer = JSON.parse(String((await get('channel=chat/1')).body));
    expect(answer).toEqual({ messages: [expect.objectContaining({ key: 1, payload: expect.anything() })] });
  });

  it('asks for whom the credential proves, and leaves no session behind', async () => {
    const { router, get } = setUp();
    await get('channel=chat/1');
    const [search] = router.searches;
    expect(search?.session.principal).toBe(ANN);
    expect(search?.session.closed).toBe(true);
  });

  it.each([[{}], [{ authorization: 'Bearer another' }], [{ cookie: 'key=key' }]])(
    'is for nobody with %j',
    async (headers: Readonly<Record<string, string>>) => {
      const { router, get } = setUp();
      await expect(get('channel=chat/1', headers)).rejects.toMatchObject({ code: 'unauthorized' });
      expect(router.searches).toEqual([]);
    },
  );

  it('reads every parameter', async () => {
    const { asked } = setUp();
    expect(
      await asked(
        'channel=chat/1&channel=chat/2&channel=chat/1&q=a+word&from=5&until=7&before=9&after=3&limit=4',
      ),
    ).toEqual({
      channels: ['chat/1', 'chat/2'],
      text: 'a word',
      from: 5,
      until: 7,
      before: 9,
      after: 3,
      limit: 4,
    });
    expect(await asked('channel=chat/1&q=&from=&limit=')).toEqual({ channels: ['chat/1'], limit: 50 });
  });

  it.each([
    ['from=2026-11-28T12:00:00Z', { from: Date.UTC(2026, 10, 28, 12) }],
    ['until=2026-11-28', { until: Date.UTC(2026, 10, 28) }],
    ['limit=0', { limit: 1 }],
    ['limit=1000', { limit: 1000 }],
    ['limit=100000', { limit: 1000 }],
    ['q=%00', { text: '\0' }],
    [`q=${'x'.repeat(256)}`, { text: 'x'.repeat(256) }],
  ])('takes %s', async (query, expected) => {
    const { asked } = setUp();
    expect(await asked(`channel=chat/1&${query}`)).toMatchObject(expected);
  });

  it.each([
    ['', 'name 1 to 20 channels'],
    ['channel=', 'name 1 to 20 channels'],
    [Array.from({ length: 21 }, (_, i) => `channel=${i}`).join('&'), 'name 1 to 20 channels'],
    [`channel=a&q=${'x'.repeat(257)}`, 'q is longer than 256 characters'],
    ['channel=a&limit=-1', 'limit is not a whole number'],
    ['channel=a&limit=1e3', 'limit is not a whole number'],
    ['channel=a&before=9999999999999999', 'before is not a whole number'],
    ['channel=a&after=x', 'after is not a whole number'],
    ['channel=a&from=yesterday', 'from is neither'],
    ['channel=a&until=1.5x', 'until is neither'],
  ])('refuses %s', async (query, reason) => {
    const { router, get } = setUp();
    await expect(get(query)).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(reason),
    });
    expect(router.searches).toEqual([]);
  });
});
