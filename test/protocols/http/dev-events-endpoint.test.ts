import { describe, expect, it } from 'vitest';
import { OriginPolicy } from '../../../src/authenticators/index.js';
import { DevBoard } from '../../../src/core/dev-news.js';
import type { HttpRequest } from '../../../src/core/http.js';
import { DevEventsEndpoint } from '../../../src/protocols/http/index.js';

const policy = new OriginPolicy({
  origins: ['https://live.test'],
  listen: { host: '127.0.0.1', port: 8080 },
});

function ask(headers: HttpRequest['headers']): number {
  const endpoint = new DevEventsEndpoint(new DevBoard(), (origin) => policy.check(origin));
  return endpoint.handle({
    method: 'GET',
    url: new URL('http://signalbox/dev/events'),
    headers,
    remoteAddress: '127.0.0.1',
    body: Buffer.alloc(0),
  }).status;
}

describe('news of what is developed', () => {
  it.each([
    [{ host: 'localhost:8080' }],
    [{ host: '127.0.0.1:8080' }],
    [{ host: 'live.test' }],
    [{ host: '127.0.0.1:8080', origin: 'https://live.test' }],
  ])('is for pages that may connect: %o', (headers) => {
    expect(ask(headers)).toBe(200);
  });

  it.each([
    ['under a name that was bound anew to this address', { host: 'evil.test:8080' }],
    ['under a name that begins like this one', { host: '127.0.0.1.evil.test:8080' }],
    ['from a foreign page', { host: 'localhost:8080', origin: 'http://evil.test' }],
    ['from a sandbox', { host: 'localhost:8080', origin: 'null' }],
    ['under no name', {}],
  ])('is not for who asks %s', (_how, headers) => {
    expect(() => ask(headers)).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });
});
