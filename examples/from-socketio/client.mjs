// node client.mjs ws://127.0.0.1:8080/ws TICKET
import { createSync } from 'signalbox/client';

const [url, ticket] = process.argv.slice(2);
const sync = createSync({ url, ticket });

sync.on('error', ({ code, message }) => console.warn(code, message));
sync.subscribe('rooms/lobby', ({ type, from, text, name }) => {
  if (type === 'said') console.log(from, 'says', text);
  if (type === 'renamed') console.log('the room is', name);
});
sync.subscribe('signalbox.presence/rooms/lobby', ({ type, users }) => console.log(type, users));

const { id } = await sync.identity();
sync.subscribe(`notices/${id}`, ({ text }) => console.log('notice', text));
sync.publish('rooms/lobby', { text: 'hello' });
console.log('renamed to', (await sync.call('rooms/lobby/rename', 'The Lobby')).name);
