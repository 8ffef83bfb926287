import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressGroup } from '../../src/core/address-group.js';

describe('the group of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ])('of %s is %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  it.each([
    '',
    'unknown',
    ':',
    ':::',
    '1:2:3',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    'g::1',
    '12345::',
    '1:2:3:4:5:6:7::8',
  ])('of %j, which is no address, is itself', (text) => {
    expect(addressGroup(text)).toBe(text);
  });

  it('is shared by all of an IPv6 /64 and by no other', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
        const sameNetwork = networkOf(one) === networkOf(other);
        expect(addressGroup(one) === addressGroup(other)).toBe(sameNetwork);
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }),
        fc.nat(0xffff),
        (groups, last) => {
          const text = (all: number[]) => all.map((group) => group.toString(16)).join(':');
          expect(addressGroup(text([...groups.slice(0, 7), last]))).toBe(addressGroup(text(groups)));
        },
      ),
    );
  });
});

/** The first 64 bits by the rules of URLs, which shorten addresses their own way. */
function networkOf(address: string): string {
  const [, text = ''] = /^\[(.*)\]$/.exec(new URL(`http://[${address}]/`).hostname) ?? [];
  const [head = '', tail] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return groups.slice(0, 4).join(':');
}
