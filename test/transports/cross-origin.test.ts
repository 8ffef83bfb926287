import { afterEach, describe, expect, it } from 'vitest';
import { RouterError } from '../../src/core/errors.js';
import { type HttpEndpoint, jsonReply } from '../../src/core/http.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { NULL_METER } from '../../src/core/meter.js';
import { HttpTransport } from '../../src/transports/index.js';

const ALLOWED = 'https://app.example';
const EVIL = 'https://evil.example';

const running: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

async function serve(isChecked = true) {
  const asked: string[] = [];
  const endpoint = (path: string, more: Partial<HttpEndpoint>): HttpEndpoint => ({
    method: 'POST',
    path,
    bodyLimit: 100,
    handle({ url }) {
      asked.push(url.pathname);
      if (url.search === '?refuse') throw new RouterError('forbidden', 'not you');
      return jsonReply(200, 1);
    },
    ...more,
  });
  const http = new HttpTransport({
    endpoints: [endpoint('/shared', { crossOrigin: true }), endpoint('/own', {})],
    logger: NULL_LOGGER,
    meter: NULL_METER,
    limits: { handshakeTimeout: 1000, connections: 100 },
    ...(isChecked && {
      checkOrigin(origin: unknown) {
        if (origin !== ALLOWED) throw new RouterError('forbidden', 'not from there');
      },
    }),
  });
  const port = await http.listen('127.0.0.1', 0);
  running.push(() => http.close(100));
  const send = (path: string, headers: Readonly<Record<string, string>>, method = 'POST') =>
    fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
  return { asked, send };
}

const allowedBy = (response: Response) => response.headers.get('access-control-allow-origin');

describe('an endpoint for pages of other origins', () => {
  it('answers those that may connect, refusals included', async () => {
    const { send } = await serve();
    const reply = await send('/shared', { origin: ALLOWED });
    expect([reply.status, allowedBy(reply), reply.headers.get('vary')]).toEqual([200, ALLOWED, 'origin']);
    const refusal = await send('/shared?refuse', { origin: ALLOWED });
    expect([refusal.status, allowedBy(refusal)]).toEqual([403, ALLOWED]);
  });

  it('is not asked by others at all', async () => {
    const { send, asked } = await serve();
    const reply = await send('/shared', { origin: EVIL });
    expect([reply.status, allowedBy(reply)]).toEqual([403, null]);
    expect(asked).toEqual([]);
  });

  it('is asked by programs, which name no origin', async () => {
    const { send } = await serve();
    const reply = await send('/shared', {});
    expect([reply.status, allowedBy(reply)]).toEqual([200, null]);
  });

  it('says to browsers what pages may send', async () => {
    const { send, asked } = await serve();
    const asking = { 'access-control-request-method': 'POST' };
    const yes = await send('/shared', { ...asking, origin: ALLOWED }, 'OPTIONS');
    expect([yes.status, allowedBy(yes), yes.headers.get('access-control-allow-methods')]).toEqual([
      204,
      ALLOWED,
      'POST',
    ]);
    const no = await send('/shared', { ...asking, origin: EVIL }, 'OPTIONS');
    expect([no.status, allowedBy(no)]).toEqual([403, null]);
    expect(asked).toEqual([]);
  });

  it('is for nobody else where origins are not known', async () => {
    const { send, asked } = await serve(false);
    expect((await send('/shared', { origin: ALLOWED })).status).toBe(403);
    expect(asked).toEqual([]);
  });
});

it('an endpoint for programs alone lets no page read it', async () => {
  const { send } = await serve();
  const reply = await send('/own', { origin: ALLOWED });
  expect([reply.status, allowedBy(reply)]).toEqual([200, null]);
  expect((await send('/own', { origin: ALLOWED }, 'OPTIONS')).status).toBe(400);
});
