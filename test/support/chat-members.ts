import { createRequire } from 'node:module';
import { connect as connectSocket } from 'node:net';
import { Client } from '@stomp/stompjs';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { createSync } from '../../src/client/node.js';
import type { ServerProcess } from './server.js';
import { until } from './until.js';

type Callback<T> = (error: Error | null, result: T) => void;

/** What is used of stompit, which has no types. */
interface Stompit {
  connect(options: object, connected: Callback<StompitClient>): void;
}

interface StompitClient {
  subscribe(headers: object, heard: Callback<StompitMessage | undefined>): void;
  send(headers: object): { end(body: string): void };
  destroy(): void;
}

interface StompitMessage {
  readString(encoding: string, read: Callback<string>): void;
}

const stompit = createRequire(import.meta.url)('stompit') as Stompit;

/** Somebody in room 1, by whatever protocol. */
export interface ChatMember {
  readonly protocol: string;
  /** The texts that were said in the room, in the order in which they came. */
  readonly heard: readonly string[];
  say(text: string): void;
}

type Enter = (server: ServerProcess) => Promise<ChatMember>;

/** Each resolves when its member is in the room. */
export const WAYS_IN: Readonly<Record<string, Enter>> = {
  'WAMP v1': (server) => byWamp(server, 'wamp'),
  'WAMP v2': (server) => byWamp(server, 'wamp.2.json'),
  'STOMP over TCP': byStompit,
  'STOMP over WebSocket': byStompJs,
  'XMLSocket over TCP': byXmlSocket,
  'XMLSocket over WebSocket': byXmlWebSocket,
};

interface Said {
  readonly type: string;
  readonly text: string;
}

/** What a member hears that gets the messages as JSON; `entered` says when the list of members has come. */
class Heard {
  readonly texts: string[] = [];
  entered = false;

  take({ type, text }: Said): void {
    if (type === 'members') this.entered = true;
    else if (type === 'message') this.texts.push(text);
  }
}

async function byWamp(server: ServerProcess, protocol: 'wamp' | 'wamp.2.json'): Promise<ChatMember> {
  const sync = createSync({ url: server.webSocketUrl(), protocol });
  onTestFinished(() => sync.close());
  const heard = new Heard();
  sync.subscribe('chat/room/1', (said) => heard.take(said as Said));
  await until(() => heard.entered);
  return { protocol, heard: heard.texts, say: (text) => sync.publish('chat/room/1', { text }) };
}

async function byStompit(server: ServerProcess): Promise<ChatMember> {
  const client = await new Promise<StompitClient>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, connectHeaders: { 'heart-beat': '0,0' } };
    stompit.connect(options, (error, connected) => (error ? reject(error) : resolve(connected)));
  });
  onTestFinished(() => client.destroy());
  const heard = new Heard();
  client.subscribe({ destination: '/topic/chat.room.1', ack: 'auto' }, (_error, message) => {
    message?.readString('utf-8', (_failed, body) => heard.take(JSON.parse(body) as Said));
  });
  await until(() => heard.entered);
  const say = (text: string) => client.send({ destination: '/topic/chat.room.1' }).end(text);
  return { protocol: 'STOMP over TCP', heard: heard.texts, say };
}

async function byStompJs(server: ServerProcess): Promise<ChatMember> {
  const url = `${server.url.replace('http', 'ws')}/stomp`;
  const client = new Client({ webSocketFactory: () => new WebSocket(url, ['v12.stomp']) as never });
  onTestFinished(() => void client.deactivate());
  const heard = new Heard();
  client.onConnect = () =>
    void client.subscribe('chat/room/1', ({ body }) => heard.take(JSON.parse(body) as Said));
  client.activate();
  await until(() => heard.entered);
  const say = (body: string) => client.publish({ destination: 'chat/room/1', body });
  return { protocol: 'STOMP over WebSocket', heard: heard.texts, say };
}

/** The messages of an XMLSocket peer, whose octets may come in any pieces. */
class XmlHeard {
  readonly texts: string[] = [];
  entered = false;
  #waiting = '';

  take(octets: string): void {
    const messages = (this.#waiting + octets).split('\0');
    this.#waiting = messages.pop() ?? '';
    for (const message of messages) {
      if (message.startsWith('<users')) this.entered = true;
      const [, text] = /^<msg from_id="(?!0")[^"]+">([^<]*)<\/msg>$/.exec(message) ?? [];
      if (text !== undefined) this.texts.push(text);
    }
  }
}

const ENTER = '<login u="" p=""/>\0<room id="1"/>\0';
const message = (text: string) => `<msg room_id="1">${text}</msg>\0`;

async function byXmlSocket(server: ServerProcess): Promise<ChatMember> {
  const socket = connectSocket(server.port, '127.0.0.1').setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  const heard = new XmlHeard();
  socket.on('data', (octets) => heard.take(String(octets)));
  socket.write(ENTER);
  await until(() => heard.entered);
  const say = (text: string) => void socket.write(message(text));
  return { protocol: 'XMLSocket over TCP', heard: heard.texts, say };
}

async function byXmlWebSocket(server: ServerProcess): Promise<ChatMember> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/xmlsocket`);
  onTestFinished(() => socket.terminate());
  const heard = new XmlHeard();
  socket.on('open', () => socket.send(Buffer.from(ENTER)));
  socket.on('message', (octets) => heard.take(String(octets)));
  await until(() => heard.entered);
  const say = (text: string) => socket.send(Buffer.from(message(text)));
  return { protocol: 'XMLSocket over WebSocket', heard: heard.texts, say };
}
