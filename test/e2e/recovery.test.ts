import { Client as StompJs7 } from '@stomp/stompjs';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';
import { APPLICATION } from '../wamp2/application.js';
import { AutobahnClients } from '../wamp2/clients/autobahn-js.js';

const server = useServer(APPLICATION);
let channels = 0;
/** A channel of a route with a history. */
const channel = () => `com.vector.recovery${++channels}.history`;

interface Page {
  readonly position: string;
}

describe('whose connection is cut', () => {
  const autobahn = new AutobahnClients();
  afterEach(() => autobahn.closeAll());

  it('gets exactly what it missed in AutobahnJS, with its options and a procedure', async () => {
    const name = channel();
    const inbox: unknown[] = [];
    const begin = async (_recover: boolean | string) => {
      const { connection, session } = await autobahn.connect(server().webSocketUrl());
      await session.subscribe(name, ([value]) => inbox.push(value), { _recover });
      return { connection, session };
    };
    const { connection, session } = await begin(true);
    await server().publish(name, 'one');
    await until(() => inbox.length === 1);
    const { position } = (await session.call('signalbox.history', [name])) as Page;
    connection.close();
    for (const value of ['two', 'three']) await server().publish(name, value);
    await begin(position);
    await server().publish(name, 'four');
    await until(() => inbox.length === 4);
    expect(inbox).toEqual(['one', 'two', 'three', 'four']);
  });

  it('gets exactly what it missed in @stomp/stompjs, by itself when it connects again', async () => {
    const name = channel();
    const inbox: string[] = [];
    const recovered: unknown[] = [];
    const sockets: WebSocket[] = [];
    let since = '';
    const url = `${server().url.replace('http', 'ws')}/stomp`;
    const client = new StompJs7({
      webSocketFactory: () => {
        const socket = new WebSocket(url, ['v12.stomp']);
        sockets.push(socket);
        return socket as never;
      },
      reconnectDelay: 100,
    });
    onTestFinished(() => client.deactivate({ force: true }));
    client.onConnect = () => {
      const receipt = `subscribed ${sockets.length}`;
      client.watchForReceipt(receipt, ({ headers }) => {
        since = headers['position'] ?? since;
        recovered.push(headers['recovered']);
      });
      client.subscribe(
        name,
        ({ body, headers }) => {
          inbox.push(body);
          since = headers['position'] ?? since;
        },
        { receipt, since },
      );
    };
    client.activate();
    await until(() => recovered.length === 1);
    await server().publish(name, 'one');
    await until(() => inbox.length === 1);
    sockets[0]?.terminate();
    for (const value of ['two', 'three']) await server().publish(name, value);
    await until(() => recovered.length === 2);
    await server().publish(name, 'four');
    await until(() => inbox.length === 4);
    expect([inbox, recovered]).toEqual([
      ['"one"', '"two"', '"three"', '"four"'],
      [undefined, 'true'],
    ]);
  });

  it('gets exactly what it missed in WAMP v2, as it is on the wire', async () => {
    const name = channel();
    const join = async (_recover: boolean | string) => {
      const socket = new WebSocket(server().webSocketUrl(), 'wamp.2.json');
      onTestFinished(() => socket.terminate());
      const messages: unknown[][] = [];
      socket.on('message', (data) => messages.push(JSON.parse(String(data))));
      socket.on('open', () => {
        socket.send(JSON.stringify([1, 'realm1', { roles: { subscriber: {} } }]));
        socket.send(JSON.stringify([32, 1, { _recover }, name]));
      });
      await until(() => messages.some(([type]) => type === 33));
      return { socket, messages };
    };
    const { socket, messages } = await join(true);
    const start = messages[1]?.[3] as { _position: string };
    socket.terminate();
    for (let n = 1; n <= 50; n++) await server().publish(name, n);
    const again = await join(start._position);
    await until(() => again.messages.length === 52);
    expect(again.messages[1]?.[3]).toEqual({ ...start, _recovered: true });
    expect(again.messages.slice(2).map((message) => (message[4] as unknown[])[0])).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
  });
});
