import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RouteTable } from '../../src/router/index.js';
import { testRoute } from '../../src/testing.js';

const table = new RouteTable([
  testRoute('email', 'oro/email_event/{user_id}/{organization_id}', {
    requirements: { user_id: '\\d+', organization_id: { pattern: '\\d+', wildcard: true } },
  }),
  testRoute('optional', 'x/{a}/{b}', { defaults: { b: '7' } }),
  testRoute('lower', 'lower/{word}', { requirements: { word: '[a-z]+' } }),
  testRoute('dash', 'dash/{a}-{b}'),
  testRoute('deep', 'deep/{path}', { requirements: { path: '.+' } }),
  testRoute('silent', 'silent/{a}', { handler: undefined }),
]);

describe('a channel from a route and parameters', () => {
  it.each([
    ['email', { user_id: 5, organization_id: '7' }, 'oro/email_event/5/7'],
    ['email', { user_id: '5', organization_id: '*' }, 'oro/email_event/5/*'],
    ['email', { user_id: 5, organization_id: 7, extra: 'ignored' }, 'oro/email_event/5/7'],
    ['optional', { a: '1' }, 'x/1'],
    ['optional', { a: '1', b: '7' }, 'x/1'],
    ['optional', { a: '1', b: '8' }, 'x/1/8'],
    ['optional', { a: 'a b&c' }, 'x/a b&c'],
    ['deep', { path: 'p/q/r' }, 'deep/p/q/r'],
    ['silent', { a: '1' }, 'silent/1'],
  ])('%s %j is %s', (name, params, channel) => {
    expect(table.channel(name, params as Record<string, string>)).toBe(channel);
  });

  it.each([
    ['nowhere', {}, 'no_such_route', 'nowhere'],
    ['email', { user_id: '5' }, 'invalid_params', 'organization_id'],
    ['email', {}, 'invalid_params', 'user_id, organization_id'],
    ['email', { user_id: '*', organization_id: '7' }, 'invalid_params', '\\d+'],
    ['email', { user_id: '1/2', organization_id: '7' }, 'invalid_params', '"1/2"'],
    ['lower', { word: 'ABC' }, 'invalid_params', '[a-z]+'],
    ['optional', { a: '' }, 'invalid_params', 'parameter a'],
    ['optional', { a: 'p/q' }, 'invalid_params', 'parameter a'],
    ['dash', { a: 'p-q', b: 'z' }, 'invalid_params', 'parameter a'],
    ['optional', { a: 'x\n' }, 'invalid_channel', 'control'],
  ])('%s %j is refused with %s', (name, params, code, text) => {
    const generate = () => table.channel(name, params as Record<string, string>);
    expect(generate).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) }));
  });

  it('matches its own route with the same parameters, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('optional', 'dash', 'deep', 'lower'),
        fc.string(),
        fc.string(),
        (name, a, b) => {
          const params = name === 'lower' ? { word: a } : name === 'deep' ? { path: a } : { a, b };
          let channel: string;
          try {
            channel = table.channel(name, params);
          } catch {
            return;
          }
          const found = table.match(channel);
          expect(found?.route.name).toBe(name);
          expect(found?.params).toMatchObject(params);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
