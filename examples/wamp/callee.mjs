// Answers calls of demo.procedures.add, with AutobahnJS: npm install autobahn@22
import autobahn from 'autobahn';
import { WebSocket } from 'ws';

globalThis.WebSocket ??= WebSocket;
const [url = 'ws://127.0.0.1:8080/ws'] = process.argv.slice(2);
const connection = new autobahn.Connection({ url, realm: 'realm1' });

connection.onopen = async (session) => {
  await session.register('demo.procedures.add', ([a, b]) => a + b);
  console.log('ready');
};
connection.open();
