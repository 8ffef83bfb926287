import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { autobahnPython } from '../../support/autobahn-python.js';
import { run } from '../../support/run.js';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { SALTED_SECRET, SCRAM_PASSWORD, SECRET, SEED, TICKET } from './logins.js';

const SCRIPT = fileURLToPath(new URL('./login.py', import.meta.url));

describe.skipIf(autobahnPython === undefined)('an autobahn-python session', () => {
  const server = useServer(APPLICATION);

  const login = async (method: string, authid: string, secret: string) => {
    const args = [SCRIPT, server().webSocketUrl(), method, authid, secret];
    const { stdout } = await run(autobahnPython ?? '', args);
    return JSON.parse(stdout.trim().split('\n').at(-1) || '{}');
  };

  it.each([
    ['ticket', 'alice', TICKET],
    ['wampcra', 'joe', SECRET],
    ['wampcra', 'sue', SALTED_SECRET],
    ['cryptosign', 'kim', SEED.toString('hex')],
  ])('proves who it is by %s as %s', async (authmethod, authid, secret) => {
    expect(await login(authmethod, authid, secret)).toMatchObject({ authid, authmethod });
  });

  it('proves who it is by scram, and has the server prove that it knows it', async () => {
    const welcome = await login('scram', 'ann', SCRAM_PASSWORD);
    expect(welcome).toMatchObject({ authid: 'ann', authmethod: 'scram', server: 'proven' });
  });

  it.each([
    ['ticket', 'alice', 'ticket of bob, for tests'],
    ['wampcra', 'joe', 'wrong'],
    ['scram', 'ann', 'wrong'],
  ])('is told that it is turned away by %s as %s', async (method, authid, secret) => {
    expect(await login(method, authid, secret)).toEqual({ reason: 'wamp.error.authentication_denied' });
  });
});
