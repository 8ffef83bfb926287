import { loadRouteTests } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../support/folder.js';
import { REPOSITORY } from '../support/server.js';

const ROUTES = `
chat.room:
  channel: 'chat/{room}'
  handler: broadcast
  requirements: { room: '[a-z]+' }
  access:
    subscribe: owner-of-room
    publish: 'payload.text != "" && user.claims.tenant == "acme"'
    history: backend
`;

describe('the route tests of this repository', async () => {
  for (const { name, run } of await loadRouteTests({ config: `${REPOSITORY}signalbox.yml` })) it(name, run);
});

describe('a route test', () => {
  it.each([
    ['route: chat.lobby', 'chat/a belongs to chat.lobby; it belongs to chat.room'],
    ['route: ~', 'chat/a belongs to no route; it belongs to chat.room'],
    ['handler: chat', 'chat/a is handled by chat; it is handled by broadcast'],
    ['handler: ~', 'chat/a is handled by nobody; it is handled by broadcast'],
    ['params: { room: b }', 'chat/a has room = b; it has room = a'],
    ['params: {}', 'chat/a has no parameters; it has room = a'],
    ['params: { toString: a }', 'chat/a has toString = a; it has room = a'],
    ['allow: { subscribe: anonymous }', 'anonymous may subscribe to chat/a; it is refused'],
    [
      'deny: { subscribe: { user: 5, role: owner-of-room } }',
      'user 5 with role owner-of-room may not subscribe to chat/a; it is allowed',
    ],
    [
      'deny: { publish: { user: 5, claims: { tenant: acme } } }, payload: { text: hi }',
      'user 5 with claims {"tenant":"acme"} may not publish {"text":"hi"} to chat/a; it is allowed',
    ],
    [
      "allow: { publish: { user: 5, claims: { tenant: acme } } }, payload: { text: '' }",
      'user 5 with claims {"tenant":"acme"} may publish {"text":""} to chat/a; it is refused',
    ],
    ["allow: { history: 'user:5' }", 'user 5 may read the history of chat/a; it is refused'],
    ["allow: { call: 'user:5' }", 'user 5 may call chat/a; it is refused'],
    ["allow: { register: 'user:5' }", 'user 5 may register chat/a; it is refused'],
    ['deny: { history: "backend:shop" }', 'backend shop may not read the history of chat/a; it is allowed'],
  ])('fails with %s', async (expectation, message) => {
    const [test, ...more] = await tests(`- { channel: chat/a, ${expectation} }`);
    expect(more).toEqual([]);
    expect(() => test?.run()).toThrow(`a.route-test.yml:1  failed: ${message}\n`);
  });

  it.each([
    'route: chat.room',
    'handler: broadcast',
    'params: { room: a }',
    'deny: { subscribe: anonymous }',
    'allow: { subscribe: { user: 5, roles: [owner-of-room] } }',
    'allow: { publish: { user: 5, claims: { tenant: acme } } }, payload: { text: hi }',
    'deny: { publish: { user: 5, claims: { tenant: other } } }, payload: { text: hi }',
    'allow: { history: backend }',
    'deny: { call: anonymous, register: backend }',
  ])('passes with %s', async (expectation) => {
    const [test] = await tests(`- { channel: chat/a, ${expectation} }`);
    expect(test?.run).not.toThrow();
  });

  it.each([
    ['refusal', 'deny: { subscribe: anonymous }'],
    ['permission', 'allow: { history: backend }'],
    ['handler', 'handler: ~'],
    ['parameter', 'params: {}'],
  ])('fails where no route has the %s, and says how near each came', async (_what, expectation) => {
    const [test] = await tests(`- { channel: chat/A, ${expectation} }`);
    expect(() => test?.run()).toThrow(/it belongs to no route\n +chat\.room .* fails on "A"/);
  });

  it('may say that no route matches, and that everybody is refused therefore', async () => {
    const [route, refusal, permission] = await tests(
      '- { channel: chat/A, route: ~, deny: { subscribe: anonymous } }\n' +
        '- { channel: chat/A, route: ~, allow: { history: backend } }',
    ).then(([a, b, , d]) => [a, b, d]);
    expect(route?.run).not.toThrow();
    expect(refusal?.run).not.toThrow();
    expect(permission?.run).toThrow('it belongs to no route');
  });
});

describe('loadRouteTests', () => {
  it('tells the place of each test', async () => {
    const [, second] = await tests('- channel: chat/a\n  route: chat.room\n  handler: broadcast');
    expect(second).toMatchObject({ line: 3, file: expect.stringMatching(/a\.route-test\.yml$/) });
  });

  it('throws with all findings', async () => {
    await expect(tests('- chanel: chat/a\n  rout: ~')).rejects.toThrow(
      /did you mean "channel"[\s\S]*"route"/,
    );
  });

  it('throws where there is no test', async () => {
    const config = `${testFolder({ 'signalbox.yml': 'routing: routing\n', 'routing/a.yml': ROUTES })}/signalbox.yml`;
    await expect(loadRouteTests({ config })).rejects.toThrow('no route test found: write');
  });
});

function tests(text: string) {
  const folder = testFolder({
    'signalbox.yml': 'routing: routing\n',
    'routing/a.yml': ROUTES,
    'routing/a.route-test.yml': text,
  });
  return loadRouteTests({ config: `${folder}/signalbox.yml` });
}
