import { describe, expect, it } from 'vitest';
import { admission, isNarrow, namesSessions } from '../../src/core/audience.js';
import { type Audience, NOBODY } from '../../src/core/publication.js';
import { ANONYMOUS, type Principal, Session } from '../../src/core/session.js';
import { FakeConnection, testBackend, testUser } from '../../src/testing.js';

const session = (id: string, principal: Principal) =>
  new Session({ id, protocol: 'test', principal, connection: new FakeConnection(), end: () => undefined });
const SESSIONS = [
  session('1', ANONYMOUS),
  session('2', testUser('5', { roles: ['staff'] })),
  session('3', testUser('')),
  session('4', testBackend('5')),
  session('', testUser('6', { roles: [''] })),
];

describe('an audience', () => {
  it.each<[Audience, string[]]>([
    [{ exclude: ['1'] }, ['2', '3', '4', '']],
    [{ excludeUsers: ['5'] }, ['1', '3', '']],
    [{ excludeUsers: ['1'] }, ['2', '3', '4', '']],
    [{ users: ['1'] }, ['1']],
    [{ excludeRoles: ['staff'] }, ['1', '3', '4', '']],
    [{ excludeRoles: ['anonymous'] }, ['2', '3', '4', '']],
    [{ eligible: ['1', '2'] }, ['1', '2']],
    [{ users: ['5'] }, ['2']],
    [{ roles: ['user'] }, ['2', '3', '']],
    [{ roles: ['backend', 'staff'] }, ['2', '4']],
    [{ eligible: ['1', '2'], roles: ['staff'] }, ['2']],
    [{ eligible: ['2'], excludeUsers: ['5'] }, []],
    [{ eligible: [NOBODY] }, []],
    [{ users: [NOBODY] }, []],
    [{ roles: [NOBODY] }, []],
  ])('%j is %j', (audience, expected) => {
    const admits = admission(audience);
    expect(SESSIONS.filter((one) => admits?.(one)).map(({ id }) => id)).toEqual(expected);
  });

  it.each([undefined, {}, { exclude: [], eligible: [], users: [], roles: [] }, { author: '1' }])(
    '%j is everybody, and costs no test',
    (audience) => expect(admission(audience)).toBeUndefined(),
  );

  it.each<[Audience | undefined, boolean, boolean]>([
    [undefined, false, false],
    [{ exclude: ['1'], author: '1' }, false, false],
    [{ exclude: ['1'] }, true, true],
    [{ exclude: ['1', '2'], author: '1' }, true, true],
    [{ eligible: ['1'], author: '1' }, true, true],
    [{ users: ['5'], exclude: ['1'], author: '1' }, false, true],
    [{ excludeRoles: ['5'] }, false, true],
  ])('%j names other sessions: %s, and is narrow: %s', (audience, names, narrow) => {
    expect([namesSessions(audience), isNarrow(audience)]).toEqual([names, narrow]);
  });
});
