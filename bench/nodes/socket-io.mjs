/** A node of socket.io with its Redis adapter, as its documentation has one use it; the WebSocket transport only. */
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { answersPublish } from './publish-endpoint.mjs';

const publisher = createClient({ url: process.argv[2] });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.adapter(createAdapter(publisher, subscriber));
io.on('connection', (socket) => {
  socket.on('subscribe', (channel, done) => {
    socket.join(channel);
    done?.();
  });
});
http.on(
  'request',
  answersPublish((channel, payload) => void io.to(channel).emit(channel, payload)),
);
http.listen(0, '127.0.0.1', () => console.log(`ready ${http.address().port}`));
