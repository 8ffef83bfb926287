import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { Client as StompJs7 } from '@stomp/stompjs';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const require = createRequire(import.meta.url);
const server = useServer({ env: { SIGNALBOX_STOMP_PORT: '0' } });
let port = 0;
let url = '';
beforeAll(() => {
  port = server().portOf('stomp');
  url = `${server().url.replace('http', 'ws')}/stomp`;
});

/** What clients of all makes have in common. */
interface Message {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

let rooms = 0;
const room = () => `demo/stomp-${++rooms}`;

const TEXTS = ['one', 'two', 'Sat Total: $12.50 — Items: 3\nand a line', '', '{"a":["é"]}', '😀'];

/** Someone else in the room, who has subscribed. */
async function listener(destination: string): Promise<StompTestPeer> {
  const peer = await StompTestPeer.tcp(port);
  onTestFinished(() => peer.drop());
  await peer.connect({ 'accept-version': '1.2' });
  expect((await peer.ask('SUBSCRIBE', { id: '1', destination })).command).toBe('RECEIPT');
  return peer;
}

describe('@stomp/stompjs 7', () => {
  const open = async (config: object = {}): Promise<StompJs7> => {
    const client = new StompJs7({
      webSocketFactory: () => new WebSocket(url, ['v12.stomp', 'v11.stomp', 'v10.stomp']) as never,
      reconnectDelay: 0,
      ...config,
    });
    onTestFinished(() => client.deactivate({ force: true }));
    await new Promise<void>((resolve, reject) => {
      client.onConnect = () => resolve();
      client.onStompError = ({ headers }) => reject(new Error(headers['message']));
      client.activate();
    });
    return client;
  };

  it('speaks 1.2, sends, receives, gets receipts and says goodbye', async () => {
    const [client, channel] = [await open(), room()];
    const other = await listener(channel);
    expect(client.connectedVersion).toBe('1.2');
    const [heard, receipts]: [Message[], string[]] = [[], []];
    for (const receipt of ['subscribed', 'sent'])
      client.watchForReceipt(receipt, () => void receipts.push(receipt));
    const destination = `/topic/${channel.replaceAll('/', '.')}`;
    client.subscribe(destination, (message) => void heard.push(message), { receipt: 'subscribed' });
    await until(() => receipts.includes('subscribed'));
    for (const body of TEXTS) client.publish({ destination, body });
    client.publish({ destination, binaryBody: new Uint8Array([0, 255, 1]), headers: { receipt: 'sent' } });
    await until(() => receipts.includes('sent') && heard.length > TEXTS.length);
    expect(heard.slice(0, -1).map(({ body }) => body)).toEqual(TEXTS);
    expect([...(heard.at(-1) as unknown as { binaryBody: Uint8Array }).binaryBody]).toEqual([0, 255, 1]);
    await until(() => other.of('MESSAGE').length > TEXTS.length);
    expect(other.of('MESSAGE').map(({ headers }) => headers['destination'])).toContain(channel);
    await client.deactivate();
    expect(client.connected).toBe(false);
  });

  it('commits and aborts transactions', async () => {
    const [client, channel] = [await open(), room()];
    const other = await listener(channel);
    const [kept, dropped] = [client.begin(), client.begin()];
    client.publish({ destination: channel, body: 'dropped', headers: { transaction: dropped.id } });
    client.publish({ destination: channel, body: 'kept', headers: { transaction: kept.id } });
    dropped.abort();
    kept.commit();
    await until(() => other.of('MESSAGE').length > 0);
    expect(other.of('MESSAGE').map(({ body }) => body)).toEqual(['kept']);
  });

  it('is told why it is refused, in a frame and not by a lost connection', async () => {
    const client = await open();
    const message = new Promise<Message>((resolve) => {
      client.onStompError = (frame) => resolve({ headers: frame.headers, body: frame.body });
    });
    client.subscribe('/topic/oro/email_event/5/7', () => undefined);
    expect((await message).headers).toMatchObject({ code: 'forbidden' });
    await until(() => !client.connected);
  });

  it('is told that its passcode is wrong', async () => {
    await expect(open({ connectHeaders: { login: 'nobody', passcode: 'wrong' } })).rejects.toThrow(
      /not known/,
    );
  });

  it('is whom a ticket proves', async () => {
    const ticket = server().ticket('5', ['7']);
    const client = await open({ connectHeaders: { passcode: ticket } });
    const heard: Message[] = [];
    client.subscribe('/topic/oro/email_event/5/7', (message) => void heard.push(message), { receipt: 'r' });
    await new Promise<void>((resolve) => client.watchForReceipt('r', () => resolve()));
    await server().publish('oro/email_event/5/7', { hasNewEmail: true });
    await until(() => heard.length > 0);
    expect(heard[0]).toMatchObject({
      body: '{"hasNewEmail":true}',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('hears heart-beats while nothing happens, and is not let go', async () => {
    let beats = 0;
    const debug = (line: string) => void (line === '<<< PONG' && beats++);
    const client = await open({ heartbeatIncoming: 1000, heartbeatOutgoing: 1000, debug });
    await until(() => beats > 1);
    expect(client.connected).toBe(true);
  });

  it('speaks binary messages and parts of frames, too', async () => {
    const [client, channel] = [
      await open({ forceBinaryWSFrames: true, splitLargeFrames: true, maxWebSocketChunkSize: 16 }),
      room(),
    ];
    const heard: Message[] = [];
    client.subscribe(channel, (message) => void heard.push(message));
    const body = 'long enough to be cut '.repeat(20);
    client.publish({ destination: channel, body });
    await until(() => heard.length > 0);
    expect(heard[0]?.body).toBe(body);
  });
});

const OLD = [
  { name: 'stompjs', version: '1.1', subprotocols: ['v10.stomp', 'v11.stomp'], bodyFirst: false },
  {
    name: 'webstomp-client',
    version: '1.2',
    subprotocols: ['v10.stomp', 'v11.stomp', 'v12.stomp'],
    bodyFirst: true,
  },
] as const;

describe.each(OLD)('$name', ({ name, version, subprotocols, bodyFirst }) => {
  it('connects without login, sends, receives, and says goodbye', async () => {
    const channel = room();
    const socket = new WebSocket(url, [...subprotocols]);
    const client = (require(name) as OldClient).over(socket, { debug: false });
    client.debug = () => undefined;
    onTestFinished(() => socket.terminate());
    const connected = await new Promise<{ headers: Record<string, string> }>((resolve, reject) =>
      client.connect({ login: '', passcode: '' }, resolve as never, reject),
    );
    expect(connected.headers['version']).toBe(version);
    const heard: Message[] = [];
    const subscription = client.subscribe(channel, (message) => void heard.push(message));
    for (const body of TEXTS) {
      if (bodyFirst) client.send(channel, body, {});
      else client.send(channel, {}, body);
    }
    await until(() => heard.length === TEXTS.length);
    expect(heard.map(({ body }) => body)).toEqual(TEXTS);
    subscription.unsubscribe();
    let isGone = false;
    client.disconnect(() => (isGone = true));
    await until(() => isGone);
  });
});

interface OldClient {
  debug: unknown;
  over(socket: WebSocket, options?: object): OldClient;
  connect(headers: object, connected: () => void, failed: (error: unknown) => void): void;
  subscribe(destination: string, heard: (message: Message) => void): { unsubscribe(): void };
  send(destination: string, ...headersAndBody: readonly unknown[]): void;
  disconnect(done: () => void): void;
}

interface StompitMessage {
  readString(encoding: string, done: (error: Error | null, body: string) => void): void;
}

interface StompitClient {
  subscribe(headers: object, heard: (error: Error | null, message: StompitMessage) => void): void;
  send(headers: object, options: { onReceipt: () => void }): { end(body: string): void };
  ack(message: StompitMessage): void;
  disconnect(done: () => void): void;
  destroy(): void;
}

interface Stompit {
  connect(options: object, done: (error: Error | null, client: StompitClient) => void): void;
}

describe('stompit', () => {
  it('connects over TCP, subscribes, sends and receives', async () => {
    const stompit = require('stompit') as Stompit;
    const channel = room();
    const connectHeaders = { host: '/', login: '', passcode: '', 'heart-beat': '5000,5000' };
    const client = await new Promise<StompitClient>((resolve, reject) =>
      stompit.connect({ host: '127.0.0.1', port, connectHeaders }, (error, one) =>
        error === null ? resolve(one) : reject(error),
      ),
    );
    onTestFinished(() => client.destroy());
    const heard: string[] = [];
    client.subscribe({ destination: channel, ack: 'client-individual' }, (_error, message) => {
      message.readString('utf8', (_fault, body) => {
        heard.push(body);
        client.ack(message);
      });
    });
    for (const body of ['one', 'two', 'é']) {
      await new Promise<void>((resolve) => {
        const headers = { destination: channel, 'content-type': 'text/plain' };
        client.send(headers, { onReceipt: resolve }).end(body);
      });
    }
    await until(() => heard.length === 3);
    expect(heard).toEqual(['one', 'two', 'é']);
    await new Promise<void>((resolve) => client.disconnect(() => resolve()));
  });
});

interface StompClient {
  connect(done: (session: string) => void, failed: (error: Error) => void): void;
  subscribe(destination: string, heard: (body: string) => void): void;
  publish(destination: string, body: string): void;
  disconnect(done: () => void): void;
}

describe('stomp-client', () => {
  it('of 1.0 connects over TCP, subscribes, sends and receives', async () => {
    const Client = require('stomp-client') as new (...address: unknown[]) => StompClient;
    const channel = room();
    const client = new Client('127.0.0.1', port, '', '', '1.0');
    const session = await new Promise<string>((resolve, reject) => client.connect(resolve, reject));
    expect(session).toMatch(/^\d{16}$/);
    const heard: string[] = [];
    client.subscribe(`/${channel}`, (body) => void heard.push(body));
    for (const body of ['one', 'two']) client.publish(`/${channel}`, body);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['one', 'two']);
    await new Promise<void>((resolve) => client.disconnect(() => resolve()));
  });
});

describe('a person with telnet', () => {
  it('connects, sends and gets a receipt, line by line with CR LF', async () => {
    const socket = connect({ host: '127.0.0.1', port });
    onTestFinished(() => void socket.destroy());
    let text = '';
    let hasEnded = false;
    socket.setEncoding('latin1').on('data', (octets) => (text += octets));
    socket.on('end', () => (hasEnded = true));
    const type = async (...lines: string[]) => {
      for (const line of lines) {
        socket.write(`${line}\r\n`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await type('CONNECT', '', '\0');
    await until(() => text.includes('\0'));
    expect(text).toMatch(
      /^CONNECTED\nversion:1\.0\nsession:\d{16}\nserver:signalbox\/\S+\nheart-beat:0,0\n\n\0\n$/,
    );
    text = '';
    await type('SEND', `destination:${room()}`, 'receipt:123', '', 'testSTOMP\0');
    await until(() => text.includes('\0'));
    expect(text).toBe('RECEIPT\nreceipt-id:123\n\n\0\n');
    text = '';
    await type('DISCONNECT', 'receipt:77', '', '\0');
    await until(() => hasEnded);
    expect(text).toBe('RECEIPT\nreceipt-id:77\n\n\0\n');
  });
});
