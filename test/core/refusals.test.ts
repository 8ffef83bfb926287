import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { cutText } from '../../src/core/cut-text.js';
import { identified, overLimit, RouterError } from '../../src/core/errors.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { countLimit } from '../../src/core/meter.js';
import { RefusalLog } from '../../src/core/refusal-log.js';

it('a refusal keeps the name that it has, and gets one if it has none', () => {
  const named = new RouterError('forbidden', 'no', { request: 'r-1', hint: 'ask' });
  expect(identified(named)).toBe(named);
  const limit = identified(overLimit('limits.messages', 'too many'));
  expect(limit).toMatchObject({
    code: 'limit_exceeded',
    message: 'too many',
    limit: 'limits.messages',
    request: expect.stringMatching(/^r-[0-9a-f]{16}$/),
  });
});

it('a refusal is counted under the limit that it names', () => {
  const count = vi.fn();
  countLimit({ count }, new RouterError('forbidden', 'no'));
  expect(count).not.toHaveBeenCalled();
  countLimit({ count }, overLimit('limits.messages', 'too many'));
  expect(count).toHaveBeenCalledExactlyOnceWith('signalbox_limits_reached_total', {
    limit: 'limits.messages',
  });
});

it('a flood of refusals writes few lines, and the next one tells how many are missing', () => {
  vi.useFakeTimers();
  const info = vi.fn();
  const log = new RefusalLog({ ...NULL_LOGGER, info });
  for (let i = 0; i < 10_000; i++) log.write({ event: 'request_refused', i }, 'request refused');
  expect(info).toHaveBeenCalledTimes(50);
  vi.advanceTimersByTime(1000);
  log.write({ event: 'request_refused', i: 10_000 }, 'request refused');
  log.write({ event: 'request_refused', i: 10_001 }, 'request refused');
  expect(info).toHaveBeenNthCalledWith(
    51,
    { event: 'request_refused', i: 10_000, omitted: 9950 },
    'request refused',
  );
  expect(info).toHaveBeenLastCalledWith({ event: 'request_refused', i: 10_001 }, 'request refused');
  vi.useRealTimers();
});

it.each(['badrequest', 'constructor'])('a refusal with the code %s, which there is not, says so', (code) => {
  expect(() => new RouterError(code as 'bad_request', 'no')).toThrow(`a RouterError has no code "${code}"`);
});

it('a text that is cut is whole text still', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, octets) => {
      const cut = cutText(text, octets);
      expect(text.startsWith(cut)).toBe(true);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(octets);
      expect(Buffer.from(cut).toString('utf8')).toBe(cut);
      if (Buffer.byteLength(text) <= octets) expect(cut).toBe(text);
    }),
  );
});
