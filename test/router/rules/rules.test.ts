import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Payload } from '../../../src/core/payload.js';
import type { Operation } from '../../../src/core/route.js';
import { ANONYMOUS, type Principal } from '../../../src/core/session.js';
import { RuleBook, ruleFault } from '../../../src/router/rules/rule-book.js';
import { testBackend, testRoute, testUser } from '../../../src/testing.js';

const book = new RuleBook();
const route = testRoute('mail', 'mail/{user_id}/{organization_id}');

interface Asked {
  readonly as?: Principal;
  readonly params?: Readonly<Record<string, string>>;
  readonly payload?: unknown;
  readonly operation?: Operation;
}

function question({ as = testUser('5'), params = {}, payload }: Asked) {
  const channel = ['mail', ...Object.values(params)].join('/');
  const body = payload === undefined ? undefined : Payload.of(payload);
  return { principal: as, request: { channel, route, params }, payload: body };
}

function holds(rule: string, asked: Asked): boolean {
  const { operation = 'subscribe' } = asked;
  expect(ruleFault(rule, { operation })).toBeUndefined();
  return book.rule(rule, operation).holds(question(asked));
}

describe('the rule owner', () => {
  const anna = testUser('5', { organizations: ['7'] });

  it.each([
    ['their own channel', anna, { user_id: '5' }, true],
    ['their own in their organisation', anna, { user_id: '5', organization_id: '7' }, true],
    ['their own in no organisation in particular', anna, { user_id: '5', organization_id: '*' }, true],
    ['their own in a foreign organisation', anna, { user_id: '5', organization_id: '8' }, false],
    ['a foreign one', anna, { user_id: '6', organization_id: '7' }, false],
    ['one of every user', anna, { user_id: '*' }, false],
    ['one of no user', anna, {}, false],
    ['another spelling of their id', anna, { user_id: '05' }, false],
    ['the id that stands for nobody', testUser('0'), { user_id: '0' }, false],
    ['an id that is no canonical number', testUser('05'), { user_id: '05' }, false],
    ['the user *', testUser('*'), { user_id: '*' }, false],
    [
      'an organisation 07',
      testUser('5', { organizations: ['07'] }),
      { user_id: '5', organization_id: '07' },
      false,
    ],
    ['a name for an id', testUser('anna'), { user_id: 'anna' }, true],
    ['a uuid that begins with zero', testUser('0b1c-9'), { user_id: '0b1c-9' }, true],
    ['a back end of that name', testBackend('5'), { user_id: '5' }, false],
    ['anonymous', ANONYMOUS, { user_id: '' }, false],
  ])('for %s', (_what, as, params, expected) => {
    expect(holds('owner', { as, params })).toBe(expected);
    expect(holds('owner && true', { as, params })).toBe(expected);
  });
});

describe('the rule granted', () => {
  const guest = testUser('9', { grants: { subscribe: ['mail/5/*'], publish: ['mail/9'] } });

  it('holds for what the credential grants, operation by operation', () => {
    expect(holds('granted', { as: guest, params: { a: '5', b: '7' } })).toBe(true);
    expect(holds('granted', { as: guest, params: { a: '5', b: '7' }, operation: 'history' })).toBe(true);
    expect(holds('granted', { as: guest, params: { a: '5', b: '7' }, operation: 'publish' })).toBe(false);
    expect(holds('granted', { as: guest, params: { a: '9' }, operation: 'publish' })).toBe(true);
    expect(holds('granted', { as: guest, params: { a: '9' }, operation: 'call' })).toBe(false);
    expect(holds('granted', { as: testUser('9'), params: { a: '9' } })).toBe(false);
  });
});

describe('an expression', () => {
  const anna = testUser('5', { roles: ['editor'], organizations: ['7'], claims: { level: 3, tenant: 'x' } });

  it.each([
    ['user.id == params.user_id', { as: anna, params: { user_id: '5' } }, true],
    ['user.id == params.user_id', { as: anna, params: { user_id: '6' } }, false],
    ['user.id == params.user_id', { as: ANONYMOUS, params: { user_id: '' } }, false],
    ['user.id == params.user_id', { as: testBackend('5'), params: { user_id: '5' } }, false],
    ['user.key == "shop"', { as: testBackend('shop') }, true],
    ['user.key == "shop"', { as: testUser('shop') }, false],
    ['user.kind == "anonymous"', { as: ANONYMOUS }, true],
    ['"editor" in user.roles && owner', { as: anna, params: { user_id: '5' } }, true],
    ['params.organization_id in user.organizations', { as: anna, params: { organization_id: '7' } }, true],
    ['user.claims.level >= 3', { as: anna }, true],
    ['user.claims.nothing >= 3', { as: anna }, false],
    ['user.claims.nothing >= 3 || user.id == "5"', { as: anna }, true],
    ['user.roles.exists(r, r.startsWith("edit"))', { as: anna }, true],
    ['channel.startsWith("mail/")', { params: { a: '1' } }, true],
    ['params.absent == "1"', {}, false],
    ['now > timestamp("2020-01-01T00:00:00Z")', {}, true],
    ['payload.amount < 100', { payload: { amount: 5 }, operation: 'publish' }, true],
    ['payload.amount < 100', { payload: { amount: 500 }, operation: 'publish' }, false],
    ['payload.amount < 100', { payload: { amount: '5' }, operation: 'publish' }, false],
    ['payload.amount < 100', { payload: 7, operation: 'publish' }, false],
    ['payload.amount < 100', { operation: 'publish' }, false],
    ['payload.constructor == 1', { payload: {}, operation: 'publish' }, false],
    ['user.claims.__proto__ == 1', { as: anna }, false],
  ] as const)('%s for %j is %s', (rule, asked, expected) => {
    expect(holds(rule, asked as Asked)).toBe(expected);
  });

  it('that has a fault after all never holds', () => {
    expect(book.rule('user.id == ', 'subscribe').holds(question({}))).toBe(false);
    expect(book.rule('user.roles', 'subscribe').holds(question({}))).toBe(false);
  });

  it('knows whether time alone can change its answer', () => {
    expect(book.rule('now > timestamp(0)', 'subscribe').timely).toBe(true);
    expect(book.rule('owner', 'subscribe').timely).toBe(false);
    expect(book.rule('user.id == "now"', 'subscribe').timely).toBe(false);
  });

  it('explains itself by its parts', () => {
    const rule = book.rule('user.id == params.user_id && "admin" in user.roles', 'subscribe');
    expect(rule.explain(question({ as: anna, params: { user_id: '5' } }))).toEqual([
      { text: 'user.id', value: '"5"' },
      { text: 'params.user_id', value: '"5"' },
      { text: 'user.id == params.user_id', value: 'true' },
      { text: 'user.roles', value: '["editor"]' },
      { text: '"admin" in user.roles', value: 'false' },
      { text: 'user.id == params.user_id && "admin" in user.roles', value: 'false' },
    ]);
  });

  it('says which part cannot be answered, and keeps a message to itself where it is asked to', () => {
    const rule = book.rule('payload.amount < user.claims.limit', 'publish');
    const asked = question({ as: anna, payload: { amount: 5 } });
    expect(rule.explain(asked)).toContainEqual({
      text: 'user.claims.limit',
      value: 'error: No such key: limit',
    });
    expect(rule.explain(asked)).toContainEqual({ text: 'payload.amount', value: '5' });
    expect(rule.explain(asked, { private: true })).toContainEqual({
      text: 'payload.amount',
      value: '(not shown)',
    });
  });

  it.each([
    [`${'('.repeat(60)}true${')'.repeat(60)}`, 'subscribe'],
    [Array(60).fill('owner').join(' || '), 'subscribe'],
    [`"${'x'.repeat(10)}" in [${Array(60).fill('"a"').join(', ')}]`, 'subscribe'],
  ] as const)('that is too large is refused: %#', (rule, operation) => {
    expect(ruleFault(rule, { operation })).toBeDefined();
  });

  it('never throws, whatever it is and is asked about', () => {
    const parts = fc.constantFrom(
      'user',
      'user.id',
      'user.roles',
      'params',
      'params.a',
      'payload',
      'payload.x',
      'now',
      'channel',
      '"x"',
      '5',
      '==',
      '&&',
      '||',
      'in',
      '!',
      '(',
      ')',
      '[',
      ']',
      '.exists(r, r == "x")',
      '.matches("a")',
      ' ',
      '<',
      '+',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), fc.jsonValue(), (texts, payload) => {
        const rule = texts.join(' ');
        const fault = ruleFault(rule, { operation: 'publish' });
        const made = book.rule(rule, 'publish');
        const asked = question({ params: { a: 'x' }, payload });
        expect(typeof made.holds(asked)).toBe('boolean');
        expect(Array.isArray(made.explain(asked))).toBe(true);
        if (fault !== undefined) expect(fault.start).toBeLessThanOrEqual(fault.end);
      }),
      { numRuns: 2000 },
    );
  });
});
