import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTraceparent, writeTraceparent } from '../../src/core/trace-context.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a traceparent', () => {
  it('is read as it is written', () => {
    expect(readTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      traceFlags: 1,
    });
    const [hex, flag] = [fc.constantFrom(...'123456789abcdef'), fc.constantFrom(0, 1)];
    const ids = (length: number) =>
      fc.array(hex, { minLength: length, maxLength: length }).map((a) => a.join(''));
    fc.assert(
      fc.property(ids(32), ids(16), flag, (traceId, spanId, traceFlags) => {
        const context = { traceId, spanId, traceFlags };
        expect(readTraceparent(writeTraceparent(context))).toEqual(context);
      }),
    );
  });

  it('is none where it has another version, form or only zeros', () => {
    const others = [
      `01-${TRACE}-${SPAN}-01`,
      `00-${TRACE}-${SPAN}-1`,
      `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    ];
    const zeros = [`00-${'0'.repeat(32)}-${SPAN}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`];
    for (const text of [...others, ...zeros, '', 5, undefined, ` 00-${TRACE}-${SPAN}-01`])
      expect(readTraceparent(text)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => readTraceparent(text) === undefined));
  });

  it('of which only the lowest flag counts', () => {
    expect(readTraceparent(`00-${TRACE}-${SPAN}-fe`)?.traceFlags).toBe(0);
    expect(readTraceparent(`00-${TRACE}-${SPAN}-03`)?.traceFlags).toBe(1);
  });
});
