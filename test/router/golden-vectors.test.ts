import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/core/route.js';
import { RouteTable } from '../../src/router/index.js';
import { testRoute } from '../../src/testing.js';

const EMAIL = testRoute('email', 'oro/email_event/{user_id}/{organization_id}', {
  requirements: { user_id: '\\d+', organization_id: { pattern: '\\d+', wildcard: true } },
});
const ID = '123456789012345678901234567890'.slice(0, 20);

const matched = (routes: Route[], channel: string) => {
  const found = new RouteTable(routes).match(channel);
  return found && { [found.route.name]: found.params };
};

/** What the ancestor's router does with real channels; where it was wrong, what is right instead. */
const VECTORS: [text: string, routes: Route[], channel: string, expected: unknown][] = [
  ['attributes are text', [EMAIL], 'oro/email_event/5/7', { email: { user_id: '5', organization_id: '7' } }],
  [
    'the wildcard is the literal *',
    [EMAIL],
    'oro/email_event/5/*',
    { email: { user_id: '5', organization_id: '*' } },
  ],
  ['no wildcard on user_id', [EMAIL], 'oro/email_event/*/7', undefined],
  ['all is not a wildcard', [EMAIL], 'oro/email_event/5/all', undefined],
  ['a stray trailing slash is not swallowed', [EMAIL], 'oro/email_event/5/7/', undefined],
  ['a slash of the pattern is not optional', [testRoute('r', 'chat/{room}/')], 'chat/x', undefined],
  ['a slash of the pattern matches', [testRoute('r', 'chat/{room}/')], 'chat/x/', { r: { room: 'x' } }],
  [
    'a trailing slash does not turn a static channel into a parameter',
    [testRoute('s', 'chat/lobby'), testRoute('d', 'chat/{room}')],
    'chat/lobby/',
    undefined,
  ],
  ['a leading slash is not dropped', [EMAIL], '/oro/email_event/5/7', undefined],
  ['case counts', [EMAIL], 'ORO/email_event/5/7', undefined],
  ['a query is part of the name', [EMAIL], 'oro/email_event/5/7?x=1', undefined],
  ['a URL is not a channel', [EMAIL], 'http://x/oro/email_event/5/7', undefined],
  ['a sign is not a digit', [EMAIL], 'oro/email_event/-5/7', undefined],
  ['Arabic digits are not \\d', [EMAIL], 'oro/email_event/٥/7', undefined],
  [
    'leading zeros stay',
    [EMAIL],
    'oro/email_event/05/007',
    { email: { user_id: '05', organization_id: '007' } },
  ],
  [
    'long ids stay text',
    [EMAIL],
    `oro/email_event/${ID}/1`,
    { email: { user_id: ID, organization_id: '1' } },
  ],
  [
    'the first declared wins: dynamic',
    [testRoute('a', 'chat/{room}'), testRoute('b', 'chat/lobby')],
    'chat/lobby',
    { a: { room: 'lobby' } },
  ],
  [
    'the first declared wins: static',
    [testRoute('b', 'chat/lobby'), testRoute('a', 'chat/{room}')],
    'chat/lobby',
    { b: {} },
  ],
  ['of two equal channels the first is taken', [testRoute('a', 'x'), testRoute('b', 'x')], 'x', { a: {} }],
  [
    'a trailing parameter with a default is optional',
    [testRoute('r', 'x/{a}/{b}', { defaults: { b: '7' } })],
    'x/1',
    { r: { a: '1', b: '7' } },
  ],
  [
    'separators other than / are text of a parameter',
    [testRoute('r', 'x/{a}')],
    'x/a.b:c*',
    { r: { a: 'a.b:c*' } },
  ],
  ['nothing is percent-decoded', [testRoute('r', 'x/{a}')], 'x/a%2Fb', { r: { a: 'a%2Fb' } }],
  [
    'nothing that looks percent-encoded throws',
    [testRoute('r', 'x/{a}')],
    'x/%E0%A4%A',
    { r: { a: '%E0%A4%A' } },
  ],
  ['letters beyond ASCII', [testRoute('r', 'x/{a}')], 'x/é', { r: { a: 'é' } }],
  ['a parameter is never empty', [testRoute('r', 'x/{a}')], 'x/', undefined],
  [
    'a requirement may span segments',
    [testRoute('r', 'x/{a}', { requirements: { a: 'foo|bar/baz|.+' } })],
    'x/p/q/r',
    { r: { a: 'p/q/r' } },
  ],
  [
    'a parameter ends at the next separator',
    [testRoute('r', 'x/{a}.{b}')],
    'x/1.2.3',
    { r: { a: '1', b: '2.3' } },
  ],
  ['adjacent parameters share greedily', [testRoute('r', 'x/{a}{b}')], 'x/abc', { r: { a: 'ab', b: 'c' } }],
  [
    'a requirement decides where its parameter ends',
    [testRoute('r', 'x/{file}.{type}', { requirements: { file: '[\\w.]+', type: '\\w+' } })],
    'x/a.b.c',
    { r: { file: 'a.b', type: 'c' } },
  ],
  [
    'a default may belong to a parameter that spans segments and shares one',
    [testRoute('r', 'x/v{a}', { requirements: { a: '.+' }, defaults: { a: '1' } })],
    'x/v7/8',
    { r: { a: '7/8' } },
  ],
  [
    'and may be left out',
    [testRoute('r', 'x/v{a}', { requirements: { a: '.+' }, defaults: { a: '1' } })],
    'x/v',
    { r: { a: '1' } },
  ],
  ['colons separate', [testRoute('r', 'oro.email:{u}:{o}')], 'oro.email:5:7', { r: { u: '5', o: '7' } }],
  [
    'syntax of other routers is text',
    [testRoute('r', 'a*b?c(d)[e]+:f!{g}')],
    'a*b?c(d)[e]+:f!1',
    { r: { g: '1' } },
  ],
  ['{a-b} is text', [testRoute('r', 'x/{a-b}')], 'x/{a-b}', { r: {} }],
];

describe('route table', () => {
  it.each(VECTORS)('%s', (_text, routes, channel, expected) => {
    expect(matched(routes, channel)).toEqual(expected);
  });

  it('keeps the order of declaration across shapes and requirements', () => {
    const routes = [
      testRoute('digits', 'workflow/{id}', { requirements: { id: '\\d+' } }),
      testRoute('method', 'workflow/{method}', { requirements: { method: '[a-z_]+' } }),
      testRoute('rest', '{any}', { requirements: { any: '.+' } }),
    ];
    expect(matched(routes, 'workflow/12')).toEqual({ digits: { id: '12' } });
    expect(matched(routes, 'workflow/start')).toEqual({ method: { method: 'start' } });
    expect(matched(routes, 'workflow/START')).toEqual({ rest: { any: 'workflow/START' } });
  });

  it.each([
    ['', 'is empty'],
    ['oro/email_event/5/7\n', 'control'],
    ['x/\u202eabc', 'direction'],
    ['x/\ud800', 'well-formed'],
    ['x/e\u0301', 'NFC'],
    ['x'.repeat(256), 'limits.channel of 255'],
    ['é'.repeat(200), 'limits.channel of 255'],
  ])('refuses %j as a name', (channel, reason) => {
    expect(() => new RouteTable([EMAIL]).match(channel)).toThrow(reason);
  });

  it.each(['__proto__', 'constructor', 'toString'])('treats %s as any other channel', (channel) => {
    expect(matched([EMAIL], channel)).toBeUndefined();
    expect(matched([testRoute('r', channel)], channel)).toEqual({ r: {} });
  });
});

describe('an explanation', () => {
  const table = new RouteTable([
    testRoute('ping', 'oro/ping'),
    EMAIL,
    testRoute('list', 'list/{a}.{b}', { requirements: { b: '\\d+' } }),
    testRoute('only', 'only/{a}', { handler: undefined }),
    testRoute('rest', 'rest/{path}', { requirements: { path: '.+' } }),
  ]);
  const reasons = (channel: string) =>
    table.explain(channel).map(({ route, reason }) => `${route.name}: ${reason ?? 'matches'}`);

  it.each([
    ['oro/ping', ['ping: matches']],
    ['oro/email_event/5/7', ['ping: segment 2 is "email_event", not "ping"', 'email: matches']],
    [
      'oro/email_event/5/x',
      [expect.anything(), 'email: requirement \\d+ or * of parameter organization_id fails on "x"'],
    ],
    ['oro/email_event/5', [expect.anything(), 'email: it has 4 segments, the channel 3 segments']],
    [
      'list/a.b',
      [
        expect.anything(),
        expect.anything(),
        'list: the pattern list/{a}.{b} with its requirements does not fit',
      ],
    ],
    [
      'only/1',
      [
        expect.anything(),
        expect.anything(),
        expect.anything(),
        'only: it has no handler and only generates channels',
      ],
    ],
    [
      'rest/a/b/c',
      [expect.anything(), expect.anything(), expect.anything(), expect.anything(), 'rest: matches'],
    ],
  ])('of %s says for each route what did not fit', (channel, expected) => {
    const found = reasons(channel);
    expect(found.slice(0, expected.length)).toEqual(expected);
  });

  it('stops at the route that a match finds', () => {
    for (const channel of ['oro/ping', 'oro/email_event/5/7', 'rest/x', 'nowhere']) {
      expect(table.explain(channel).find(({ matched }) => matched)?.route.name).toBe(
        table.match(channel)?.route.name,
      );
    }
  });
});
