import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { quiet } from '../support/until.js';
import { PROTOCOLS, reached, record, until, useServer } from './kit.js';

describe.each(PROTOCOLS)('in %s', (protocol) => {
  const test = useServer(protocol);

  describe('a ticket', () => {
    it('goes into the url, beside what is there', async () => {
      const sync = test.client({ url: `${test.server.url}?room=1`, ticket: 'a b+c/=' });
      sync.connect();
      await reached(sync, 'open');
      expect(test.server.peer.ticket).toBe('a b+c/=');
      expect(test.server.peer.request.url).toContain('room=1');
      expect(test.server.peer.request.headers['sec-websocket-protocol']).toBe(protocol);
    });

    it('is made anew for every attempt', async () => {
      let count = 0;
      const sync = await test.connected({ ticket: async () => `t${++count}` });
      sync.reconnect();
      await reached(sync, 'open');
      expect(test.server.peers.map(({ ticket }) => ticket)).toEqual(['t1', 't2']);
    });

    it('that cannot be had is an error and another attempt', async () => {
      let count = 0;
      const ticket = () => {
        if (++count < 3) throw new Error('logged out');
        return 'late';
      };
      const sync = test.client({ ticket });
      const errors = record(sync, 'error');
      const lost = record(sync, 'connection_lost');
      sync.connect();
      await reached(sync, 'open');
      expect(errors).toMatchObject([{ code: 'ticket_failed', message: 'no ticket: logged out' }, {}]);
      expect(lost).toHaveLength(1);
      expect(test.server.peers.map((peer) => peer.ticket)).toEqual(['late']);
    });

    it('that a function does not give is no ticket', async () => {
      await test.connected({ ticket: () => undefined });
      expect(test.server.peer.request.url).toBe('/ws');
    });

    it('goes before a token', async () => {
      await test.connected({ ticket: 'mine', token: 'other' });
      expect([test.server.peer.ticket, test.server.peer.token]).toEqual(['mine', null]);
    });

    it('that comes after close opens nothing', async () => {
      let give = (_: string) => {};
      const sync = test.client({
        ticket: () =>
          new Promise<string>((resolve) => {
            give = resolve;
          }),
      });
      sync.connect();
      sync.close();
      give('late');
      await quiet();
      expect(test.server.peers).toHaveLength(0);
      expect(sync.state).toBe('closed');
    });
  });

  describe('a token', () => {
    it('goes into the url, made anew for every attempt', async () => {
      let count = 0;
      const sync = await test.connected({ token: async () => `j${++count}` });
      sync.reconnect();
      await reached(sync, 'open');
      expect(test.server.peers.map(({ token }) => token)).toEqual(['j1', 'j2']);
      expect(test.server.peer.ticket).toBeNull();
    });

    it('that cannot be had is an error', async () => {
      const sync = test.client({ token: () => Promise.reject(new Error('logged out')) });
      const errors = record(sync, 'error');
      sync.connect();
      await until(() => errors.length > 0);
      expect(errors[0]).toMatchObject({ code: 'ticket_failed', message: 'no token: logged out' });
    });
  });

  describe('a ticket url', () => {
    let http: Server | undefined;
    afterEach(() => http?.close());

    async function ticketServer(
      answer: (headers: IncomingHttpHeaders) => readonly [status: number, body: string],
    ) {
      http = createServer((request, response) => {
        const [status, body] = request.method === 'POST' ? answer(request.headers) : [405, ''];
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
      return `http://127.0.0.1:${(http.address() as AddressInfo).port}/sync/ticket`;
    }

    it('is asked by POST with the given headers, as OroPlatform wants it', async () => {
      const seen: unknown[] = [];
      const ticketUrl = await ticketServer((headers) => {
        seen.push(headers['x-csrf-header']);
        return [200, JSON.stringify({ ticket: `t${seen.length}` })];
      });
      const sync = await test.connected({ ticketUrl, headers: () => ({ 'X-CSRF-Header': 'token' }) });
      sync.configure({ headers: { 'X-CSRF-Header': 'newer' } });
      sync.reconnect();
      await reached(sync, 'open');
      expect(seen).toEqual(['token', 'newer']);
      expect(test.server.peers.map(({ ticket }) => ticket)).toEqual(['t1', 't2']);
    });

    it.each([
      [403, '{}', 'answered 403'],
      [200, '{}', 'answered without a ticket'],
      [200, '<html>', 'not valid JSON'],
    ])('that answers %i %s is an error that says so', async (status, body, words) => {
      const ticketUrl = await ticketServer(() => [status, body]);
      const sync = test.client({ ticketUrl });
      const errors = record(sync, 'error');
      sync.connect();
      await until(() => errors.length > 0);
      expect(errors[0]?.code).toBe('ticket_failed');
      expect(errors[0]?.message).toContain(words);
      expect(test.server.peers).toHaveLength(0);
    });
  });

  describe('an address', () => {
    it('may be http, as the server prints it', async () => {
      await test.connected({ url: test.server.url.replace('ws:', 'http:') });
    });

    it.each([
      [undefined, 'no_url'],
      ['//no base', 'bad_url'],
      ['ftp://127.0.0.1/', 'bad_url'],
    ])('%s is an error that no retry would mend', async (url, code) => {
      const sync = test.client();
      sync.configure({ url });
      const client = url === undefined ? test.client({ url: '' }) : test.client({ url });
      const errors = record(client, 'error');
      client.subscribe('a', () => {});
      await reached(client, 'closed');
      expect(errors).toMatchObject([{ code }]);
    });
  });
});
