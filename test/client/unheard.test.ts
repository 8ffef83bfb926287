import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSync } from '../../src/client/node.js';
import { unheard } from '../../src/client/unheard.js';
import { freePort } from '../support/free-port.js';
import { reached, record } from './kit.js';

const REASON = 'no answer: the server is away, or its setting origins does not list http://app.test:5173';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a page whose connection does not come about', () => {
  it('is told that its origin may be why, unless it is a page of the server', () => {
    expect(unheard('ws://127.0.0.1:8080/ws')).toBe('');
    vi.stubGlobal('location', { href: 'http://app.test:5173/page?a' });
    expect(unheard('ws://127.0.0.1:8080/ws')).toBe(REASON);
    expect(unheard('ws://app.test:5173/ws')).toBe('');
  });

  it('hears it once, by the event or on the console', async () => {
    vi.stubGlobal('location', { href: 'http://app.test:5173/page' });
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const url = `ws://127.0.0.1:${await freePort()}`;
    const silent = createSync({ url, minRetryDelay: 1, maxRetryDelay: 2 });
    silent.connect();
    await reached(silent, 'waiting');
    await reached(silent, 'connecting');
    await reached(silent, 'waiting');
    silent.close();
    expect(warn.mock.calls).toEqual([[`signalbox: ${REASON}`]]);
    const listening = createSync({ url });
    const lost = record(listening, 'connection_lost');
    listening.connect();
    await reached(listening, 'waiting');
    listening.close();
    expect(lost).toMatchObject([{ code: 1006, reason: REASON }]);
    expect(warn.mock.calls).toHaveLength(1);
  });
});
