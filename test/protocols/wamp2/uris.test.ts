import { describe, expect, it } from 'vitest';
import { isReserved, isUri } from '../../../src/protocols/wamp2/uris.js';

describe('a URI', () => {
  it.each([
    ['com.myapp.topic', 'exact', true],
    ['oro/email_event/1/2', 'exact', true],
    ['com.myapp.Größe', 'exact', true],
    ['com..topic', 'exact', false],
    ['com..topic', 'prefix', false],
    ['com..topic', 'wildcard', true],
    ['com.myapp.', 'exact', false],
    ['com.myapp.', 'prefix', true],
    ['com.myapp.', 'wildcard', true],
    ['.', 'wildcard', true],
    ['', 'exact', false],
    ['', 'prefix', true],
    ['com.my app', 'wildcard', false],
    ['com.my#app', 'prefix', false],
    ['a'.repeat(1025), 'exact', false],
  ] as const)('%j is one for %s: %s', (text, match, expected) => {
    expect(isUri(text, match)).toBe(expected);
  });

  it('has small letters, digits and _ alone where the rules are strict', () => {
    expect(isUri('com.my_app.topic1', 'exact', 'strict')).toBe(true);
    expect(isUri('com.myApp', 'exact', 'strict')).toBe(false);
    expect(isUri('oro/ping', 'exact', 'strict')).toBe(false);
    expect(isUri('com..topic', 'wildcard', 'strict')).toBe(true);
  });

  it("is the router's own if its first part is wamp", () => {
    expect(['wamp', 'wamp.session.count', 'wamp.'].every(isReserved)).toBe(true);
    expect(['wampum.a', 'com.wamp.a', ''].some(isReserved)).toBe(false);
  });
});
