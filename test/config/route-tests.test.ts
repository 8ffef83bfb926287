import { describe, expect, it } from 'vitest';
import { findRouteTests, formatFindings, readRouteTests } from '../../src/config/index.js';
import { readActor } from '../../src/core/actor.js';
import { brief, folderOf, load, loadTests } from './harness.js';

const ROUTE = "chat.room: { channel: 'chat/{room}', handler: chat.room }\n";
const TEST = '- { channel: chat/lobby, allow: { subscribe: anonymous } }\n';

describe('a route test file', () => {
  it('says each thing that it expects, with its place', async () => {
    const { expectations, findings } = await loadTests(`
- channel: chat/5
  route: chat.room
  handler: ~
  params: { room: 05 }
  payload: { text: hello, to: [1] }
  allow:
    publish: user:5
  deny:
    subscribe: [anonymous, { user: 05, org: [7, '8'], role: admin, claims: { tenant: { id: 1 } } }]
`);
    expect(formatFindings(findings)).toBe('');
    expect(expectations).toMatchObject([
      { kind: 'route', channel: 'chat/5', route: 'chat.room', line: 3, column: 10 },
      { kind: 'handler', handler: undefined, line: 4 },
      { kind: 'params', params: { room: '05' }, line: 5 },
      { kind: 'access', operation: 'publish', allowed: true, principal: { kind: 'user', id: '5' }, line: 8 },
      { kind: 'access', operation: 'subscribe', allowed: false, principal: { kind: 'anonymous' }, line: 10 },
      {
        principal: {
          kind: 'user',
          id: '05',
          organizations: ['7', '8'],
          roles: ['admin'],
          claims: { tenant: { id: 1 } },
        },
        payload: undefined,
        line: 10,
        column: 28,
      },
    ]);
    expect(expectations[3]).toHaveProperty('payload.text', '{"text":"hello","to":[1]}');
  });

  it.each([
    ['nothing', '', ['bad-route-test 1:1']],
    ['comments only', '# to be done\n', ['bad-route-test 1:1']],
    ['an empty list', '[]\n', ['bad-route-test 1:1']],
    ['routes', ROUTE, ['wrong-type 1:1']],
    ['a text for a test', '- chat/lobby\n', ['wrong-type 1:3']],
    ['no channel', '- { allow: { subscribe: anonymous } }\n', ['bad-route-test 1:3']],
    ['a channel alone', '- channel: chat/lobby\n', ['bad-route-test 1:3']],
    ['a misspelt key', '- { chanel: a, channel: a, route: ~ }\n', ['unknown-key 1:5']],
    ['an operation without allow', '- { channel: a, route: ~, subscribe: backend }\n', ['unknown-key 1:27']],
    ['a misspelt operation', '- { channel: a, deny: { subscribes: backend } }\n', ['unknown-key 1:25']],
    ['allow without operation', '- { channel: a, route: b, allow: ~ }\n', ['bad-route-test 1:27']],
    ['an empty list of actors', '- { channel: a, allow: { publish: [] } }\n', ['bad-route-test 1:35']],
    ['nobody', '- { channel: a, allow: { publish: ~ } }\n', ['wrong-type 1:35']],
    ['a payload that nobody publishes', '- { channel: a, route: b, payload: 1 }\n', ['bad-route-test 1:27']],
    ['a list as parameter', '- { channel: a, params: { b: [1] } }\n', ['wrong-type 1:30']],
    ['bad YAML', '- channel: {a}/b\n', ['yaml-syntax 1:15']],
  ])('is refused with %s', async (_what, text, expected) => {
    const { findings } = await loadTests(text);
    expect(brief(findings)).toEqual(expected);
    for (const { frame, hint } of findings) expect([frame, hint]).not.toContain('');
  });

  it.each([
    ['nobodyelse', 'bad-route-test'],
    ['anonymus', 'bad-route-test'],
    ["'user:'", 'bad-route-test'],
    ['5', 'bad-route-test'],
    ['{}', 'bad-route-test'],
    ['{ org: 7 }', 'bad-route-test'],
    ['{ user: 5, backend: shop }', 'bad-route-test'],
    ["{ user: '' }", 'bad-route-test'],
    ['{ user: [5] }', 'wrong-type'],
    ['{ user: 5, orgs: 7 }', 'unknown-key'],
    ['{ user: 5, org: 7, organizations: 8 }', 'bad-route-test'],
    ['{ user: 5, claims: admin }', 'wrong-type'],
    ['{ backend: shop, org: 7 }', 'bad-route-test'],
    ['{ backend: shop, claims: {} }', 'bad-route-test'],
  ])('has no actor %s', async (actor, code) => {
    const { findings } = await loadTests(`- channel: a\n  deny: { subscribe: ${actor} }\n`);
    expect(findings.map((finding) => [finding.code, finding.line])).toEqual([[code, 2]]);
  });

  it('is told all its faults, and those of other files, in one run', async () => {
    const { findings } = await loadTests({
      'a.route-test.yml': '- chanel: a\n  alow: {}\n',
      'below/b.route-test.yaml': '- channel: b\n  allow: { subscribe: [me, you] }\n',
    });
    expect(brief(findings)).toEqual([
      'unknown-key 1:3',
      'bad-route-test 1:3',
      'unknown-key 2:3',
      'bad-route-test 2:24',
      'bad-route-test 2:28',
    ]);
    expect(findings[0]?.hint).toBe('did you mean "channel"?');
  });

  it('that does not exist is a finding', async () => {
    const { findings } = await readRouteTests(['/nowhere/a.route-test.yml'], readActor);
    expect(findings.map(({ code }) => code)).toEqual(['file-unreadable']);
  });
});

describe('a routing folder', () => {
  it('may have route tests, which are read as no routes, by imports neither', async () => {
    const files = {
      'routes.yml': "all: { resource: 'more/*.yml' }\nbelow: { resource: more }\n",
      'chat.route-test.yml': TEST,
      'chat.route-test.yaml': TEST,
      'more/a.yml': ROUTE,
      'more/a.route-test.yml': TEST,
    };
    const { routes, findings } = await load(files);
    expect(formatFindings(findings.filter(({ code }) => code !== 'duplicate-route'))).toBe('');
    expect(routes.map(({ name }) => name)).toEqual(['chat.room']);
  });

  it('is searched for route tests with all below, the folder of the settings without', async () => {
    const folder = await folderOf({
      'b.route-test.yml': TEST,
      'other/c.route-test.yml': TEST,
      'routing/routes.yml': ROUTE,
      'routing/route-test.yml': ROUTE,
      'routing/a.route-test.yml': TEST,
      'routing/deep/a.route-test.yaml': TEST,
    });
    const routing = [`${folder}/routing`, `${folder}/other/routes.yml`];
    expect(await findRouteTests({ folder, routing })).toEqual(
      ['routing/a.route-test.yml', 'routing/deep/a.route-test.yaml', 'b.route-test.yml'].map(
        (name) => `${folder}/${name}`,
      ),
    );
  });
});
