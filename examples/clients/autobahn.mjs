// npm install autobahn ws; node autobahn.mjs ws://127.0.0.1:8080/ws
import autobahn from 'autobahn';
import { WebSocket } from 'ws';

globalThis.WebSocket ??= WebSocket; // browsers have it, and Node since 22
const [url = 'ws://127.0.0.1:8080/ws'] = process.argv.slice(2);
const connection = new autobahn.Connection({ url, realm: 'realm1' });

connection.onopen = async (session) => {
  await session.subscribe('demo.lobby', ([{ text }]) => console.log('heard', text));
  await session.publish('demo.lobby', [{ text: 'hello from AutobahnJS' }], {}, { acknowledge: true });
};
connection.onclose = (reason, { message }) => console.warn(reason, message);
connection.open();
