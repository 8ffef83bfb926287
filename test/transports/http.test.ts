import { expect, it, vi } from 'vitest';
import { HttpTransport } from '../../src/transports/index.js';

it('logs a request that failed without its query, which may hold a ticket', async () => {
  const error = vi.fn();
  const broken = new Error('broken');
  const http = new HttpTransport({
    endpoints: [{ method: 'GET', path: '/page', bodyLimit: 0, handle: () => Promise.reject(broken) }],
    logger: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error },
    meter: { count: vi.fn() },
    limits: { handshakeTimeout: 1000, connections: 10 },
  });
  const port = await http.listen('127.0.0.1', 0);
  try {
    const response = await fetch(`http://127.0.0.1:${port}/page?ticket=secret`);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain('broken');
    const { request } = JSON.parse(text).error;
    expect(error).toHaveBeenCalledExactlyOnceWith(
      { event: 'request_failed', request, error: broken, path: '/page' },
      'request failed',
    );
  } finally {
    await http.close(0);
  }
});
