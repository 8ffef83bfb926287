import { describe, expect, it, vi } from 'vitest';
import { isRouterError } from '../../src/core/errors.js';
import { AdmissionLimits, type AdmissionOptions } from '../../src/transports/admission-limits.js';

function limits(more: Partial<AdmissionOptions>): AdmissionLimits {
  return new AdmissionLimits({
    connections: 1000,
    connectionsPerAddress: 1000,
    handshakes: undefined,
    ...more,
  });
}

function limitReached(admission: AdmissionLimits, address: string): string | undefined {
  try {
    admission.enter(address);
    return undefined;
  } catch (error) {
    return isRouterError(error) ? error.limit : 'not a refusal';
  }
}

describe('the limits on connections', () => {
  it('count all addresses of an IPv6 /64 as one', () => {
    const admission = limits({ connectionsPerAddress: 2 });
    admission.enter('2001:db8:1:2::1');
    admission.enter('2001:db8:1:2::2');
    expect(limitReached(admission, '2001:db8:1:2:ffff::3')).toBe('limits.connections_per_address');
    expect(limitReached(admission, '2001:db8:1:3::1')).toBeUndefined();
    admission.leave('2001:db8:1:2::1');
    expect(limitReached(admission, '2001:db8:1:2::3')).toBeUndefined();
  });

  it('name the setting that is reached', () => {
    const admission = limits({ connections: 1 });
    admission.enter('192.0.2.1');
    expect(limitReached(admission, '192.0.2.2')).toBe('limits.connections');
  });

  it('refuse handshakes of an address that come too fast, and let others in', () => {
    vi.useFakeTimers();
    const admission = limits({ handshakes: { rate: 10, burst: 3 } });
    const knock = (address: string) => {
      const limit = limitReached(admission, address);
      if (limit === undefined) admission.leave(address);
      return limit;
    };
    expect([1, 2, 3, 4, 5].map(() => knock('192.0.2.1'))).toEqual([
      ...[undefined, undefined, undefined],
      ...['limits.handshakes', 'limits.handshakes'],
    ]);
    expect(knock('192.0.2.2')).toBeUndefined();
    vi.advanceTimersByTime(100);
    expect([knock('192.0.2.1'), knock('192.0.2.1')]).toEqual([undefined, 'limits.handshakes']);
    expect(admission.count).toBe(0);
    vi.useRealTimers();
  });
});
