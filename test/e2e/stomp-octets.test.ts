import { describe, expect, it, onTestFinished } from 'vitest';
import { StompTestPeer } from '../support/stomp-peer.js';
import { stompServer } from '../support/stomp-server.js';
import { StreamPeer } from '../support/stream-peer.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer(stompServer);

/** What clients really send, octet by octet, and what they need in the answer to go on. */
async function open(): Promise<StreamPeer> {
  const peer = await StreamPeer.connect(server().portOf('stomp'));
  onTestFinished(() => void peer.socket.destroy());
  return peer;
}

/** Waits until as many frames have ended with NUL and LF: without these two Zend_Queue and PHP's extension wait for ever. */
async function frames(peer: StreamPeer, count: number): Promise<readonly string[]> {
  await until(() => peer.heard.split('\0\n').length > count);
  return peer.heard.split('\0\n').slice(0, -1);
}

describe('the ActiveMQ adapter of Zend_Queue', () => {
  it('sends two sales and reads them back from the queue', async () => {
    const peer = await open();
    peer.send('CONNECT\nlogin: guest\npasscode: guest\ncontent-length: 0\n\n\0\n');
    await frames(peer, 1);
    const sales = ['Sat Total: $12.50 Items: 3', 'Sun Total: $7.00 € Items: 1\nsecond line'];
    peer.send(`SEND\ndestination: /queue/sales\ncontent-length: 26\n\n${sales[0]}\0\n`);
    peer.send(Buffer.from(`SEND\ndestination: /queue/sales\ncontent-length: 41\n\n${sales[1]}\0\n`));
    peer.send('SUBSCRIBE\ndestination: /queue/sales\nack: client\ncontent-length: 0\n\n\0\n');
    const [connected, ...messages] = await frames(peer, 3);
    expect(connected).toMatch(/^CONNECTED\nversion:1\.0\n/);
    expect(messages.map(bodyByLength)).toEqual(sales);
    for (const message of messages) {
      const [, id] = /\nmessage-id:(.*)\n/.exec(message) ?? [];
      peer.send(`ACK\nmessage-id: ${id}\ncontent-length: 0\n\n\0\n`);
    }
    peer.send('DISCONNECT\ncontent-length: 0\n\n\0\n');
    await until(() => peer.finished);
    await nothingIsLeftIn('/queue/sales');
  });

  it('hears what to change when its password is wrong', async () => {
    const peer = await open();
    peer.send('CONNECT\nlogin: guest\npasscode: wrong\ncontent-length: 0\n\n\0\n');
    await until(() => peer.finished);
    expect(peer.heard).toMatch(/^ERROR\nmessage:.+\n[\s\S]*\n\n.+\n.*\b(login|passcode|password)\b.*\n/);
    expect(peer.heard).not.toContain('wrong');
  });
});

describe('as3-stomp', () => {
  it('subscribes without an id, and reads text and serialised objects by their length', async () => {
    const peer = await open();
    peer.send('CONNECT\n\n\0');
    const [connected] = await frames(peer, 1);
    expect(connected).toMatch(/^CONNECTED\n(?:.+\n)*session:.+\n/);
    peer.send('SUBSCRIBE\ndestination:/topic/flex\n\n\0');
    const object = Buffer.from('0a0b010b746f74616c05402900000000000001', 'hex');
    peer.send('SEND\ncontent-length:5\ndestination:/topic/flex\n\nhello\0');
    const octets = object.toString('latin1');
    peer.send(`SEND\ncontent-length:${object.length}\ndestination:/topic/flex\n\n${octets}\0`);
    await until(() => peer.heard.endsWith(`\ncontent-length:19\n\n${octets}\0\n`));
    expect(peer.heard).toMatch(/\0\nMESSAGE\n(?:.+\n)*content-length:5\n\nhello\0\nMESSAGE\n/);
    peer.send('UNSUBSCRIBE\ndestination:/topic/flex\n\n\0DISCONNECT\n\n\0');
    await until(() => peer.finished);
  });
});

describe('Gozirra', () => {
  it('speaks 1.1 with a host that nobody knows, and hears the heart-beats that it asked for', async () => {
    const peer = await open();
    peer.send(
      'CONNECT\naccept-version:1.1\nhost:127.0.0.1\nlogin:guest\npasscode:guest\nheart-beat:0,1000\n\n\0',
    );
    const [connected] = await frames(peer, 1);
    expect(connected).toMatch(/^CONNECTED\nversion:1\.1\n(?:.+\n)*user-name:guest\n/);
    peer.send('SUBSCRIBE\ndestination:/topic/gozirra\nid:theid\n\n\0');
    peer.send('SEND\ndestination:/topic/gozirra\n\nHello from Java\0');
    const [, message = ''] = await frames(peer, 2);
    expect(message).toMatch(/^MESSAGE\n(?:.+\n)*subscription:theid\n/);
    expect(message).toMatch(/\n\nHello from Java$/);
    await until(() => /\0\n\n$/.test(peer.heard));
  });
});

describe('the frame of the introductions', () => {
  it.each([
    ['with a line end after its NUL', 'SEND\ndestination:/queue/a\n\nhello queue a\n\0\n'],
    ['with CR LF', 'SEND\r\ndestination:/queue/a\r\ncontent-type:text/plain\r\n\r\nhello queue a\r\n\0\r\n'],
    ['one octet at a time', [...'SEND\ndestination:/queue/a\ncontent-length:13\n\nhello queue a\0']],
  ])('is taken %s', async (_how, octets) => {
    const peer = await open();
    peer.socket.setNoDelay(true);
    peer.send('CONNECT\n\n\0');
    await frames(peer, 1);
    for (const part of octets) peer.send(part);
    peer.send('SUBSCRIBE\ndestination:/queue/a\nreceipt:r\n\n\0');
    const [, receipt, message] = await frames(peer, 3);
    expect(receipt).toBe('RECEIPT\nreceipt-id:r\n\n');
    expect(message).toMatch(/\n\nhello queue a\r?\n?$/);
  });
});

/** The body as a client reads it that goes by `content-length`. */
function bodyByLength(frame: string): string {
  const length = Number(/\ncontent-length:(\d+)\n/.exec(frame)?.[1]);
  const start = frame.indexOf('\n\n') + 2;
  const body = Buffer.from(frame.slice(start), 'latin1');
  expect(body.length).toBe(length);
  return body.toString();
}

async function nothingIsLeftIn(queue: string): Promise<void> {
  const peer = await StompTestPeer.tcp(server().portOf('stomp'));
  onTestFinished(() => peer.drop());
  await peer.connect();
  await peer.ask('SUBSCRIBE', { destination: queue });
  await peer.ask('SEND', { destination: queue }, 'later');
  await until(() => peer.of('MESSAGE').length > 0);
  expect(peer.of('MESSAGE').map(({ body }) => body)).toEqual(['later']);
}
