/** socket.io as its documentation has one use rooms, on its fastest setting: the WebSocket transport only. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });

io.on('connection', (socket) => {
  socket.on('subscribe', (channel) => socket.join(channel));
  socket.on('publish', (channel, payload) => io.to(channel).emit(channel, payload));
});

http.listen(0, '127.0.0.1', () => console.log(`ready ${http.address().port}`));
