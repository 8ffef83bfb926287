import { afterEach, describe, expect, it } from 'vitest';
import type { ServerProcess } from '../../support/server.js';
import { until } from '../../support/until.js';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { AutobahnClients, type AutobahnSession } from './autobahn-js.js';
import { PageXmlHttpRequest } from './page-xml-http-request.js';

Object.assign(globalThis, { XMLHttpRequest: PageXmlHttpRequest });

const WAYS: readonly (readonly [string, (server: ServerProcess) => object])[] = [
  ['RawSocket', ({ port }) => ({ type: 'rawsocket', host: '127.0.0.1', port })],
  ['long-poll', ({ url }) => ({ type: 'longpoll', url: `${url}/lp` })],
];
let names = 0;

describe('AutobahnJS clients', () => {
  const server = useServer(APPLICATION);
  const clients = new AutobahnClients();
  afterEach(() => clients.closeAll());

  for (const [transport, address] of WAYS) {
    const connect = () => clients.connect('', 'json', { transports: [address(server())] });
    const name = () => `com.transport.${transport === 'RawSocket' ? 'raw' : 'poll'}${++names}`;

    describe(`over ${transport}`, () => {
      it('hear each other, and who comes by WebSocket', async () => {
        const [topic, one, other] = [name(), (await connect()).session, (await connect()).session];
        const third = await clients.session(server().webSocketUrl());
        const inboxes = [await listen(one, topic), await listen(third, topic)];
        for (let i = 0; i < 20; i++) await other.publish(topic, [i, 'é'], { n: i }, { acknowledge: true });
        await third.publish(topic, ['third'], {}, { acknowledge: true, exclude_me: false });
        await until(() => inboxes.every((inbox) => inbox.length === 21));
        const wanted = [...Array.from({ length: 20 }, (_, i) => [[i, 'é'], { n: i }]), [['third'], {}]];
        expect(inboxes).toEqual([wanted, wanted]);
      });

      it('call each other, and are told of failures', async () => {
        const [procedure, callee, caller] = [name(), (await connect()).session, (await connect()).session];
        await callee.register(procedure, ([a, b]) => Number(a) + Number(b));
        expect(await Promise.all([1, 2, 3].map((n) => caller.call(procedure, [n, n])))).toEqual([2, 4, 6]);
        const failure = await caller.call(`${procedure}.nobody`).then(Object, (error) => error);
        expect(failure).toMatchObject({ error: 'wamp.error.no_such_procedure' });
      });

      it('log in', async () => {
        const login = {
          authid: 'alice',
          authmethods: ['ticket'],
          onchallenge: () => 'ticket of alice, for tests',
        };
        const { welcome } = await clients.connect('', 'json', { transports: [address(server())], ...login });
        expect(welcome).toMatchObject({ authid: 'alice', authmethod: 'ticket', authrole: 'manager' });
      });

      it('close their session, which is gone then for the others', async () => {
        const watcher = await clients.session(server().webSocketUrl());
        const { session, connection } = await connect();
        const { id } = session;
        expect(await watcher.call('wamp.session.get', [id])).toMatchObject({ session: id });
        const closed = new Promise((resolve) => {
          connection.onclose = (reason, details) => {
            resolve([reason, details.reason]);
            return true;
          };
        });
        connection.close();
        expect(await closed).toEqual(['closed', 'wamp.close.goodbye_and_out']);
        const gone = () =>
          watcher.call('wamp.session.get', [id]).then(
            () => false,
            () => true,
          );
        await until(gone);
      });
    });
  }
});

async function listen(session: AutobahnSession, topic: string): Promise<readonly unknown[]> {
  const inbox: unknown[] = [];
  await session.subscribe(topic, (args, kwargs) => inbox.push([args, kwargs]));
  return inbox;
}
