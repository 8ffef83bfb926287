// node client.mjs ws://127.0.0.1:8080/ws JWT
import { createSync } from 'signalbox/client';

const [url, token] = process.argv.slice(2);
const sync = createSync({ url, token });

sync.subscribe('news/sports', (data) => console.log('news', data), {
  onGap: ({ reason }) => console.log('load the news anew:', reason),
});
sync.subscribe('chat/1', (data) => console.log('chat', data));
sync.subscribe('signalbox.presence/chat/1', ({ type, users }) => console.log(type, users));
sync.subscribe('personal/5', (data) => console.log('personal', data));
sync.publish('chat/1', { text: 'hello' });

const { publications } = await sync.call('signalbox.history', 'news/sports', { limit: 10 });
console.log('kept', publications.length);
