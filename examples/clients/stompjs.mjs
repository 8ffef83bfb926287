// npm install @stomp/stompjs ws; node stompjs.mjs ws://127.0.0.1:8080/stomp
import { Client } from '@stomp/stompjs';
import { WebSocket } from 'ws';

globalThis.WebSocket ??= WebSocket; // browsers have it, and Node since 22
const [brokerURL = 'ws://127.0.0.1:8080/stomp'] = process.argv.slice(2);
const client = new Client({ brokerURL });

client.onConnect = () => {
  client.subscribe('/topic/demo.lobby', ({ body }) => console.log('heard', JSON.parse(body).text));
  client.publish({
    destination: '/topic/demo.lobby',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'hello from stompjs' }),
  });
};
client.onStompError = ({ headers }) => console.warn(headers.code, headers.message);
client.activate();
