import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatFindings, loadRouting } from '../../src/config/index.js';
import { DEFAULT_ACCESS, load } from './harness.js';

/** The eight routing files of the ancestor's platform, where they are at hand. */
const FIXTURES = ['../../../shared/fixtures/oro-routing/', '../fixtures/oro-routing/']
  .map((path) => new URL(path, import.meta.url).pathname)
  .find((path) => existsSync(path));

describe('a routing file of the ancestor', () => {
  it.skipIf(FIXTURES === undefined)('loads unchanged (skipped where the files are not at hand)', async () => {
    const { routes, findings } = await loadRouting({
      sources: [FIXTURES ?? ''],
      defaultAccess: DEFAULT_ACCESS,
    });
    expect(formatFindings(findings)).toBe('');
    expect(routes.map(({ name }) => name)).toEqual([
      'conversation_event.event',
      'oro_email.event',
      'oro_entity_config.attribute_import',
      'oro_imap.sync_fail',
      'oro_message_queue.message_queue_heartbeat',
      'oro_reminder.remind',
      'oro_sync.ping',
      'oro_sync.data_update',
      'oro_sync.maintenance',
      'oro_user.outdated_user_page',
    ]);
  });

  it('gives a route with everything that its file says', async () => {
    const { routes, findings } = await load(`
oro_email.event:
    channel: 'oro/email_event/{user_id}/{organization_id}'
    handler:
        callback: 'oro_email.event'
        args: [1, { a: b }]
    requirements:
        user_id:
            pattern: '\\d+'
        organization_id:
            pattern: '\\d+'
            wildcard: true
    defaults: { organization_id: 1 }
    options: { utf8: true }
    access: { subscribe: [owner, ROLE_ADMIN] }
`);
    expect(formatFindings(findings)).toBe('');
    expect(routes).toEqual([
      {
        name: 'oro_email.event',
        pattern: 'oro/email_event/{user_id}/{organization_id}',
        handler: 'oro_email.event',
        args: [1, { a: 'b' }],
        requirements: {
          user_id: { pattern: '\\d+', wildcard: false },
          organization_id: { pattern: '\\d+', wildcard: true },
        },
        defaults: { organization_id: '1' },
        options: { utf8: true },
        access: {
          subscribe: ['owner', 'ROLE_ADMIN'],
          publish: ['backend'],
          history: ['owner', 'ROLE_ADMIN'],
          presence: ['owner', 'ROLE_ADMIN'],
          call: ['user'],
          register: [],
        },
        limits: {},
        history: undefined,
        source: { file: expect.stringMatching(/routes\.yml$/), line: 2, column: 1 },
      },
    ]);
  });

  it.each([
    ['handler: x', 'x'],
    ['callback: x', 'x'],
    ['handler: { callback: x }', 'x'],
    ['handler: { callback: x, args: ~ }', 'x'],
    ['handler: ~', undefined],
    ['callback: ~', undefined],
    ['handler: 5', '5'],
  ])('%s names the handler %s', async (line, handler) => {
    const { routes, findings } = await load(`a:\n  pattern: a/{b}\n  ${line}\n`);
    expect(formatFindings(findings)).toBe('');
    expect(routes[0]?.handler).toBe(handler);
  });

  it.each([
    ["'x/{a}'", 'x/{a}', {}, {}],
    ["'x/{a<\\d+>}'", 'x/{a}', { a: '\\d+' }, {}],
    ["'x/{a?7}'", 'x/{a}', {}, { a: '7' }],
    ["'x/{a<\\d+>?7}'", 'x/{a}', { a: '\\d+' }, { a: '7' }],
    ["'x/{a?}'", 'x/{a}', {}, { a: '' }],
    ["'x/{a<a|b>}/{b<[^>]+>}'", 'x/{a}/{b}', { a: 'a|b', b: '[^>]+' }, {}],
    ['oro/email_event/<user_id>/<organization_id>', 'oro/email_event/{user_id}/{organization_id}', {}, {}],
    ["'x/<a>/{b<\\d+>}'", 'x/{a}/{b}', { b: '\\d+' }, {}],
    ['oro.email:{u}:{o}', 'oro.email:{u}:{o}', {}, {}],
  ])('reads the pattern %s', async (written, pattern, requirements, defaults) => {
    const { routes, findings } = await load(`a:\n  channel: ${written}\n  handler: x\n`);
    expect(formatFindings(findings)).toBe('');
    expect(routes[0]).toMatchObject({ pattern, defaults });
    const found = Object.entries(routes[0]?.requirements ?? {}).map(([name, { pattern: text }]) => [
      name,
      text,
    ]);
    expect(Object.fromEntries(found)).toEqual(requirements);
  });

  it.each([
    ["'^\\d+$'", '\\d+', false],
    ['\\d+', '\\d+', false],
    ['5', '5', false],
    ["{ pattern: '^(0|[1-9][0-9]*)$', wildcard: true }", '(?:0|[1-9][0-9]*)', true],
    ["{ pattern: 'send|edit' }", 'send|edit', false],
  ])('reads the requirement %s', async (written, pattern, wildcard) => {
    const { routes, findings } = await load(
      `a:\n  channel: x/{i}\n  handler: x\n  requirements: { i: ${written} }\n`,
    );
    expect(formatFindings(findings)).toBe('');
    expect(routes[0]?.requirements['i']).toEqual({ pattern, wildcard });
  });

  it('takes defaults as they are written', async () => {
    const { routes } = await load(
      "a:\n  channel: '{a}/{b}/{c}/{d}'\n  handler: x\n  defaults: { a: 012, b: true, c: ~, d: '*' }\n",
    );
    expect(routes[0]?.defaults).toEqual({ a: '012', b: 'true', c: '', d: '*' });
  });

  it('is in UTF-8 whether it says so or not', async () => {
    const { routes, findings } = await load('a:\n  channel: größe/{x}\n  handler: x\n');
    expect(formatFindings(findings)).toBe('');
    expect(routes[0]?.pattern).toBe('größe/{x}');
  });

  it('makes routes that nobody can change', async () => {
    const { routes } = await load('a:\n  channel: x/{i}\n  handler: x\n  requirements: { i: a }\n');
    const [route] = routes;
    for (const part of [
      route,
      route?.requirements,
      route?.requirements['i'],
      route?.access,
      route?.access.publish,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('may use names that JavaScript keeps for itself', async () => {
    const { routes, findings } = await load(
      '__proto__:\n  channel: x/{constructor}\n  handler: toString\n  defaults: { constructor: a }\n  options: { __proto__: { evil: 1 } }\n',
    );
    expect(formatFindings(findings)).toBe('');
    expect(routes[0]).toMatchObject({ name: '__proto__', handler: 'toString' });
    expect(({} as { evil?: unknown }).evil).toBeUndefined();
    expect(routes[0]?.options['evil']).toBeUndefined();
    expect(routes[0]?.requirements['constructor']).toBeUndefined();
  });
});
