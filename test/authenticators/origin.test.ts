import { describe, expect, it } from 'vitest';
import { OriginPolicy } from '../../src/authenticators/index.js';

const LOCAL = { host: '127.0.0.1', port: 8080 };
const APP = 'https://app.example.com';

function verdict(policy: OriginPolicy, origin: string | readonly string[] | undefined): string {
  try {
    policy.check(origin);
    return 'allowed';
  } catch (error) {
    expect(error).toMatchObject({ code: 'forbidden' });
    return 'refused';
  }
}

describe('the origin policy', () => {
  const listing = new OriginPolicy({
    origins: [
      APP,
      'http://Intranet.example:8000',
      'https://shop.example:443',
      'http://[2001:DB8::1]',
      'capacitor://localhost',
    ],
    listen: LOCAL,
  });

  it.each([
    [undefined, 'allowed'],
    // the server's own pages
    ['http://127.0.0.1:8080', 'allowed'],
    ['http://localhost:8080', 'allowed'],
    ['http://[::1]:8080', 'allowed'],
    ['HTTP://LOCALHOST:8080', 'allowed'],
    ['http://localhost', 'refused'],
    ['http://localhost:3000', 'refused'],
    ['https://localhost:8080', 'refused'],
    ['http://localhost.:8080', 'refused'],
    ['http://127.1:8080', 'refused'],
    // listed ones
    [APP, 'allowed'],
    ['https://APP.Example.com', 'allowed'],
    ['https://app.example.com:443', 'allowed'],
    ['http://intranet.example:8000', 'allowed'],
    ['https://shop.example', 'allowed'],
    ['http://[2001:db8::1]:80', 'allowed'],
    ['capacitor://localhost', 'allowed'],
    ['http://app.example.com', 'refused'],
    ['https://app.example.com:8443', 'refused'],
    ['http://intranet.example', 'refused'],
    ['https://example.com', 'refused'],
    ['https://www.app.example.com', 'refused'],
    // tricks
    ['null', 'refused'],
    ['NULL', 'refused'],
    ['', 'refused'],
    ['*', 'refused'],
    ['https://*', 'refused'],
    ['https://app.example.com.evil', 'refused'],
    ['https://app.example.com.evil.example', 'refused'],
    ['https://evilapp.example.com', 'refused'],
    ['https://evil.example/https://app.example.com', 'refused'],
    ['https://app.example.com@evil.example', 'refused'],
    ['https://app.example.com:443@evil.example', 'refused'],
    ['https://evil.example#https://app.example.com', 'refused'],
    ['https://evil.example\\app.example.com', 'refused'],
    ['https://app.example.com/', 'refused'],
    ['https://app.example.com, https://evil.example', 'refused'],
    ['https://app.example.com https://evil.example', 'refused'],
    ['https:app.example.com', 'refused'],
    ['//app.example.com', 'refused'],
    ['https://', 'refused'],
    ['https://app.example.com:', 'refused'],
    ['https://app.example.com:443443', 'refused'],
    ['https://аpp.example.com', 'refused'],
    [[APP], 'refused'],
    [[APP, 'https://evil.example'], 'refused'],
    // bare host names, as PHP clients send
    ['127.0.0.1', 'allowed'],
    ['localhost', 'allowed'],
    ['[::1]', 'allowed'],
    ['::1', 'allowed'],
    ['app.example.com', 'allowed'],
    ['App.Example.com', 'allowed'],
    ['evil.example', 'refused'],
    ['app.example.com.evil', 'refused'],
    ['127.0.0.1.evil.example', 'refused'],
    ['127.0.0.1:8080', 'refused'],
  ])('finds %j %s', (origin, expected) => {
    expect(verdict(listing, origin)).toBe(expected);
  });

  it('names the origin and the remedy', () => {
    expect(() => listing.check('https://evil.example')).toThrow(
      expect.objectContaining({
        message: 'origin https://evil.example is not allowed',
        hint: 'write origins: ["https://evil.example"] in signalbox.yml, or add it to those that are there',
      }),
    );
    expect(() => listing.check('null')).toThrow('origin null is not allowed');
  });

  it('shows no more of a long origin than it takes to know it', () => {
    expect(() => listing.check(`https://${'a'.repeat(10_000)}`)).toThrow(/^.{1,300}$/);
  });

  it('refuses who names no origin where one is required', () => {
    const policy = new OriginPolicy({ origins: [], listen: LOCAL, required: true });
    expect(verdict(policy, undefined)).toBe('refused');
    expect(verdict(policy, 'http://localhost:8080')).toBe('allowed');
  });

  it.each(['0.0.0.0', '::', '', 'localhost', '127.0.0.1', '::1'])(
    'counts the names of the loopback as its own when it listens on %j',
    (host) => {
      const policy = new OriginPolicy({ origins: [], listen: { host, port: 80 } });
      for (const name of ['localhost', '127.0.0.1', '[::1]']) {
        expect(verdict(policy, `http://${name}`)).toBe('allowed');
        expect(verdict(policy, `http://${name}:81`)).toBe('refused');
      }
    },
  );

  it('counts the address that it listens on as its own, and then not the loopback', () => {
    const policy = new OriginPolicy({ origins: [], listen: { host: '10.0.0.7', port: 8080 } });
    expect(verdict(policy, 'http://10.0.0.7:8080')).toBe('allowed');
    expect(verdict(policy, '10.0.0.7')).toBe('allowed');
    expect(verdict(policy, 'http://localhost:8080')).toBe('refused');
  });

  it('counts its https origins as its own, and not the http ones, when it speaks TLS', () => {
    const policy = new OriginPolicy({ origins: [], listen: { host: '127.0.0.1', port: 0 } });
    policy.listening({ host: '127.0.0.1', port: 8443, secure: true });
    expect(verdict(policy, 'https://localhost:8443')).toBe('allowed');
    expect(verdict(policy, 'http://localhost:8443')).toBe('refused');
    policy.listening({ host: '127.0.0.1', port: 443, secure: true });
    expect(verdict(policy, 'https://127.0.0.1')).toBe('allowed');
  });

  it('learns the port that the system picked', () => {
    const policy = new OriginPolicy({ origins: [APP], listen: { host: '127.0.0.1', port: 0 } });
    expect(verdict(policy, 'http://localhost:45123')).toBe('refused');
    policy.listening({ host: '127.0.0.1', port: 45123 });
    expect(verdict(policy, 'http://localhost:45123')).toBe('allowed');
    expect(verdict(policy, 'http://localhost:0')).toBe('refused');
    expect(verdict(policy, APP)).toBe('allowed');
  });

  it('learns its own name with the port, for peers that send a bare host', () => {
    const policy = new OriginPolicy({ origins: [], listen: { host: 'Live.example', port: 0 } });
    expect(verdict(policy, 'live.example')).toBe('refused');
    policy.listening({ host: 'Live.example', port: 45123 });
    expect(verdict(policy, 'live.example')).toBe('allowed');
    expect(verdict(policy, 'http://live.example:45123')).toBe('allowed');
    expect(verdict(policy, 'other.example')).toBe('refused');
  });

  it('allows every origin but null when told so by a star', () => {
    const policy = new OriginPolicy({ origins: ['*'], listen: LOCAL });
    expect(verdict(policy, 'https://anything.example:1')).toBe('allowed');
    expect(verdict(policy, 'null')).toBe('refused');
    expect(verdict(policy, 'NULL')).toBe('refused');
    expect(verdict(policy, '')).toBe('refused');
    expect(verdict(policy, 'crm.example')).toBe('allowed');
  });

  it.each([
    'app.example.com',
    'https://app.example.com/',
    'https://*.example.com',
    'null',
    '',
    'https://a b',
  ])('is not built with the origin %j', (origin) => {
    expect(() => new OriginPolicy({ origins: [origin], listen: LOCAL })).toThrow(
      'write scheme, host and port as in https://app.example.com',
    );
  });
});
