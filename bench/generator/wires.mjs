/**
 * How each server is spoken to. A wire has the path and sub-protocol of its handshake (none for bare TCP), reads
 * the messages of the server, and words the two requests. Events go to `client.event` with the offset of the
 * sequence number: the payload's size is known, so it is found by counting, not by parsing.
 */
import { DIGITS_AT } from './payload.mjs';
import { clientFrame, OPCODE } from './websocket.mjs';

const code = (character) => character.charCodeAt(0);
const DIGIT = { zero: code('0'), two: code('2'), four: code('4'), eight: code('8') };

/** Octets to send for a publication, where its payload is among them, and whether they are masked. */
function framed(before, payload, after, opcode) {
  const { frame, start } = clientFrame(`${before}${payload}${after}`, opcode);
  return { bytes: frame, dataAt: start, digitsAt: start + before.length + DIGITS_AT, isMasked: true };
}

function wamp1(size) {
  const beforeEnd = size + 1 - DIGITS_AT;
  return {
    handshake: { path: '/', subprotocol: 'wamp' },
    message(client, bytes, start, end) {
      if (bytes[start + 1] === DIGIT.eight) client.event(bytes, end - beforeEnd);
      else if (bytes[start + 1] === DIGIT.zero) client.ready();
      else client.fail(`unexpected message ${bytes.toString('utf8', start, end)}`);
    },
    subscribe: (client, channel) => client.sendFrame(`[5,"${channel}"]`),
    publication: (channel, payload) => framed(`[7,"${channel}",`, payload, ']'),
  };
}

function socketIo(size) {
  const beforeEnd = size + 1 - DIGITS_AT;
  return {
    handshake: { path: '/socket.io/?EIO=4&transport=websocket' },
    message(client, bytes, start, end) {
      const type = bytes[start];
      if (type === DIGIT.four && bytes[start + 1] === DIGIT.two) client.event(bytes, end - beforeEnd);
      else if (type === DIGIT.four && bytes[start + 1] === DIGIT.zero) client.ready();
      else if (type === DIGIT.zero) client.sendFrame('40');
      else if (type === DIGIT.two) client.sendFrame('3');
      else client.fail(`unexpected message ${bytes.toString('utf8', start, end)}`);
    },
    subscribe: (client, channel) => client.sendFrame(`42["subscribe","${channel}"]`),
    publication: (channel, payload) => framed(`42["publish","${channel}",`, payload, ']'),
  };
}

/** Its WebSocket frames carry a stream: a frame may hold many messages, or a part of one. */
function nats(size) {
  const M = code('M');

  function line(client, text) {
    if (text.startsWith('INFO')) client.sendFrame('CONNECT {"verbose":false}\r\nPING\r\n', OPCODE.binary);
    else if (text === 'PONG') client.ready();
    else if (text === 'PING') client.sendFrame('PONG\r\n', OPCODE.binary);
    else client.fail(`unexpected message ${text}`);
  }

  /** Octets of the message at `at`, or 0 when it is not complete. */
  function one(client, bytes, at, end) {
    if (bytes[at] === M) {
      const length = client.eventHead + size + 2;
      if (at + length > end) return 0;
      client.event(bytes, at + client.eventHead + DIGITS_AT);
      return length;
    }
    const text = bytes.latin1Slice(at, end);
    const stop = text.indexOf('\r\n');
    if (stop === -1) return 0;
    line(client, text.slice(0, stop));
    return stop + 2;
  }

  return {
    handshake: { path: '/' },
    message(client, frame, start, stop) {
      const rest = client.partial;
      const bytes = rest === undefined ? frame : Buffer.concat([rest, frame.subarray(start, stop)]);
      const end = rest === undefined ? stop : bytes.length;
      let at = rest === undefined ? start : 0;
      for (let length = -1; length !== 0 && at < end; at += length) length = one(client, bytes, at, end);
      client.partial = at < end ? Buffer.from(bytes.subarray(at, end)) : undefined;
    },
    subscribe(client, channel) {
      client.eventHead = `MSG ${channel} 1 ${size}\r\n`.length;
      client.sendFrame(`SUB ${channel} 1\r\n`, OPCODE.binary);
    },
    publication: (channel, payload) =>
      framed(`PUB ${channel} ${payload.length}\r\n`, payload, '\r\n', OPCODE.binary),
  };
}

/** The lines of bench/servers/line-server.mjs in, frames of WAMP v1 events out. */
function lines(size) {
  const beforeEnd = size + 1 - DIGITS_AT;
  return {
    message: (client, bytes, _start, end) => client.event(bytes, end - beforeEnd),
    subscribe: (client, channel) => client.write(`S ${channel}\n`),
    publication(channel, payload) {
      const before = `P ${channel} `;
      const bytes = Buffer.from(`${before}${payload}\n`);
      return { bytes, dataAt: 0, digitsAt: before.length + DIGITS_AT, isMasked: false };
    },
  };
}

/** Wires by name; each is made for one size of payload. */
export const WIRES = { wamp1, 'socket.io': socketIo, nats, lines };
