import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/core/http.js';
import { DevTicketsEndpoint } from '../../../src/protocols/http/index.js';

type Change = Partial<Pick<HttpRequest, 'remoteAddress' | 'headers'>> & { readonly body?: unknown };

const HEADERS = {
  host: 'localhost:8080',
  origin: 'http://localhost:8080',
  'content-type': 'application/json',
};

/** Asks as the page of the server does, but for what a test changes. */
function ask({ body = { user: '5' }, headers = {}, remoteAddress = '127.0.0.1' }: Change = {}) {
  const endpoint = new DevTicketsEndpoint((grant) => {
    if (grant.roles.includes('backend')) throw new RangeError('a ticket cannot grant the role backend');
    return JSON.stringify(grant);
  });
  const reply = endpoint.handle({
    method: 'POST',
    url: new URL('http://localhost:8080/dev/tickets'),
    headers: { ...HEADERS, ...headers },
    remoteAddress,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
  const { ticket } = JSON.parse(String(reply.body)) as { ticket: string };
  return { status: reply.status, grant: JSON.parse(ticket) as unknown };
}

describe('a ticket for development', () => {
  it('is made for the user, organisations and roles that are asked for', () => {
    const body = { user: '5', organizations: ['7'], roles: ['editor'] };
    expect(ask({ body })).toEqual({ status: 200, grant: body });
    expect(ask()).toEqual({ status: 200, grant: { user: '5', organizations: [], roles: [] } });
  });

  it.each([
    [{ headers: { host: '127.0.0.1:8080', origin: undefined } }],
    [{ headers: { host: '[::1]:8080', origin: 'http://[::1]:8080' }, remoteAddress: '::1' }],
    [{ headers: { host: 'localhost', origin: 'https://localhost' }, remoteAddress: '::ffff:127.0.0.1' }],
    [{ headers: { 'content-type': 'application/json; charset=utf-8' } }],
  ])('is made for who asks from this machine: %o', (change) => {
    expect(ask(change).status).toBe(200);
  });

  it.each([
    ['from another machine', { remoteAddress: '192.168.0.9' }],
    ['from an unknown place', { remoteAddress: '' }],
    ['through a proxy', { headers: { 'x-forwarded-for': '192.168.0.9' } }],
    ['through a proxy that says so as it should', { headers: { forwarded: 'for=192.168.0.9' } }],
    [
      'under a name bound anew to this address',
      { headers: { host: 'evil.example', origin: 'http://evil.example' } },
    ],
    [
      'under a name that begins like this machine',
      { headers: { host: '127.0.0.1.evil.example', origin: undefined } },
    ],
    ['under no name', { headers: { host: undefined, origin: undefined } }],
    ['from a foreign page', { headers: { origin: 'https://evil.example' } }],
    ['from a page of another port', { headers: { origin: 'http://localhost:3000' } }],
    ['from a page that has no origin', { headers: { origin: 'null' } }],
    ['as a form', { headers: { 'content-type': 'text/plain' } }],
    ['as something that only begins like JSON', { headers: { 'content-type': 'application/jsonp' } }],
    ['without saying what it sends', { headers: { 'content-type': undefined } }],
  ])('is not made for who asks %s', (_, change) => {
    expect(() => ask(change)).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });

  it.each([
    ['without a user', {}],
    ['for a user without a name', { user: '' }],
    ['for something else', { user: '5', admin: true }],
    ['for what no ticket grants', { user: '5', roles: ['backend'] }],
    ['in no JSON', 'user=5'],
  ])('is not made %s', (_, body) => {
    expect(() => ask({ body })).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });
});
