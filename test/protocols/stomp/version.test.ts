import { describe, expect, it } from 'vitest';
import { negotiateVersion } from '../../../src/protocols/stomp/version.js';

describe('the version of a peer', () => {
  it.each([
    [undefined, '1.0'],
    ['1.0', '1.0'],
    ['1.0,1.1', '1.1'],
    ['1.2,1.1,1.0', '1.2'],
    ['1.1, 1.2', '1.2'],
    ['1.3,1.1', '1.1'],
    ['9.9', undefined],
    ['', undefined],
    ['1.20', undefined],
  ])('that accepts %s is %s', (accepts, version) => {
    expect(negotiateVersion(accepts)).toBe(version);
  });
});
