// npm install wampy ws; node wampy.mjs ws://127.0.0.1:8080/ws
import Wampy from 'wampy';
import { WebSocket } from 'ws';

const [url = 'ws://127.0.0.1:8080/ws'] = process.argv.slice(2);
const wampy = new Wampy(url, {
  realm: 'realm1',
  ws: WebSocket, // browsers have it
  uriValidation: 'loose', // lets names have slashes
  maxRetries: 0, // without end
});

await wampy.connect();
await wampy.subscribe('demo/lobby', ({ argsList: [{ text }] }) => console.log('heard', text));
await wampy.publish('demo/lobby', [{ text: 'hello from wampy' }]);
