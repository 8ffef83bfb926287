import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Payload } from '../../src/core/payload.js';
import { REDACTED, Redaction } from '../../src/core/redaction.js';

const redaction = new Redaction({ payloads: 'shown', redact: ['password', 'access_token'] });

describe('what an operator is shown of a payload', () => {
  it.each([
    [{ password: 'x' }, { password: REDACTED }],
    [
      { userPassword: 'x', 'New-Password': ['x'] },
      { userPassword: REDACTED, 'New-Password': REDACTED },
    ],
    [
      { accessToken: { a: 1 }, passwords: 1 },
      { accessToken: REDACTED, passwords: 1 },
    ],
    [[{ deep: [{ password: 1 }] }], [{ deep: [{ password: REDACTED }] }]],
    ['a password', 'a password'],
    [null, null],
  ])('of %j masks what is under a name of the list', (value, shown) => {
    expect(redaction.payload(Payload.of(value)).payload).toEqual(shown);
  });

  it('keeps names that mean something else to JavaScript as plain members', () => {
    const view = redaction.payload(Payload.fromJson(Buffer.from('{"__proto__":{"password":"x"},"a":1}')));
    expect(JSON.stringify(view.payload)).toBe('{"__proto__":{"password":"[redacted]"},"a":1}');
  });

  it('never has the value of a name of the list, however deep it is', () => {
    const secret = 'the-secret-value';
    const anything = fc.jsonValue({ maxDepth: 4 });
    const wraps = fc.array(fc.constantFrom('list', 'map'), { maxLength: 70 });
    fc.assert(
      fc.property(anything, wraps, (beside, path) => {
        const value = path.reduce<unknown>(
          (inner, kind) => (kind === 'list' ? [beside, inner] : { beside, inner }),
          { my_password: secret },
        );
        expect(JSON.stringify(redaction.value(value))).not.toContain(secret);
      }),
    );
  });

  it('is looked into 64 levels deep, and masked below', () => {
    const nested = (levels: number) =>
      Array.from({ length: levels }).reduce<unknown>((inner, _, n) => (n % 2 ? [inner] : { inner }), 'seen');
    expect(JSON.stringify(redaction.value(nested(64)))).toContain('seen');
    expect(JSON.stringify(redaction.value(nested(65)))).not.toContain('seen');
    expect(JSON.stringify(redaction.value(nested(65)))).toContain(REDACTED);
  });

  it.each([
    [
      new Map<unknown, unknown>([
        ['password', 'x'],
        [1, { password: 'x' }],
      ]),
      { password: REDACTED, 1: { password: REDACTED } },
    ],
    [{ picture: Buffer.from('octets') }, { picture: REDACTED }],
    [{ large: 2n ** 60n }, { large: '1152921504606846976' }],
    [2n, '2'],
  ])('of values that JSON has no word for (%#) is what it has words for', (value, shown) => {
    expect(redaction.value(value)).toEqual(shown);
  });

  it('masks nothing for a name of nothing but signs', () => {
    const none = new Redaction({ payloads: 'shown', redact: ['--', ''] });
    expect(none.value({ a: 1, '-': 2 })).toEqual({ a: 1, '-': 2 });
  });

  it('masks names beyond the thousandth, and those that are long, as it does the first', () => {
    const names = Array.from({ length: 1500 }, (_, n) => `n${n}_password`);
    for (const name of [...names, ...names, `${'x'.repeat(200)}password`])
      expect(redaction.value({ [name]: 1, [`${name}s`]: 2 })).toEqual({ [name]: REDACTED, [`${name}s`]: 2 });
  });

  it('is all of a payload of 16 KiB', () => {
    const text = 'x'.repeat(16_384 - 2);
    expect(redaction.payload(Payload.of(text))).toMatchObject({ size: 16_384, payload: text });
    expect(redaction.payload(Payload.of(`${text}x`))).toMatchObject({ size: 16_385, omitted: 'too large' });
  });

  it('is its size alone where payloads are hidden, where it is too large, and where it is octets', () => {
    const hides = new Redaction({ payloads: 'hidden', redact: [] });
    expect(hides.payload(Payload.of({ a: 1 }))).toEqual({
      size: 7,
      contentType: 'application/json',
      omitted: 'hidden',
    });
    expect(redaction.payload(Payload.of('x'.repeat(20_000)))).toMatchObject({
      size: 20_002,
      omitted: 'too large',
    });
    expect(redaction.payload(Payload.fromBytes(Buffer.from([0, 1]), 'image/png'))).toMatchObject({
      size: 2,
      omitted: 'binary',
    });
  });
});
