// node client.mjs ws://127.0.0.1:8080/ws TICKET
import { createSync } from 'signalbox/client';

const [url, ticket] = process.argv.slice(2);
const sync = createSync({ url, ticket });
const { id } = await sync.identity();

sync.subscribe('orders', ({ event, data }) => console.log('orders', event, data));
sync.subscribe(`orders/${id}`, ({ event, data }) => console.log('mine', event, data));
sync.subscribe('weather', (weather) => console.log('weather', weather));
sync.subscribe('document/7', ({ event, data }) => console.log('document', event, data));
sync.subscribe('signalbox.presence/document/7', ({ type, users }) => console.log(type, users));

// was: channel.trigger('client-typing', ...), which the sender does not hear either
sync.publish('document/7', { event: 'typing', data: { line: 3 } }, { excludeMe: true });
