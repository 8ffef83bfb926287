import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { testFolder } from '../support/folder.js';
import { signalbox } from '../support/run.js';

const COMMANDS = [
  'serve',
  'check',
  'routes',
  'match',
  'explain',
  'test',
  'publish',
  'subscribe',
  'call',
  'token',
  'key',
  'disconnect',
  'rights',
  'import',
  'init',
  'make',
  'migrate',
  'completion',
];

const ROUTES = `
news:
  channel: 'news/{topic}'
  handler: broadcast
  requirements: { topic: '[a-z]+' }
  access: { subscribe: anyone, publish: backend }
`;

const BROKEN = `
news:
  channel: 'news/{topic}'
  handler: brodcast
  requirements:
    topik: '[a-z]+'
wether:
  chanel: 'weather'
`;

/** An application in a folder of its own. */
function application(routes = ROUTES, settings = 'routing: routing\n'): string {
  return testFolder({ 'signalbox.yml': settings, 'routing/routes.yml': routes });
}

describe('signalbox', () => {
  it('explains itself and every command', async () => {
    const { code, stdout } = await cli(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b.* {2}\\S`, 'm'));
    expect(stdout).toContain('Exit status: 0 fine, 1 failure or findings, 2 wrong usage.');
  });

  it.each(COMMANDS)('%s --help describes every argument and option', async (command) => {
    const { code, stdout } = await cli([command, '--help']);
    expect(code).toBe(0);
    const [usage = '', , about = '', ...rest] = stdout.split('\n');
    expect(usage).toMatch(`Usage: signalbox ${command}`);
    expect(about).toMatch(/^[a-z]/);
    const terms = rest
      .join('\n')
      .replaceAll(/\n {3,}(?! {0,2}-)/g, '  ')
      .split('\n')
      .filter((line) => /^ {2}\S/.test(line));
    expect(terms.length).toBeGreaterThan(1);
    for (const term of terms) expect(term).toMatch(/^ {2}\S.*? {2,}\S/);
  });

  it('prints its version', async () => {
    expect(await cli(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    ['no command', [], 'Usage: signalbox'],
    ['a misspelt command', ['chek'], 'Did you mean check?'],
    ['a misspelt option', ['serve', '--prot', '1'], 'Did you mean --port?'],
    ['an unknown option', ['routes', '--zzz'], "unknown option '--zzz'"],
    ['a missing argument', ['match'], "missing required argument 'channel'"],
    ['too many arguments', ['match', 'a', 'b'], 'too many arguments'],
    ['a missing option', ['token'], '--user'],
    ['a wrong operation', ['explain', 'frob', 'news/x'], 'subscribe, publish, history'],
    [
      'a wrong person',
      ['explain', 'subscribe', 'news/x', '--as', 'nobody'],
      'anonymous, user:ID, backend or backend:KEY',
    ],
    ['an option that tests do not have', ['test', '--verbos'], 'Did you mean --verbose?'],
    ['nothing to publish to', ['publish'], 'name a channel'],
    ['a payload that is not JSON', ['publish', 'news/x', '{oops'], 'not JSON'],
    ['a lifetime that is none', ['token', '--user', '5', '--ttl', 'soon'], 'soon'],
    ['an import from nowhere', ['import', 'rabbitmq', 'x.xml'], 'Allowed choices are activemq'],
    ['an import of nothing', ['import', 'activemq'], "missing required argument 'file'"],
    ['a role without a name', ['import', 'activemq', 'x.xml', '--role', '=user'], 'OLD=NEW'],
    ['a role that cannot be one', ['import', 'activemq', 'x.xml', '--role', 'a=b c'], 'OLD=NEW'],
    ['a role that is its owner', ['import', 'activemq', 'x.xml', '--role', 'a=owner'], 'OLD=NEW'],
    ['a count that is none', ['subscribe', 'news/x', '--count', 'many'], 'many'],
  ])('calls %s wrong usage', async (_name, args, message) => {
    const { code, stdout, stderr } = await cli(args, { cwd: application() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('calls a missing settings file a failure and names it', async () => {
    const { code, stdout } = await cli(['check', '--config', 'nowhere.yml']);
    expect(code).toBe(1);
    expect(stdout).toContain('nowhere.yml');
  });
});

describe('signalbox check', () => {
  it('says that nothing is wrong', async () => {
    const { code, stdout } = await cli(['check'], { cwd: application() });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 route, nothing to report\n' });
  });

  it('reports every finding of all files in one run, each with its place and remedy', async () => {
    const cwd = application(BROKEN, 'routing: routing\nlimits: { mesage: 1kb }\n');
    const { code, stdout } = await cli(['check'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/signalbox\.yml:2:11 +error .*mesage/);
    expect(stdout).toMatch(/routing\/routes\.yml:4:12 +error .*brodcast/);
    expect(stdout).toMatch(/routing\/routes\.yml:6:\d+ +\w+ .*topik/);
    expect(stdout).toMatch(/routing\/routes\.yml:8:3 +error .*chanel/);
    expect(stdout).toMatch(/did you mean.*broadcast/i);
  });

  it('reports them as JSON', async () => {
    const { code, stdout } = await cli(['check', '--json'], { cwd: application(BROKEN) });
    expect(code).toBe(1);
    const { findings } = JSON.parse(stdout);
    expect(findings).toContainEqual(expect.objectContaining({ line: 4, column: 12, severity: 'error' }));
  });
});

describe('signalbox routes', () => {
  it('lists them as a table', async () => {
    const { code, stdout } = await cli(['routes'], { cwd: application() });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ROUTE +CHANNEL +HANDLER +SUBSCRIBE +PUBLISH\nnews +news\/\{topic\} +broadcast +anyone +backend\n$/,
    );
  });

  it('prints channels or names alone, as shells ask for them', async () => {
    const cwd = application();
    const listed = JSON.parse((await cli(['routes', '--json'], { cwd })).stdout) as {
      name: string;
      pattern: string;
    }[];
    for (const [column, key] of [
      ['name', 'name'],
      ['channel', 'pattern'],
    ] as const) {
      const { code, stdout } = await cli(['routes', '--only', column], { cwd });
      expect([code, stdout]).toEqual([0, listed.map((route) => `${route[key]}\n`).join('')]);
    }
    expect((await cli(['routes', '--only', 'handler'], { cwd })).code).toBe(2);
  });

  it('lists them as JSON', async () => {
    const { code, stdout } = await cli(['routes', '--json'], { cwd: application() });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ name: 'news', pattern: 'news/{topic}', handler: 'broadcast' }),
    ]);
  });

  it('lists none of a broken application, but says what is wrong', async () => {
    const { code, stdout, stderr } = await cli(['routes', '--json'], { cwd: application(BROKEN) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('routes.yml:4:12');
  });
});

describe('signalbox match', () => {
  it('names the route and its parameters', async () => {
    const { code, stdout } = await cli(['match', 'news/sport'], { cwd: application() });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'news/sport belongs to news\n  topic = sport\n' });
  });

  it('says why no route matches', async () => {
    const { code, stdout } = await cli(['match', 'news/Sport'], { cwd: application() });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /no route matches news\/Sport\n.*requirement \[a-z\]\+ of parameter topic fails on "Sport"/,
    );
  });

  it.each([
    ['news/sport', 0, { channel: 'news/sport', route: 'news', params: { topic: 'sport' } }],
    ['news/1', 1, { channel: 'news/1', tried: [{ route: 'news', reason: expect.any(String) }] }],
  ])('says it of %s as JSON', async (channel, status, answer) => {
    const { code, stdout } = await cli(['match', channel, '--json'], { cwd: application() });
    expect(code).toBe(status);
    expect(JSON.parse(stdout)).toMatchObject(answer);
  });
});

describe('a channel with a slash too many', () => {
  it.each([
    ['/news/sport', 'news/sport, without the leading slash?'],
    ['news/sport/', 'news/sport, without the trailing slash?'],
    ['news//sport', 'news/sport, with single slashes?'],
  ])('is told what %s was meant to be by match and explain', async (channel, meant) => {
    for (const args of [
      ['match', channel],
      ['explain', 'subscribe', channel, '--as', 'anonymous'],
    ]) {
      const { code, stdout } = await cli(args, { cwd: application() });
      expect([code, stdout.split('\n')[0]]).toEqual([
        1,
        `no route matches ${channel}: did you mean ${meant}`,
      ]);
    }
  });
});

describe('signalbox explain', () => {
  it.each([
    ['user:5', 1, 'REFUSED'],
    ['backend', 0, 'ALLOWED'],
  ])('knows the procedures of the server itself, as %s', async (who, status, verdict) => {
    const args = ['explain', 'call', 'wamp.session.count', '--as', who];
    const { code, stdout } = await cli(args, { cwd: application() });
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([status, verdict]);
    expect((await cli(['match', 'wamp.session.count'], { cwd: application() })).stdout).toContain(
      'wamp.meta',
    );
  });

  it.each([
    ['subscribe', 'anonymous', 0, 'ALLOWED', /anyone holds/],
    ['publish', 'anonymous', 1, 'REFUSED', /backend; does not hold/],
    ['publish', 'user:5', 1, 'REFUSED', /as user 5/],
    ['publish', 'backend', 0, 'ALLOWED', /backend holds/],
  ])('%s as %s', async (operation, who, status, verdict, step) => {
    const args = ['explain', operation, 'news/sport', '--as', who];
    const { code, stdout } = await cli(args, { cwd: application() });
    expect(code).toBe(status);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(verdict);
    expect(stdout).toMatch(step);
  });

  it('tells it as JSON', async () => {
    const args = ['explain', 'publish', 'news/sport', '--json'];
    const { code, stdout } = await cli(args, { cwd: application() });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      allowed: false,
      steps: expect.arrayContaining([expect.any(String)]),
    });
  });

  it('refuses a channel without route', async () => {
    const { code, stdout } = await cli(['explain', 'subscribe', 'nope'], { cwd: application() });
    expect(code).toBe(1);
    expect(stdout).toContain('no route matches nope');
  });
});

describe('signalbox test', () => {
  const TESTS = `
- channel: news/sport
  route: news
  allow: { subscribe: anonymous, publish: backend }
  deny: { publish: [anonymous, 'user:5'] }
`;

  function tested(tests: string, routes = ROUTES): string {
    return testFolder({
      'signalbox.yml': 'routing: routing\n',
      'routing/routes.yml': routes,
      'routing/news.route-test.yml': tests,
    });
  }

  it('counts what passes, and names it when asked to', async () => {
    const cwd = tested(TESTS);
    expect(await cli(['test'], { cwd })).toEqual({ code: 0, stdout: '5 passed, 0 failed\n', stderr: '' });
    const { stdout } = await cli(['test', '--verbose'], { cwd });
    expect(stdout.split('\n').map((line) => line.replace(/^.*route-test\.yml:/, ''))).toEqual([
      '3  passed: news/sport belongs to news',
      '4  passed: anonymous may subscribe to news/sport',
      '4  passed: backend may publish to news/sport',
      '5  passed: anonymous may not publish to news/sport',
      '5  passed: user 5 may not publish to news/sport',
      '5 passed, 0 failed',
      '',
    ]);
  });

  it('says of each failure where it is, what was decided, and by what', async () => {
    const cwd = tested(TESTS.replace(/deny.*/, '').replace('allow', 'deny'));
    const { code, stdout, stderr } = await cli(['test'], { cwd });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toBe(
      [
        `${cwd}/routing/news.route-test.yml:4  failed: anonymous may not subscribe to news/sport; it is allowed`,
        '  route says subscribe: anyone; anyone holds',
        `${cwd}/routing/news.route-test.yml:4  failed: backend may not publish to news/sport; it is allowed`,
        '  route says publish: backend; backend holds',
        '    peer: backend',
        '1 passed, 2 failed',
        '',
      ].join('\n'),
    );
  });

  it('tells it as JSON', async () => {
    const cwd = tested(`${TESTS}\n- { channel: news/sport, route: ~ }\n`);
    const { code, stdout } = await cli(['test', '--json'], { cwd });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 5,
      failed: 1,
      findings: [],
      cases: expect.arrayContaining([
        expect.objectContaining({
          name: 'news/sport belongs to no route',
          line: 7,
          passed: false,
          found: 'belongs to news',
        }),
      ]),
    });
  });

  it('runs the files and folders that it is given', async () => {
    const cwd = tested('- { channel: news/sport, route: ~ }\n');
    const other = testFolder({ 'a.route-test.yml': TESTS, 'b.yml': '- { channel: news/x, route: news }\n' });
    expect((await cli(['test', `${other}/b.yml`], { cwd })).stdout).toBe('1 passed, 0 failed\n');
    expect((await cli(['test', other, `${other}/b.yml`], { cwd })).stdout).toBe('6 passed, 0 failed\n');
    const { code, stderr } = await cli(['test', `${other}/c.route-test.yml`], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/c\.route-test\.yml.*does not exist/);
  });

  it('runs nothing before all findings of tests and routes are gone', async () => {
    const cwd = tested('- { channel: news/sport, deny: { subscribe: nobody } }\n', BROKEN);
    const { code, stdout, stderr } = await cli(['test'], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/routes\.yml:4:12 +error/);
    expect(stderr).toMatch(/news\.route-test\.yml:1:45 +error "nobody" names nobody/);
    const json = await cli(['test', '--json'], { cwd });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ passed: 0, failed: 0, cases: [] });
    expect(JSON.parse(json.stdout).findings).toContainEqual(
      expect.objectContaining({ code: 'bad-route-test' }),
    );
  });

  it('fails without any test, and shows how to write one', async () => {
    const cwd = application();
    const { code, stdout, stderr } = await cli(['test'], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('routing/chat.route-test.yml');
    expect((await cli(['test', '--json'], { cwd })).code).toBe(1);
  });

  it('passes in this repository and its examples', async () => {
    for (const folder of ['', 'examples/chat/', 'examples/oro/', 'examples/embed/']) {
      const { code, stdout, stderr } = await signalbox(['test', '--config', `${folder}signalbox.yml`]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^\d+ passed, 0 failed\n$/);
    }
  });

  it('fails in this repository for an expectation that is wrong', async () => {
    const folder = testFolder({
      'wrong.route-test.yml': '- channel: oro/email_event/5/7\n  allow: { subscribe: { user: 6, org: 7 } }\n',
    });
    const { code, stdout } = await signalbox(['test', folder]);
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      `${folder}/wrong.route-test.yml:2  failed: user 6 of organisation 7 may subscribe to oro/email_event/5/7; it is refused`,
      '  route says subscribe: anyone; anyone holds',
      '  handler says subscribe: owner; does not hold: refused',
      '    user_id of the channel: 5',
      '    user: 6',
      '    organization_id of the channel: 7',
      '    organisations of the user: 7',
      '0 passed, 1 failed',
      '',
    ]);
  });
});

describe('signalbox token', () => {
  it('prints a ticket, and only that', async () => {
    const args = ['token', '--user', '5', '--org', '7', '--org', '8', '--role', 'editor', '--ttl', '1m'];
    const { code, stdout, stderr } = await cli(args, { cwd: application() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w.-]{40,}\n$/);
  });

  it('says what to do when there is no secret', async () => {
    const env = { SIGNALBOX_SECRET: '' };
    const { code, stderr } = await cli(['token', '--user', '5'], { cwd: application(), env });
    expect(code).toBe(1);
    expect(stderr).toContain('set SIGNALBOX_SECRET');
  });
});

describe('signalbox import activemq', () => {
  const map = (entries: string) => `<authorizationMap>\n${entries}\n</authorizationMap>`;
  const ROOM = map('<authorizationEntry topic="room.*" read="guests" write="users"/>');

  it('prints a routing file, and the notes apart', async () => {
    const cwd = testFolder({ 'activemq.xml': ROOM, 'signalbox.yml': 'routing: routing\n' });
    const file = `${cwd}/activemq.xml`;
    const { code, stdout, stderr } = await cli(['import', 'activemq', file, '--role', 'services=backend']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# Imported from .*activemq\.xml\.\n[\s\S]*\nactivemq\.topic\.room_any:\n/);
    expect(stderr).toMatch(/activemq\.xml:2 {2}note "guests" is .* --role guests=anyone\n/);
    expect(stderr).toContain('note no entry names the role "services"');
  });

  it('writes one that works, and does not overwrite it unless told to', async () => {
    const cwd = testFolder({ 'activemq.xml': ROOM, 'signalbox.yml': 'routing: routes.yml\n' });
    const args = ['import', 'activemq', `${cwd}/activemq.xml`, '--out', `${cwd}/routes.yml`];
    const written = await cli([...args, '--role', 'guests=anyone', '--role', 'guests=backend']);
    expect(written).toMatchObject({ code: 0, stdout: '' });
    expect(written.stderr).toContain(`1 route written to ${cwd}/routes.yml`);
    expect(await cli(['check'], { cwd })).toMatchObject({ code: 0, stdout: '1 route, nothing to report\n' });
    const ask = ['explain', 'subscribe', 'room/hall', '--as', 'anonymous'];
    expect(await cli(ask, { cwd })).toMatchObject({ code: 0, stdout: expect.stringMatching(/ALLOWED\n$/) });

    const again = await cli(args);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('add --force') });
    expect(await cli(ask, { cwd })).toMatchObject({ code: 0 });
    expect(await cli([...args, '--force'])).toMatchObject({ code: 0 });
    expect(await cli(ask, { cwd })).toMatchObject({ code: 1 });
  });

  it('prints routes and notes as JSON', async () => {
    const file = `${testFolder({ 'activemq.xml': ROOM })}/activemq.xml`;
    const { code, stdout, stderr } = await cli(['import', 'activemq', file, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { routes, notes } = JSON.parse(stdout);
    expect(routes).toEqual([
      expect.objectContaining({
        name: 'activemq.topic.room_any',
        channel: 'room/{level_2}',
        access: { subscribe: ['guests'], publish: ['users'] },
      }),
    ]);
    expect(notes).toContainEqual(expect.objectContaining({ line: 2 }));
  });

  it('reports everything that is wrong in one run, and writes nothing', async () => {
    const entries = '<authorizationEntry topic="a.>.b"/>\n<authorizationEntry raed="users"/>';
    const cwd = testFolder({ 'activemq.xml': map(entries) });
    const args = ['import', 'activemq', `${cwd}/activemq.xml`];
    const { code, stdout, stderr } = await cli([...args, '--out', `${cwd}/routes.yml`]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/activemq\.xml:2:28 {2}error .*\(bad-destination\)\n[\s\S]*\n {2}= > stands for/);
    expect(stderr).toMatch(/activemq\.xml:3:2 {2}error .*\(no-destination\)/);
    expect(stderr).toMatch(/activemq\.xml:3:21 {2}error .*\(unknown-attribute\)[\s\S]*did you mean "read"\?/);
    expect(existsSync(`${cwd}/routes.yml`)).toBe(false);
    const { findings } = JSON.parse((await cli([...args, '--json'])).stdout);
    expect(findings).toHaveLength(3);
  });

  it('reports a file that does not exist', async () => {
    const { code, stderr } = await cli(['import', 'activemq', 'nowhere.xml']);
    expect(code).toBe(1);
    expect(stderr).toContain('nowhere.xml');
  });
});

describe('signalbox serve', () => {
  it('does not start with errors, and says all of them', async () => {
    const { code, stdout, stderr } = await cli(['serve', '--port', '0'], { cwd: application(BROKEN) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('routes.yml:4:12');
    expect(stderr).toContain('routes.yml:8:3');
  });
});

describe('the command', () => {
  it('finds the settings of the folder it runs in, and exits as its outcome is', async () => {
    const cwd = application();
    expect(await signalbox(['check'], { cwd })).toEqual({
      code: 0,
      stdout: '1 route, nothing to report\n',
      stderr: '',
    });
    expect(await signalbox(['match', 'nope'], { cwd })).toMatchObject({ code: 1, stderr: '' });
    expect(await signalbox(['chek'], { cwd })).toMatchObject({ code: 2, stdout: '' });
  });
});
