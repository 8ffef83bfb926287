// node sync.mjs ws://127.0.0.1:8080/ws
import { createSync } from 'signalbox/client';

const [url = 'ws://127.0.0.1:8080/ws'] = process.argv.slice(2);
const sync = createSync({ url });

sync.on('error', ({ channel, code, message }) => console.warn(channel, code, message));
sync.subscribe('demo/lobby', ({ text }) => console.log('heard', text));
sync.publish('demo/lobby', { text: 'hello from sync' });
