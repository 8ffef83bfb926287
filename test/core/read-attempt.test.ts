import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRouterError } from '../../src/core/errors.js';
import { readAttempt, readCookies } from '../../src/core/read-attempt.js';

const remoteAddress = '192.0.2.1';
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

function credential(path: string, headers: Record<string, string> = {}, cookie?: string) {
  return readAttempt({ remoteAddress, headers, url: new URL(`http://x${path}`), cookie }).credential;
}

describe('what a handshake presents', () => {
  it.each([
    ['/', {}, undefined],
    ['/?ticket=v1.a.b', {}, { source: 'ticket', secret: 'v1.a.b' }],
    ['/?token=a%2Bb', {}, { source: 'token', secret: 'a+b' }],
    ['/?ticket=', {}, { source: 'ticket', secret: '' }],
    ['/', { authorization: 'Bearer k' }, { source: 'bearer', secret: 'k' }],
    ['/', { authorization: ' bearer  k ' }, { source: 'bearer', secret: 'k' }],
    ['/', { authorization: basic('shop:a:b') }, { source: 'basic', identity: 'shop', secret: 'a:b' }],
    ['/', { authorization: basic('ü:é') }, { source: 'basic', identity: 'ü', secret: 'é' }],
    [
      '/?ticket=t',
      { authorization: 'Bearer k', cookie: 'c=d', origin: 'http://x' },
      { source: 'ticket', secret: 't' },
    ],
    [
      '/',
      { cookie: 'a=1; live=secret; live=other', origin: 'http://x' },
      { source: 'cookie', secret: 'secret' },
    ],
    ['/', { cookie: 'live="quoted"', origin: 'http://x' }, { source: 'cookie', secret: 'quoted' }],
    [
      '/',
      { authorization: 'Bearer k', cookie: 'live=c', origin: 'http://x' },
      { source: 'bearer', secret: 'k' },
    ],
    ['/', { cookie: 'other=1', origin: 'http://x' }, undefined],
  ])('in %s with %j is %j', (path, headers, expected) => {
    expect(credential(path, headers as Record<string, string>, 'live')).toEqual(expected);
  });

  it('does not count as a cookie without an origin, which browsers send along from foreign pages', () => {
    expect(credential('/', { cookie: 'live=secret' }, 'live')).toBeUndefined();
  });

  it('is no cookie where none is named', () => {
    expect(credential('/', { cookie: 'live=secret; =x', origin: 'http://x' })).toBeUndefined();
    expect(credential('/', { cookie: 'live=secret; =x', origin: 'http://x' }, '')).toBeUndefined();
  });

  it('is looked for in the address only where addresses do not end up in logs for nothing', () => {
    const url = new URL('http://x/?ticket=t');
    expect(readAttempt({ remoteAddress, headers: {} })).toEqual({ remoteAddress, headers: {} });
    expect(readAttempt({ remoteAddress, headers: {}, url }).credential).toBeDefined();
  });

  it.each(['Bearer', 'Bearer a b', 'Digest x', basic('no colon'), 'Basic ####', 'Basic gIA6eA=='])(
    'in the header "%s" is refused',
    (authorization) => {
      expect(() => credential('/', { authorization })).toThrow(
        expect.objectContaining({ code: 'unauthorized' }),
      );
    },
  );

  it('is refused when it is overlong, before anybody looks at it', () => {
    expect(() => credential(`/?ticket=${'x'.repeat(8193)}`)).toThrow(
      'the credential is over 8192 characters',
    );
  });

  it('never does anything but answer or refuse', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (authorization, cookie, name) => {
        try {
          credential('/', { authorization, cookie, origin: 'http://x' }, name);
          expect(readCookies({ cookie }).size).toBeLessThanOrEqual(cookie.split(';').length);
        } catch (error) {
          expect(isRouterError(error)).toBe(true);
        }
      }),
    );
  });
});
