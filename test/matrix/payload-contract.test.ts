import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createServer, type RunningServer } from '../../src/app/server.js';
import { createPublisher, createSync } from '../../src/client/node.js';
import { cli } from '../support/cli.js';
import { makeFolder } from '../support/folder.js';
import { KEY, SECRET } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { XmlTestPeer } from '../support/xml-peer.js';

/** What each route takes; the words of XMLSocket are texts in an object. */
const SCHEMA =
  '{ type: object, properties: { text: { type: string, maxLength: 9 } }, required: [text], additionalProperties: false }';
const ROUTES = `
said: { channel: 'said/{id}', handler: broadcast, payload: { schema: ${SCHEMA} } }
jobs: { channel: 'jobs/{id}', handler: broadcast, delivery: queue, payload: { schema: ${SCHEMA} } }
chat.room: { channel: 'chat/room/{room}', handler: broadcast, payload: { schema: ${SCHEMA} } }
chat.user: { channel: 'chat/user/{user_id}', handler: broadcast }
chat.rooms: { channel: chat/rooms, handler: procedure, access: { call: anyone, register: anyone } }
relay: { channel: 'relay/{id}', handler: relay }
`;
const FILES = {
  'signalbox.yml': `routing: routes.yml
access: { subscribe: anyone, publish: anyone }
auth: { secret: '${SECRET}' }
listen: { stomp: true, xmlsocket: true }
stomp: { on_error: keep }
topics: { handlers: topics }
`,
  'routes.yml': ROUTES,
  'topics/relay.mjs': `export class Relay {
  static handler = 'relay';
  static inject = [Symbol.for('signalbox.publisher')];
  constructor(publisher) { this.publisher = publisher; }
  async onPublish(_session, _topic, { params: { id } }, { payload }) {
    await this.publisher.publish('said/' + id, payload.value);
  }
}
`,
};

const RIGHT = { text: 'hello' };
const WRONG = { text: 'far too long' };
const FAULT = /invalid_payload.*must NOT have more than 9 characters/s;

let folder: string;
let server: RunningServer;
let sync: ReturnType<typeof createSync>;
/** What subscribers of all channels heard. */
const heard: unknown[] = [];

beforeAll(async () => {
  folder = makeFolder(FILES);
  server = await createServer({
    config: `${folder}/signalbox.yml`,
    flags: { 'listen.port': '0', 'log.level': 'silent', 'limits.drain': '50ms' },
    env: { SIGNALBOX_API_KEY: KEY },
  });
  sync = createSync({ url: server.url.replace('http', 'ws') });
  for (const channel of ['jobs/1', 'chat/room/1', 'said/1', 'said/end'])
    sync.subscribe(channel, (payload: unknown) => void heard.push(payload));
  await vi.waitFor(
    async () => {
      await server.publish('said/end', RIGHT);
      expect(heard).not.toEqual([]);
    },
    { timeout: 30_000 },
  );
}, 180_000);
afterAll(async () => {
  sync?.close();
  await server?.close();
});

/** A way to publish: resolves to what it says of a refusal, or to nothing. */
type Way = (payload: unknown) => Promise<string | undefined>;

const refusalOf = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => undefined,
    ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
  );

const post = async (path: string, body: unknown): Promise<string | undefined> => {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return text.includes('"error"') ? text : undefined;
};

const stomp = async (conversation: (peer: StompTestPeer) => Promise<string | undefined>) => {
  const peer = await StompTestPeer.tcp(Number(new URL(server.url).port));
  try {
    await peer.connect({ 'accept-version': '1.2', host: 'localhost' });
    return await conversation(peer);
  } finally {
    peer.drop();
  }
};

const errorOf = ({ command, headers }: { command: string; headers: Readonly<Record<string, string>> }) =>
  command === 'ERROR' ? `${headers['code']}: ${headers['message']}` : undefined;

const json = { 'content-type': 'application/json' };

const WAYS: Readonly<Record<string, Way>> = {
  'one request of HTTP': (payload) => post('/api/publish', { channel: 'said/1', payload }),
  'a batch of HTTP': (payload) => post('/api/publish', { messages: [{ channel: 'said/1', payload }] }),
  'the command line': async (payload) => {
    const args = ['publish', 'said/1', JSON.stringify(payload), '--url', server.url, '--key', KEY];
    const { code, stderr } = await cli(args);
    expect(code).toBe(stderr === '' ? 0 : 1);
    return stderr === '' ? undefined : stderr;
  },
  'the command line, to a route': async (payload) => {
    const target = ['--route', 'said', '--param', 'id=1', '--url', server.url, '--key', KEY];
    const { stderr } = await cli(['publish', JSON.stringify(payload), ...target]);
    return stderr === '' ? undefined : stderr;
  },
  'the publisher for Node': (payload) =>
    refusalOf(createPublisher({ url: server.url, key: KEY }).publish('said/1', payload)),
  'the server itself, in the process': (payload) => refusalOf(server.publish('said/1', payload)),
  'the server itself, to a route': (payload) =>
    refusalOf(server.publish({ route: 'said', params: { id: 1 } }, payload)),
  'a page with the client': async (payload) => {
    const errors: string[] = [];
    const listener = ({ code, message }: Error & { code: string }) => void errors.push(`${code}: ${message}`);
    sync.on('error', listener);
    sync.publish('said/1', payload);
    // One peer's words are answered in their order.
    sync.publish('said/1', { text: 'behind' });
    await vi.waitFor(() => expect(heard).toContainEqual({ text: 'behind' }), { timeout: 10_000 });
    heard.length = 0;
    sync.off('error', listener);
    return errors[0];
  },
  'a SEND of STOMP': (payload) =>
    stomp(async (peer) =>
      errorOf(await peer.ask('SEND', { destination: 'said/1', ...json }, JSON.stringify(payload))),
    ),
  'a SEND to a queue': (payload) =>
    stomp(async (peer) =>
      errorOf(await peer.ask('SEND', { destination: 'jobs/1', ...json }, JSON.stringify(payload))),
    ),
  'a transaction of STOMP': (payload) =>
    stomp(async (peer) => {
      await peer.ask('BEGIN', { transaction: 't' });
      const kept = { destination: 'said/1', transaction: 't', ...json };
      peer.send('SEND', kept, JSON.stringify(payload));
      return errorOf(await peer.ask('COMMIT', { transaction: 't' }));
    }),
  'a msg of XMLSocket': async (payload) => {
    const peer = await XmlTestPeer.tcp(Number(new URL(server.url).port));
    const { text } = payload as { text: string };
    peer.say('<login/>');
    await peer.until('<login');
    peer.say('<room id="1"/>', `<msg room_id="1">${text}</msg>`, '<ping/>');
    const said = await peer.until('<pong');
    peer.destroy();
    return said
      .find((message) => message.startsWith('<error') && message.includes('invalid'))
      ?.replaceAll('&gt;', '>');
  },
};

describe('a payload that the route does not take', () => {
  it.each(Object.entries(WAYS))('is refused by %s, and one that it takes is not', async (_name, publish) => {
    heard.length = 0;
    expect(await publish(WRONG)).toMatch(FAULT);
    expect(await publish(RIGHT)).toBeUndefined();
    await post('/api/publish', { channel: 'said/end', payload: { text: 'end' } });
    await vi.waitFor(() => expect(heard.at(-1)).toEqual({ text: 'end' }), { timeout: 10_000 });
    expect(JSON.stringify(heard)).not.toContain(WRONG.text);
  });
});
