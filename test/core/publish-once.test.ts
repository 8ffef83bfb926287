import { expect, it } from 'vitest';
import { requireKey, requireVersion } from '../../src/core/publish-once.js';

const refused = expect.objectContaining({ code: 'bad_request' });

it('takes a key of 1 to 255 characters for an attempt to publish', () => {
  for (const key of ['a', 'x'.repeat(255)]) expect(requireKey(key)).toBe(key);
  for (const key of ['', 'x'.repeat(256)]) expect(() => requireKey(key)).toThrow(refused);
});

it('takes a whole number of at least 1 for a version', () => {
  for (const version of [1, Number.MAX_SAFE_INTEGER]) expect(requireVersion(version)).toBe(version);
  for (const version of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
    expect(() => requireVersion(version)).toThrow(refused);
});
