import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAs } from '../../../../src/protocols/http/admin/read-as.js';

describe('as whom an operator acts', () => {
  it.each([
    ['anonymous', { kind: 'anonymous', roles: [] }],
    [' anonymous ', { kind: 'anonymous' }],
    ['user:5', { kind: 'user', id: '5', roles: [], organizations: [] }],
    ['user:5 role:ROLE_ADMIN org:1 org:2', { id: '5', roles: ['ROLE_ADMIN'], organizations: ['1', '2'] }],
    ['backend', { kind: 'backend', id: 'backend', roles: ['backend'] }],
    ['backend:shop', { kind: 'backend', id: 'shop', roles: ['backend'] }],
    [{ kind: 'anonymous' }, { kind: 'anonymous' }],
    [
      { kind: 'user', id: 'a b', roles: ['x'], organizations: ['7'] },
      { id: 'a b', roles: ['x'], organizations: ['7'] },
    ],
    ['{"kind":"user","id":"5"}', { kind: 'user', id: '5' }],
    [{ kind: 'user', id: '5', roles: Array(100).fill('x') }, { roles: Array(100).fill('x') }],
    [{ kind: 'user', id: 'ü'.repeat(127) }, { id: 'ü'.repeat(127) }],
    [{ kind: 'user', id: 'x'.repeat(255) }, { id: 'x'.repeat(255) }],
    [{ kind: 'backend', id: 'shop', roles: ['stock'] }, { roles: ['backend', 'stock'] }],
  ])('can be %j', (as, principal) => {
    expect(readAs(as)).toMatchObject(principal);
  });

  it.each([
    [undefined],
    [null],
    [5],
    [''],
    ['user:'],
    ['root'],
    ['user:5 admin'],
    ['anonymous role:x'],
    ['backend org:1'],
    ['user:5 role:backend'],
    ['{"kind":'],
    [[{ kind: 'user', id: '5' }]],
    [{ kind: 'user' }],
    [{ kind: 'user', id: 5 }],
    [{ kind: 'user', id: '5', roles: 'x' }],
    [{ kind: 'user', id: '5', roles: ['backend'] }],
    [{ kind: 'user', id: '5', roles: Array(101).fill('x') }],
    [{ kind: 'user', id: '5', grants: { subscribe: ['**'] } }],
    [{ kind: 'user', id: '5', claims: {} }],
    [{ kind: 'user', id: '5', scope: ['**'] }],
    [JSON.parse('{"kind":"user","id":"5","__proto__":{"roles":["x"]}}')],
    [{ kind: 'anonymous', id: '5' }],
    [{ kind: 'anonymous', roles: ['x'] }],
    [{ kind: 'anonymous', organizations: ['7'] }],
    [{ kind: 'anonymous', roles: ['x'], organizations: ['7'] }],
    [{ kind: 'user', id: 'x'.repeat(256) }],
    [{ kind: 'user', id: 'ü'.repeat(128) }],
    [`user:${'x'.repeat(251)}`],
    [`user:5${' role:x'.repeat(101)}`],
    [`user:5${' org:7'.repeat(101)}`],
    [`user:5 role:${'x'.repeat(256)}`],
    [`user:5 org:${'x'.repeat(256)}`],
  ])('cannot be %j', (as) => {
    expect(() => readAs(as)).toThrow(/^(as names nobody|a user cannot have the role backend)/);
  });

  it('is somebody who is named, or refused, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.string()), (as) => {
        try {
          expect(['anonymous', 'user', 'backend']).toContain(readAs(as).kind);
        } catch (error) {
          expect((error as { code?: string }).code).toBe('bad_request');
        }
      }),
    );
  });
});
