import { createServer } from 'node:net';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const SUBSCRIBE = 0x53;

/**
 * The least a pub/sub server in Node can be: no handshake, `S channel` and `P channel payload` lines in,
 * whatever `publish(channel, payload, sockets)` writes out.
 */
export function serveLines(publish) {
  const channels = new Map();

  function subscribe(channel, socket) {
    const sockets = channels.get(channel);
    if (sockets === undefined) channels.set(channel, [socket]);
    else sockets.push(socket);
  }

  function line(bytes, start, end, socket) {
    if (bytes[start] === SUBSCRIBE) {
      subscribe(bytes.latin1Slice(start + 2, end), socket);
      return;
    }
    const space = bytes.indexOf(SPACE, start + 2);
    const channel = bytes.latin1Slice(start + 2, space);
    const sockets = channels.get(channel);
    if (sockets !== undefined) publish(channel, bytes.subarray(space + 1, end), sockets);
  }

  function accept(socket) {
    let rest;
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      const bytes = rest === undefined ? data : Buffer.concat([rest, data]);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        line(bytes, start, end, socket);
        start = end + 1;
      }
      rest = start === bytes.length ? undefined : bytes.subarray(start);
    });
  }

  const server = createServer({ noDelay: true }, accept);
  server.listen(0, '127.0.0.1', () => console.log(`ready ${server.address().port}`));
}
