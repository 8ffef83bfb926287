import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { PeerAddresses } from '../../src/transports/index.js';

const PROXY = '127.0.0.1';
const behindProxies = new PeerAddresses({
  trustedProxies: [PROXY, '10.0.0.0/8', '::1', '2001:db8:ffff::/48'],
});

describe('behind trusted proxies', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['1.2.3.4, 203.0.113.9, 10.1.2.3,127.0.0.1', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['  203.0.113.9  ', '203.0.113.9'],
    ['2001:DB8:0:0::9', '2001:db8::9'],
    ['[2001:db8::9]', '2001:db8::9'],
    ['[2001:db8::9]:443', '2001:db8::9'],
    ['fe80::9%eth0', 'fe80::9'],
    ['203.0.113.9, 2001:db8:ffff::1', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['[::ffff:cb00:7109]:80', '203.0.113.9'],
    ['203.0.113.9, ::ffff:10.0.0.1', '203.0.113.9'],
    // all of them trusted: the outermost
    ['10.9.9.9, 10.1.2.3', '10.9.9.9'],
    // something that is no address ends the walk
    ['203.0.113.9, unknown, 10.1.2.3', '10.1.2.3'],
    ['203.0.113.9, , 10.1.2.3', '10.1.2.3'],
    ['203.0.113.9, 10.1.2.3, "10.0.0.1"', PROXY],
    ['203.0.113.9,', PROXY],
    ['', PROXY],
    [',', PROXY],
    ['_hidden', PROXY],
    ['203.0.113.999', PROXY],
    ['203.0.113.9:', PROXY],
    ['[203.0.113.9', PROXY],
    ['for=203.0.113.9', PROXY],
    [`${' '.repeat(100)}203.0.113.9`, PROXY],
  ])('%j comes from %s', (forwarded, address) => {
    expect(behindProxies.resolve(PROXY, forwarded)).toBe(address);
  });

  it('the address of a proxy itself may be IPv4 within IPv6', () => {
    expect(behindProxies.resolve('::ffff:10.1.2.3', '203.0.113.9')).toBe('203.0.113.9');
    expect(behindProxies.resolve('::ffff:192.0.2.1', '203.0.113.9')).toBe('192.0.2.1');
  });

  it('no more than 32 entries are looked at', () => {
    const trusted = (count: number) => Array.from({ length: count }, (_, i) => `10.0.0.${i}`).join(', ');
    expect(behindProxies.resolve(PROXY, `203.0.113.9, ${trusted(31)}`)).toBe('203.0.113.9');
    expect(behindProxies.resolve(PROXY, `203.0.113.9, ${trusted(32)}`)).toBe('10.0.0.0');
  });

  it('whatever is forwarded, the address is one', () => {
    fc.assert(
      fc.property(forwardedText(), (forwarded) => {
        const address = behindProxies.resolve(PROXY, forwarded);
        expect(new PeerAddresses({ trustedProxies: [address] })).toBeDefined();
        expect(address).not.toMatch(/^::ffff:\d+\./);
      }),
    );
  });
});

describe('a peer that is not trusted', () => {
  it('has its own address, whatever it says to forward', () => {
    const someoneElse = fc
      .oneof(fc.ipV4(), fc.ipV6())
      .map((address) => behindProxies.resolve(address, undefined))
      .filter((address) => behindProxies.resolve(address, '192.0.2.250') === address);
    fc.assert(
      fc.property(someoneElse, forwardedText(), (peer, forwarded) => {
        expect(behindProxies.resolve(peer, forwarded)).toBe(peer);
        expect(new PeerAddresses().resolve(peer, forwarded)).toBe(peer);
      }),
      {
        examples: [
          ['192.0.2.1', '127.0.0.1'],
          ['2001:db8::1', '10.0.0.1, 127.0.0.1'],
        ],
      },
    );
    for (const peer of ['192.0.2.1', '11.0.0.1', '2001:db8:fffe::1', '::2']) {
      expect(behindProxies.resolve(peer, '203.0.113.9')).toBe(peer);
    }
  });

  it('has no address any more when it has gone', () => {
    expect(behindProxies.resolve(undefined, '203.0.113.9')).toBe('');
  });

  it('that forwards others from within the network is told of once', () => {
    const untrusted = vi.fn();
    const addresses = new PeerAddresses({ untrusted });
    addresses.resolve('203.0.113.9', '192.0.2.1');
    addresses.resolve('10.0.0.7', undefined);
    expect(untrusted).not.toHaveBeenCalled();
    for (const peer of ['10.0.0.7', '127.0.0.1', '::1']) addresses.resolve(peer, '192.0.2.1');
    expect(untrusted).toHaveBeenCalledExactlyOnceWith('10.0.0.7');
  });
});

describe('blocked addresses', () => {
  const addresses = new PeerAddresses({ blocked: ['192.0.2.0/24', '203.0.113.9', '2001:db8::/32'] });

  it.each(['192.0.2.1', '203.0.113.9', '2001:db8:1::1'])('refuses %s without saying more', (address) => {
    expect(() => addresses.check(address)).toThrow(
      expect.objectContaining({ code: 'forbidden', message: 'the address is blocked' }),
    );
  });

  it.each(['192.0.3.1', '203.0.113.8', '2001:db9::1', '::1', ''])('lets %j in', (address) => {
    expect(() => addresses.check(address)).not.toThrow();
    expect(() => new PeerAddresses().check(address)).not.toThrow();
  });
});

/** What somebody may write into the header: addresses, trusted ones among them, and anything else. */
function forwardedText(): fc.Arbitrary<string> {
  const entry = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((address) => `${address}:80`),
    fc.ipV6().map((address) => `[${address}]:80`),
    fc.constantFrom(PROXY, '10.0.0.1', '::1', 'unknown', '', '::ffff:10.0.0.1', '%', '::%'),
    fc.string({ maxLength: 20 }),
  );
  return fc.oneof(
    fc.string(),
    fc.array(entry, { maxLength: 40 }).map((entries) => entries.join(',')),
  );
}
