import { describe, expect, it } from 'vitest';
import { overLimit, RouterError } from '../../src/core/errors.js';
import { type LogFields, NULL_LOGGER } from '../../src/core/logger.js';
import { PeerRefusals } from '../../src/core/peer-refusals.js';

/** Refusals, and what is written and counted of them. */
function watched() {
  const lines: LogFields[] = [];
  const counted: unknown[] = [];
  const note = (fields: LogFields) => void lines.push(fields);
  const logger = { ...NULL_LOGGER, info: note, warn: note, error: note };
  const meter = { count: (name: string, labels?: object) => void counted.push([name, labels]) };
  return { refusals: new PeerRefusals({ logger, meter, protocol: 'test' }), lines, counted };
}

describe('a refusal in which the router had no part', () => {
  it('has an id under which the log has code, reason and whose it is', () => {
    const { refusals, lines, counted } = watched();
    const refusal = refusals.of(new RouterError('bad_request', 'no such frame'), { session: '5' });
    expect(refusal).toMatchObject({ code: 'bad_request', request: expect.any(String) });
    const { request } = refusal;
    expect(lines).toMatchObject([
      { event: 'operation_refused', request, session: '5', code: 'bad_request', reason: 'no such frame' },
    ]);
    expect(counted).toEqual([['signalbox_refusals_total', { code: 'bad_request' }]]);
  });

  it('counts the limit that was reached', () => {
    const { refusals, counted } = watched();
    refusals.of(overLimit('limits.calls', 'too many'), {});
    expect(counted).toEqual([
      ['signalbox_refusals_total', { code: 'limit_exceeded' }],
      ['signalbox_limits_reached_total', { limit: 'limits.calls' }],
    ]);
  });

  it('is written with 512 characters of its reason at most', () => {
    const { refusals, lines } = watched();
    refusals.of(new RouterError('bad_request', 'x'.repeat(600)), {});
    expect(lines).toMatchObject([{ reason: 'x'.repeat(512) }]);
  });

  it('tells the peer nothing of an error of ours, which the log has', () => {
    const { refusals, lines } = watched();
    const error = new TypeError('a secret');
    const refusal = refusals.of(error, { session: '5' });
    expect(refusal.code).toBe('internal');
    expect(refusal.message).not.toContain('secret');
    expect(lines).toEqual([
      { event: 'peer_request_failed', request: refusal.request, protocol: 'test', session: '5', error },
    ]);
  });

  it('is neither written nor counted again where the router has said no before', () => {
    const { refusals, lines, counted } = watched();
    const known = refusals.of(new RouterError('forbidden', 'no'), {});
    expect(refusals.of(known, {})).toBe(known);
    expect([lines.length, counted.length]).toEqual([1, 1]);
  });

  it('of what is against the protocol is counted as such, too', () => {
    const { refusals, counted } = watched();
    refusals.ofViolation(new RouterError('bad_request', 'no'), {});
    expect(counted).toEqual([
      ['signalbox_malformed_messages_total', { protocol: 'test' }],
      ['signalbox_refusals_total', { code: 'bad_request' }],
    ]);
  });
});
