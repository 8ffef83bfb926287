import { describe, expect, it } from 'vitest';
import { healthEndpoints } from '../../../src/protocols/http/index.js';

describe('the health endpoints', () => {
  let ready = false;
  const endpoints = healthEndpoints(() => ready);
  const get = async (path: string) => {
    const endpoint = endpoints.find((one) => one.path === path);
    expect(endpoint).toMatchObject({ method: 'GET', bodyLimit: 0 });
    const url = new URL(path, 'http://localhost');
    return endpoint?.handle({ method: 'GET', url, headers: {}, remoteAddress: '', body: Buffer.alloc(0) });
  };

  it('say that the process lives', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
  });

  it('say whether it takes requests', async () => {
    ready = false;
    expect(await get('/readyz')).toMatchObject({ status: 503, body: 'unavailable\n' });
    ready = true;
    expect(await get('/readyz')).toMatchObject({ status: 200, body: 'ok\n' });
  });
});
