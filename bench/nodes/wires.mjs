/**
 * How each server is spoken to, as far as a subscriber needs it. `open` sends the first words, `message` reads what comes;
 * it calls `joined` when the subscription holds, and `event` with each payload.
 */
const wamp = (options) => ({
  path: '/ws',
  subprotocol: 'wamp.2.json',
  open: (peer) => peer.send([1, 'realm1', { roles: { subscriber: {} } }]),
  message(peer, text) {
    const message = JSON.parse(text);
    if (message[0] === 36) peer.event(message[4][0]);
    else if (message[0] === 2) peer.send([32, 1, options, peer.channel]);
    else if (message[0] === 33) peer.joined();
    else peer.fail(text);
  },
});

const socketIo = {
  path: '/socket.io/?EIO=4&transport=websocket',
  open: () => undefined,
  message(peer, text) {
    if (text.startsWith('42')) peer.event(JSON.parse(text.slice(2))[1]);
    else if (text.startsWith('43')) peer.joined();
    else if (text.startsWith('40')) peer.sendText(`421["subscribe","${peer.channel}"]`);
    else if (text.startsWith('0')) peer.sendText('40');
    else if (text === '2') peer.sendText('3');
    else peer.fail(text);
  },
};

const HANDSHAKE = { channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: ['websocket'] };

const faye = {
  path: '/faye',
  open: (peer) => peer.send([HANDSHAKE]),
  message(peer, text) {
    for (const { channel, data, clientId, successful } of JSON.parse(text)) {
      const connect = () => peer.send([{ channel: '/meta/connect', clientId, connectionType: 'websocket' }]);
      if (data !== undefined) peer.event(data);
      else if (successful !== true) peer.fail(text);
      else if (channel === '/meta/subscribe') peer.joined();
      else connect();
      if (channel === '/meta/handshake')
        peer.send([{ channel: '/meta/subscribe', clientId, subscription: `/${peer.channel}` }]);
    }
  },
};

export const WIRES = { wamp: wamp({}), recovering: wamp({ _recover: true }), 'socket-io': socketIo, faye };
