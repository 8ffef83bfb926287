// SIGNALBOX_API_KEY=... node trigger.mjs http://127.0.0.1:8080
import { createPublisher } from 'signalbox/client';

const [url] = process.argv.slice(2);
const publisher = createPublisher({ url, key: process.env.SIGNALBOX_API_KEY });

/** What `pusher.trigger(channels, event, data, { socket_id })` was. */
function trigger(channels, event, data, { exclude = [] } = {}) {
  return publisher.publishAll(channels.map((to) => ({ to, payload: { event, data }, exclude })));
}

await trigger(['orders', 'orders/5'], 'created', { number: 17 });
await publisher.publish('weather', { sky: 'clear' });
