// Calls demo.procedures.add, and hears in WAMP v2 what is said in any other protocol on demo/lobby.
import autobahn from 'autobahn';
import { WebSocket } from 'ws';

globalThis.WebSocket ??= WebSocket;
const [url = 'ws://127.0.0.1:8080/ws'] = process.argv.slice(2);
const connection = new autobahn.Connection({ url, realm: 'realm1' });

connection.onopen = async (session) => {
  console.log('2 + 3 =', await session.call('demo.procedures.add', [2, 3]));
  await session.subscribe('demo.lobby', ([payload]) => {
    console.log('demo.lobby:', payload);
    connection.close();
  });
  console.log('listening');
};
connection.open();
