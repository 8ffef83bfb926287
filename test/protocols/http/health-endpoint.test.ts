import { describe, expect, it } from 'vitest';
import { healthEndpoints } from '../../../src/protocols/http/index.js';

describe('the health endpoints', () => {
  let ready = false;
  const endpoints = healthEndpoints(() => ({
    ready,
    states: { server: 'up', broker: ready ? 'up' : 'down' },
  }));
  const get = async (path: string) => {
    const endpoint = endpoints.find((one) => one.path === path);
    expect(endpoint).toMatchObject({ method: 'GET', bodyLimit: 0 });
    const url = new URL(path, 'http://localhost');
    const reply = await endpoint?.handle({
      method: 'GET',
      url,
      headers: {},
      remoteAddress: '',
      body: Buffer.alloc(0),
    });
    return [reply?.status, reply?.body];
  };

  it('say that the process lives', async () => {
    expect(await get('/healthz')).toEqual([200, 'ok\n']);
  });

  it('say whether it takes requests, and what is down', async () => {
    ready = false;
    expect(await get('/readyz')).toEqual([503, '{"ready":false,"server":"up","broker":"down"}\n']);
    ready = true;
    expect(await get('/readyz')).toEqual([200, '{"ready":true,"server":"up","broker":"up"}\n']);
  });
});
