import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectTicket, mintTicket } from '../../src/authenticators/index.js';
import { cli } from '../support/cli.js';
import { testFolder } from '../support/folder.js';
import { SECRET } from '../support/server.js';

const pair = generateKeyPairSync('ed25519');
const pem = {
  'public.pem': pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  'private.pem': pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};
const now = () => Math.floor(Date.now() / 1000);

/** A folder whose server takes tickets of both kinds. */
const folder = () => testFolder({ 'signalbox.yml': 'auth: { public_key: public.pem }\n', ...pem });

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function sealed(claims: unknown, secret = SECRET): string {
  const head = `v1.${base64url(claims)}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

describe('signalbox token', () => {
  it('grants channels, and says when the session ends', async () => {
    const channels = ['--subscribe', 'orders/*', '--subscribe', 'news/**', '--publish', 'chat/5'];
    const args = ['token', '--user', '5', ...channels, '--session', '1h'];
    const { code, stdout } = await cli(args, { cwd: folder() });
    expect(code).toBe(0);
    const { claims, faults } =
      inspectTicket(stdout.trim(), { secret: SECRET, publicKey: undefined }, Date.now()) ?? {};
    expect(faults).toEqual([]);
    expect(claims).toMatchObject({ ch: { subscribe: ['orders/*', 'news/**'], publish: ['chat/5'] } });
    expect(Math.abs(Number(claims?.['until']) - Number(claims?.['iat']) - 3600)).toBeLessThanOrEqual(1);
  });

  it('signs with a private key that is named or configured', async () => {
    const cwd = folder();
    const named = await cli(['token', '--user', '5', '--private-key', `${cwd}/private.pem`], { cwd });
    const env = { SIGNALBOX_PRIVATE_KEY: pem['private.pem'] };
    const configured = await cli(['token', '--user', '5'], { cwd, env });
    for (const { stdout } of [named, configured]) {
      expect(stdout).toMatch(/^e1\./);
      expect((await cli(['token', '--decode', stdout.trim()], { cwd })).code).toBe(0);
    }
  });

  it('cannot sign with the public key alone', async () => {
    const env = { SIGNALBOX_SECRET: '' };
    const { code, stdout, stderr } = await cli(['token', '--user', '5'], { cwd: folder(), env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('no secret to sign with');
  });

  it.each([
    [['--user', '5', '--role', 'backend'], 1, 'cannot grant the role backend'],
    [['--user', '5', '--subscribe', 'a**'], 1, 'no ticket can say this'],
    [['--user', '5', '--session', 'long'], 2, 'not a duration'],
    [[], 2, 'say for whom: --user ID'],
  ])('refuses %j', async (args, code, message) => {
    const outcome = await cli(['token', ...args], { cwd: folder() });
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('signalbox token --decode', () => {
  const decode = (ticket: string, more: readonly string[] = [], env: Record<string, string> = {}) =>
    cli(['token', '--decode', ticket, ...more], { cwd: folder(), env });

  it.each([
    ['v1', SECRET, 'signed with auth.secret'],
    ['e1', pair.privateKey, 'signed with the private key of auth.public_key'],
  ] as const)('explains a ticket %s', async (kind, key, signature) => {
    const channels = { subscribe: ['news/**'] };
    const grant = { user: '5', organizations: ['7', '8'], channels, ttl: 252_000, session: 3_600_000 };
    const ticket = mintTicket(grant, key);
    const { code, stdout, stderr } = await decode(ticket);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of [
      `ticket ${kind}`,
      'user: 5',
      'organisations: 7, 8',
      'channels: {"subscribe":["news/**"]}',
      `signature: ${signature}`,
      'ACCEPTED, unless it was used already',
    ]) {
      expect(stdout).toContain(`${line}\n`);
    }
    expect(stdout).toMatch(/^ {2}made \d+s ago \(\d{4}-\S+Z\)$/m);
    expect(stdout).toMatch(/^ {2}expires in \d+m( \d+s)? \(/m);
    expect(stdout).toMatch(/^ {2}session ends in (1h|59m)( \d+s)? \(/m);
    expect(stdout).not.toContain(ticket.split('.')[2]);
    expect(stdout).not.toContain(SECRET);
  });

  it('reads a ticket from standard input', async () => {
    const stdin = `${mintTicket({ user: '5', ttl: 60_000 }, SECRET)}\n`;
    const { code, stdout } = await cli(['token', '--decode', '-'], { cwd: folder(), stdin });
    expect(code).toBe(0);
    expect(stdout).toContain('user: 5');
  });

  const good = { sub: '5', iat: now(), exp: now() + 600, jti: 'x' };

  it.each([
    ['another secret', sealed(good, 'another'), 'wrong: it is not signed by auth.secret'],
    [
      'the past',
      sealed({ ...good, iat: now() - 400, exp: now() - 180 }),
      /expired 3m( \d+s)? ago[\s\S]*wrong: it is expired/,
    ],
    [
      'the future',
      sealed({ ...good, iat: now() + 120 }),
      /made in [\s\S]*wrong: it was made over 30 seconds in the future/,
    ],
    ['a session that is over', sealed({ ...good, until: now() - 10 }), 'wrong: its session would have ended'],
    ['a member too many', sealed({ ...good, nbf: 1 }), 'wrong: "nbf" is not known'],
    [
      'the role backend',
      sealed({ ...good, roles: ['backend'] }),
      'wrong: roles is not a list of texts without backend',
    ],
    ['no object', sealed('x'), 'wrong: sub is not a text'],
    ['half of a ticket', sealed(good).slice(0, -9), 'wrong: it is cut off, too long or not of the form'],
  ])('says what is wrong with a ticket of %s', async (_what, ticket, message) => {
    const { code, stdout } = await decode(ticket);
    expect(code).toBe(1);
    if (typeof message === 'string') expect(stdout).toContain(message);
    else expect(stdout).toMatch(message);
    expect(stdout).toMatch(/^REFUSED$/m);
  });

  it('does not accept what it cannot check', async () => {
    const { code, stdout } = await decode(sealed(good), [], { SIGNALBOX_SECRET: '' });
    expect(code).toBe(1);
    expect(stdout).toContain('signature: not checked: there is no auth.secret here');
    expect(stdout).toContain('UNKNOWN: the signature could not be checked here');
  });

  it('explains a ticket of OroPlatform without its digest', async () => {
    const created = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z/, '+00:00');
    const ticket = Buffer.from(`thedigest==;ad;min;0123456789abcdef;${created}`).toString('base64');
    const { code, stdout } = await decode(ticket);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^ticket of OroPlatform\n {2}username: ad;min\n {2}made [\s\S]*expires in (4m|3m \d+s) \(/,
    );
    expect(stdout).not.toContain('thedigest');
    const old = Buffer.from('d;admin;n;2020-01-01T00:00:00+00:00').toString('base64');
    expect((await decode(old)).stdout).toContain('wrong: it is expired');
  });

  it('checks a JWT as the server would, where auth.jwt says how', async () => {
    const settings = 'auth: { jwt: { algorithms: [HS256], secret: { env: JWT_SECRET }, audience: live } }\n';
    const cwd = testFolder({ 'signalbox.yml': settings });
    const env = { JWT_SECRET: 'a secret of enough characters for HS256' };
    const sign = (claims: unknown) => {
      const head = `${base64url({ alg: 'HS256' })}.${base64url(claims)}`;
      return `${head}.${createHmac('sha256', env.JWT_SECRET).update(head).digest('base64url')}`;
    };
    const good = await cli(['token', '--decode', sign({ sub: '5', aud: 'live', exp: now() + 600 })], {
      cwd,
      env,
    });
    expect([good.code, good.stdout]).toEqual([
      0,
      expect.stringContaining('signature: signed with a key of auth.jwt'),
    ]);
    const foreign = await cli(['token', '--decode', sign({ sub: '5', aud: 'mail', exp: now() + 600 })], {
      cwd,
      env,
    });
    expect([foreign.code, foreign.stdout]).toEqual([
      1,
      expect.stringContaining('wrong: the token is not for this audience\nREFUSED'),
    ]);
  });

  it('explains a JWT without its signature', async () => {
    const claims = { iss: 'https://id.example.com', sub: '5', exp: now() + 600, admin: true };
    const jwt = `${base64url({ alg: 'RS256', kid: 'k1' })}.${base64url(claims)}.c2lnbmF0dXJl`;
    const { code, stdout } = await decode(jwt);
    expect(code).toBe(1);
    expect(stdout).toContain(
      'JWT (RS256, key k1)\n  issuer: https://id.example.com\n  user: 5\n  expires in ',
    );
    expect(stdout).toContain('  admin: true\n  signature: not checked: there is no key for it here\n');
    expect(stdout).not.toContain('c2lnbmF0dXJl');
    const unsigned = `${base64url({ alg: 'none' })}.${base64url({ sub: '5', nbf: now() + 600 })}.`;
    const { stdout: faults } = await decode(unsigned);
    for (const fault of ['nobody has signed it', 'it has no exp', 'it is not valid yet'])
      expect(faults).toContain(`wrong: ${fault}`);
  });

  it('prints JSON on request', async () => {
    const { code, stdout } = await decode(sealed({ ...good, nbf: 1 }), ['--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      accepted: false,
      form: 'ticket v1',
      claims: { ...good, nbf: 1 },
      signed: true,
      signature: 'signed with auth.secret',
      faults: ['"nbf" is not known'],
    });
  });

  it.each(['', 'hunter2', 'a.b.c', 'x'.repeat(100_000)])(
    'does not repeat what it cannot read: %#',
    async (text) => {
      const { code, stdout, stderr } = await decode(text);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toBe('error: this is neither a ticket of signalbox or OroPlatform, nor a JWT\n');
    },
  );

  it('lets no claim move the cursor', async () => {
    const { stdout } = await decode(sealed({ ...good, sub: '\u001b[2J5\u202e' }));
    expect(stdout).toContain('user: \\u{1b}[2J5\\u{202e}\n');
  });
});

describe('signalbox key', () => {
  it('prints a new key and its hash', async () => {
    const { code, stdout } = await cli(['key']);
    const [, key = '', hash] = /^key: (sbk_[\w-]{43})\nsha256: ([0-9a-f]{64})\n$/.exec(stdout) ?? [];
    expect(code).toBe(0);
    expect(hash).toBe(createHash('sha256').update(key).digest('hex'));
    expect((await cli(['key'])).stdout).not.toBe(stdout);
  });

  it('prints both as JSON', async () => {
    const { stdout } = await cli(['key', '--json']);
    const { key, sha256 } = JSON.parse(stdout);
    expect(sha256).toBe(createHash('sha256').update(key).digest('hex'));
  });

  it('prints the hash of a key on standard input, and never the key', async () => {
    const sha256 = createHash('sha256').update('the key of the shop').digest('hex');
    const stdin = 'the key of the shop\n';
    expect(await cli(['key', '--hash'], { stdin })).toMatchObject({ code: 0, stdout: `sha256: ${sha256}\n` });
    const { stdout } = await cli(['key', '--hash', '--json'], { stdin });
    expect(JSON.parse(stdout)).toEqual({ sha256 });
  });

  it('wants a key to hash', async () => {
    expect(await cli(['key', '--hash'], { stdin: '\n' })).toMatchObject({ code: 1, stdout: '' });
  });
});
