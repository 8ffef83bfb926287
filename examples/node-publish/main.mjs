// Publishes one message, and then three in one request: node main.mjs CHANNEL JSON
import { createPublisher, PublishError } from 'signalbox/client';

const [channel, json = 'null'] = process.argv.slice(2);
const publisher = createPublisher({
  url: process.env.SIGNALBOX_URL ?? 'http://127.0.0.1:8080',
  key: process.env.SIGNALBOX_API_KEY ?? '',
});

try {
  const { id } = await publisher.publish(channel, JSON.parse(json));
  console.log(`published ${id}`);

  const results = await publisher.publishAll([
    { to: channel, payload: 1 },
    { to: { route: 'demo.room', params: { room: 'lobby' } }, payload: 2 },
    { to: 'no/such/channel', payload: 3 },
  ]);
  for (const result of results) {
    console.log(result instanceof PublishError ? `refused: ${result.message}` : `published ${result.id}`);
  }
} catch (error) {
  if (!(error instanceof PublishError)) throw error;
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`);
  process.exitCode = 1;
}
