import { describe, expect, it } from 'vitest';
import { formatFindings } from '../../src/config/index.js';
import { ruleFault } from '../../src/router/index.js';
import { brief, load } from './harness.js';

describe('a mistake that real files have', () => {
  it('is found where it is: requirements under handler', async () => {
    const { findings } = await load(`
workflow:
    channel: 'workflow/{id}'
    handler:
        callback: x
        requirements:
            id: { pattern: '\\d+' }
`);
    expect(brief(findings)).toEqual(['requirements-under-handler 6:9']);
  });

  it('hides nothing else: a misspelt pattern beside an unknown handler', async () => {
    const text = `
mail:
    chanel: 'mail/{id}'
    handler: { callback: brodcast }
    requirements: { id: '(' }
`;
    const { routes, findings } = await load(text, { handlers: new Set(['broadcast']) });
    expect(brief(findings)).toEqual(['unknown-key 3:5', 'unknown-handler 4:26', 'invalid-regex 5:26']);
    expect(routes).toEqual([]);
  });

  it('is found where it is: path for pattern', async () => {
    const { findings } = await load(`
dice:
    channel: 'dice/{room}'
    handler: { callback: x }
    requirements:
        room:
            path: '\\d+'
`);
    expect(brief(findings)).toEqual(['requirement-path 7:13']);
  });

  it('is found where it is: an empty pattern', async () => {
    const { findings } = await load(`
rtc:
    channel: ''
    handler: { callback: x }
rpc:
    channel: rpc/{method}
    handler: { callback: x }
    requirements:
        method: { pattern: "" }
`);
    expect(brief(findings)).toEqual(['empty-pattern 3:14', 'empty-requirement 9:28']);
  });

  it('is found where it is: HTTP routes', async () => {
    const { findings } = await load(`
app_api:
    resource: ../controllers.yml
    prefix: /api
home:
    path: /
    methods: [GET]
`);
    expect(brief(findings)).toEqual(['http-route 4:5', 'http-route 6:5', 'http-route 7:5']);
  });

  it('is found where it is: an expression in double quotes', async () => {
    const { findings } = await load(`
dixit:
    channel: "dixit/{game}"
    handler: { callback: x }
    requirements:
        game:
            pattern: "\\d+"
`);
    expect(brief(findings)).toEqual(['double-quoted-backslash 7:22']);
    expect(findings[0]).toMatchObject({
      severity: 'error',
      endColumn: 27,
      hint: "use single quotes: '\\d+'",
    });
  });

  it('is found in every file in one run, in the order of files and lines', async () => {
    const { routes, findings } = await load(
      {
        'a.yml':
          'one: { channel: a, handler: y, methods: [] }\ntwo: { channel: "a/{b}", handler: ~, foo: 1 }\n',
        'b.yml': 'three: { channel: {x}/y }\n',
        'c.yml':
          "four: { channel: 'c/{d}', handler: z, requirements: { e: '[' } }\nfive: { channel: five, handler: x }\n",
      },
      { handlers: new Set(['x', 'yy']) },
    );
    expect(findings.map(({ file, code, line }) => `${file.slice(-5)}:${line} ${code}`)).toEqual([
      'a.yml:1 unknown-handler',
      'a.yml:1 http-route',
      'a.yml:2 unknown-key',
      'b.yml:1 yaml-syntax',
      'c.yml:1 unknown-handler',
      'c.yml:1 invalid-regex',
    ]);
    expect(routes.map(({ name }) => name)).toEqual(['five']);
  });
});

describe('a requirement', () => {
  it('is pointed into, at the character that is wrong', async () => {
    const { findings } = await load(`a:
  channel: x/{b}/{c}/{d}
  handler: x
  requirements:
    b: '^[^/]++$'
    c: { pattern: \\w+(?i) }
    d: "a(b"
`);
    expect(brief(findings)).toEqual(['pcre-only 5:15', 'pcre-only 6:22', 'invalid-regex 7:8']);
  });

  it('of one pattern is judged together with those it can take characters from', async () => {
    const { findings } = await load(`
sound: { handler: x, channel: 'a/{p<.+>}/{q<.+>}' }
three: { handler: x, channel: 'b/{p<.+>}/{q<.+>}/{r<.+>}/end' }
apart: { handler: x, channel: 'c/{p<[^/]+>}/{q<[^/]+>}/{r<[^/]+>}/{s}' }
dashes: { handler: x, channel: 'd/{p<[a-z-]+>}-{q<[a-z-]+>}-{r<[a-z-]+>}-{s<[a-z-]+>}' }
dots: { handler: x, channel: 'e/{p}.{q}.{r}.{s}' }
signs: { handler: x, options: { utf8: true }, channel: 'f/{p}:{q<[a-z]+x>}_{r}-{s}' }
`);
    expect(brief(findings)).toEqual(['catastrophic-regex 3:31', 'catastrophic-regex 5:32']);
    expect(findings[0]?.message).toMatch(
      /"three" with its requirements grows with power 3 of the length: try .+/,
    );
  });

  it('that is catastrophic is shown with a short text that proves it', async () => {
    const { findings } = await load(
      "a: { handler: x, channel: 'x/{b}', requirements: { b: '(?:.*,){11}P' } }\n",
    );
    expect(findings).toMatchObject([{ code: 'catastrophic-regex', line: 1, column: 55 }]);
    expect(findings[0]?.message).toMatch(/power 11 of the length: try ','/);
    expect(findings[0]?.message.length).toBeLessThan(200);
  });

  it('does not hide another one of the same route', async () => {
    const { findings } = await load("a: { handler: x, channel: '{b<(a|a)+>}/{c<(b|b)+>}' }\n");
    expect(brief(findings)).toEqual(['catastrophic-regex 1:28', 'catastrophic-regex 1:40']);
  });

  it('cannot be declared safe by its author', async () => {
    const { findings } = await load(
      "a: { handler: x, channel: 'x/{b}', requirements: { b: '(a|a)+' }, unsafe_regex: true, options: { unsafe_regex: true } }\n",
    );
    expect(brief(findings)).toContain('catastrophic-regex 1:55');
  });
});

describe('access', () => {
  it.each([
    ['{ subscribe: owner }', 'a/{user_id}', []],
    ['{ subscribe: owner }', 'a/{user}', ['owner-without-user']],
    ['{ publish: [backend, owner] }', 'a', ['owner-without-user']],
    ['{ subscribe: [] }', 'a', []],
    ['{ subscribe: ROLE_ADMIN, publish: editor }', 'a', []],
    ['{ subscribe: anonymous }', 'a', ['rule-looks-misspelt']],
    ['{ subscribe: Owner }', 'a', ['rule-looks-misspelt']],
    ['{ subscribe: users }', 'a', ['rule-looks-misspelt']],
    ['{ subscribe: \'users\', publish: ["Backend"] }', 'a', []],
    ['{ subscribe: "user.admin" }', 'a', ['rule-looks-misspelt']],
    ['{ subscribe: \'user.id == "5"\' }', 'a', []],
    ['{ subscribe: "params.user_id == user.id" }', 'a/{user_id}', []],
    ['{ subscribe: "params.usr_id == user.id" }', 'a/{user_id}', ['bad-expression']],
    ['{ subscribe: [owner, "user.idd == channel"] }', 'a/{user_id}', ['bad-expression']],
    ['{ subscribe: "user.id = channel" }', 'a', ['bad-expression']],
    ['{ subscribe: "size(user.roles)" }', 'a', ['bad-expression']],
    ['{ subscribe: "payload.x == 1" }', 'a', ['bad-expression']],
    ['{ publish: "payload.x == 1" }', 'a', []],
    ['{ publish: "payload.list.exists(x, x == 1)" }', 'a', ['bad-expression']],
    ['{ publish: "payload.list.map(x, x).exists(x, x == 1)" }', 'a', ['bad-expression']],
    ['{ subscribe: "user.roles.exists(r, user.roles.exists(s, s == r))" }', 'a', ['bad-expression']],
    ['{ subscribe: "user.roles.exists(r, r == channel)" }', 'a', []],
    ['{ subscribe: \'channel.matches("(a+)+b")\' }', 'a', ['bad-expression']],
    ['{ subscribe: "*" }', 'a', ['bad-expression']],
    ['{ subscribe: "" }', 'a', ['bad-rule']],
    ['{ subscribe: user.admin }', 'a', ['rule-looks-misspelt']],
    ['{ subscribe: true }', 'a', ['rule-looks-misspelt']],
    ['{ history: user, presence: [], call: "now > now" }', 'a', []],
    ['{ subscribe: ~ }', 'a', ['wrong-type']],
    ['{ subscribe: { user: 5 } }', 'a', ['wrong-type']],
    ['{ subscripe: user }', 'a', ['unknown-key']],
    ['user', 'a', ['wrong-type']],
    ['[user]', 'a', ['wrong-type']],
    ['~', 'a', []],
  ])('%s on %s gives %j', async (access, channel, codes) => {
    const text = `a: { handler: x, channel: '${channel}', access: ${access} }\n`;
    const { findings } = await load(text, { checkRule: ruleFault });
    expect(findings.map(({ code }) => code)).toEqual(codes);
  });

  it('shows where in an expression the fault is', async () => {
    const text = `a:\n  channel: 'a/{user_id}'\n  handler: x\n  access:\n    subscribe: [owner, 'user.id == params.usr']\n`;
    const { findings } = await load(text, { checkRule: ruleFault });
    expect(brief(findings)).toEqual(['bad-expression 5:43']);
    expect(findings[0]?.message).toBe('access.subscribe: no such key: usr; the parameters are user_id');
  });

  it('of the installation is checked against each route that has none', async () => {
    const defaultAccess = { subscribe: ['owner'], publish: [] };
    const { routes, findings } = await load(
      "a: { channel: a, handler: x }\nb: { channel: 'b/{user_id}', handler: x }\n",
      {
        defaultAccess,
      },
    );
    expect(brief(findings)).toEqual(['owner-without-user 1:1']);
    expect(routes).toMatchObject([{ name: 'b', access: defaultAccess }]);
  });
});

describe('a warning', () => {
  it('lets the route live, unless the run is strict', async () => {
    const text = "a: { channel: 'a/{b-c}', handler: x }\n";
    const { routes, findings } = await load(text);
    expect([routes.length, findings[0]?.severity]).toEqual([1, 'warning']);
    const strict = await load(text, { strict: true });
    expect([strict.routes.length, strict.findings[0]?.severity]).toEqual([0, 'error']);
  });

  it('is not given for a comment that is meant as one', async () => {
    const { findings } = await load(
      "a:\n  channel: a # the first\n  handler: x\nb:\n  channel: 'b #1' #2\n  handler: x\n",
    );
    expect(formatFindings(findings)).toBe('');
  });
});

describe('the limits of a route', () => {
  it('are sizes, rates and counts', async () => {
    const { routes, findings } = await load(
      'a: { handler: x, channel: a, limits: { payload: 16kb, publish: 20/s, subscribers: 100 } }\nb: { handler: x, channel: b, limits: { publish: { rate: 6/m, burst: 1 } } }\n',
    );
    expect(findings).toEqual([]);
    expect(routes.map(({ limits }) => limits)).toEqual([
      { payload: 16_384, publish: { rate: 20, burst: 40 }, subscribers: 100 },
      { publish: { rate: 0.1, burst: 1 } },
    ]);
  });

  it.each([
    ['{ payload: big }', 'wrong-type'],
    ['{ payload: 0b }', 'wrong-type'],
    ['{ publish: 20 }', 'wrong-type'],
    ['{ publish: [] }', 'wrong-type'],
    ['{ subscribers: 0 }', 'wrong-type'],
    ['{ subscribers: "5" }', 'wrong-type'],
    ['{ subscriber: 5 }', 'unknown-key'],
    ['5', 'wrong-type'],
  ])('%s is a finding', async (limits, code) => {
    const { findings } = await load(`a: { handler: x, channel: a, limits: ${limits} }\n`);
    expect(findings.map((finding) => finding.code)).toEqual([code]);
  });
});
