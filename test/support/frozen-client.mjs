/**
 * A client of its own process, to be stopped by SIGSTOP: it subscribes to a channel over WAMP v1, says `subscribed`, and then prints the
 * last payload of each read. Arguments: the address and the channel.
 */
import { WebSocket } from 'ws';

const [address, channel] = process.argv.slice(2);
const socket = new WebSocket(address, 'wamp');
socket.on('message', (data) => {
  const message = JSON.parse(String(data));
  if (message[0] !== 0) console.log(`event ${message[2].n}`);
  else socket.send(JSON.stringify([5, channel]), () => console.log('subscribed'));
});
socket.on('close', () => console.log('closed'));
socket.on('error', () => undefined);
