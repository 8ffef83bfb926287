import { describe, expect, it } from 'vitest';
import { LoginAuthenticator } from '../../src/authenticators/index.js';
import type { Credential } from '../../src/core/authenticator.js';
import { configured, DECOYS, ISSUED } from './logins.js';

const logins = configured({
  joe: { ticket: 'ticketforjoe1234', secret: 'not the ticket', roles: ['frontend'], organizations: ['7'] },
  ann: { secret: 'secret of ann' },
  robot: { secret: 'secret of robot', kind: 'backend' },
  keyed: { keys: ['00'.repeat(32)] },
});
const authenticator = new LoginAuthenticator({ logins: () => logins, decoys: DECOYS });
const ask = (credential: Credential | undefined) =>
  authenticator.authenticate({ remoteAddress: '192.0.2.1', headers: {}, ...(credential && { credential }) });

describe('a peer logs in by name', () => {
  it.each(['login', 'basic'] as const)('with its ticket, by %s', async (source) => {
    expect(await ask({ source, identity: 'joe', secret: 'ticketforjoe1234' })).toEqual({
      kind: 'user',
      id: 'joe',
      roles: ['frontend'],
      organizations: ['7'],
      claims: {},
      issued: ISSUED,
    });
  });

  it('with its secret where it has no ticket', async () => {
    expect(await ask({ source: 'login', identity: 'ann', secret: 'secret of ann' })).toMatchObject({
      id: 'ann',
    });
    const robot = await ask({ source: 'login', identity: 'robot', secret: 'secret of robot' });
    expect(robot).toMatchObject({ kind: 'backend', id: 'robot', roles: ['backend'] });
  });

  it.each([
    ['the secret where it has a ticket', 'joe', 'not the ticket'],
    ['the ticket of another', 'ann', 'ticketforjoe1234'],
    ['a name that nobody has', 'nobody', 'ticketforjoe1234'],
    ['a name of the language', '__proto__', 'ticketforjoe1234'],
    ['nothing', 'keyed', ''],
    ['no name', '', 'ticketforjoe1234'],
    ['an endless name', 'x'.repeat(256), 'ticketforjoe1234'],
  ])('but not with %s: others are asked', async (_what, identity, secret) => {
    expect(await ask({ source: 'login', identity, secret })).toBeUndefined();
  });

  it('but not by other credentials, and not without any', async () => {
    expect(await ask({ source: 'bearer', secret: 'ticketforjoe1234' })).toBeUndefined();
    expect(await ask(undefined)).toBeUndefined();
  });
});
