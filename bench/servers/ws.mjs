/** What one writes first with `ws`: WAMP v1 by JSON.parse, one JSON.stringify a publish, ws.send(string) each. */
import { WebSocketServer } from 'ws';

const SUBSCRIBE = 5;
const PUBLISH = 7;
const EVENT = 8;

const channels = new Map();

function subscribe(channel, client) {
  const clients = channels.get(channel);
  if (clients === undefined) channels.set(channel, new Set([client]));
  else clients.add(client);
}

function publish(channel, payload) {
  const clients = channels.get(channel);
  if (clients === undefined) return;
  const text = JSON.stringify([EVENT, channel, payload]);
  for (const client of clients) client.send(text);
}

function leave(client) {
  for (const clients of channels.values()) clients.delete(client);
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('listening', () => console.log(`ready ${server.address().port}`));
server.on('connection', (client) => {
  client.on('error', () => undefined);
  client.on('close', () => leave(client));
  client.on('message', (data) => {
    const [type, channel, payload] = JSON.parse(data);
    if (type === SUBSCRIBE) subscribe(channel, client);
    else if (type === PUBLISH) publish(channel, payload);
  });
  client.send(JSON.stringify([0, 'session', 1, 'ws']));
});
