import { Autobahn } from '../support/autobahn.js';
import type { ServerProcess } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { Wamp2TestPeer } from '../support/wamp2-peer.js';
import { connectStreams } from './stream-reader.js';

/** Who connects. */
export interface Person {
  readonly user: string;
  readonly organizations: readonly string[];
}

/** A client that only listens, of any protocol. */
export interface Reader {
  /** Resolves to nothing, or to the code of the refusal. */
  subscribe(channel: string): Promise<string | undefined>;
  /** What was delivered on a channel so far. */
  received(channel: string): readonly unknown[];
  /** Whether the connection has ended, and if so whether the client would come back. */
  ended(): 'no' | 'for good' | 'to come back';
  /** Ends without a word. */
  vanish(): void;
}

/** A client of any protocol in which peers publish, reduced to what all of them can do. */
export interface Peer extends Reader {
  unsubscribe(channel: string): Promise<void>;
  /** Resolves to nothing, or to the code of the refusal. */
  publish(channel: string, payload: unknown): Promise<string | undefined>;
}

/** One way to reach the server: a protocol over a transport. One line in `PROTOCOLS` puts it through the whole suite. */
export interface ProtocolUnderTest<Client extends Reader = Peer> {
  readonly name: string;
  connect(server: ServerProcess, person?: Person): Promise<Client>;
}

/** One broker: the settings that choose it. */
export interface BrokerUnderTest {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

export const PROTOCOLS: readonly ProtocolUnderTest[] = [
  { name: 'WAMP v1 over WebSocket', connect: connectWamp1 },
  { name: 'WAMP v2 in JSON over WebSocket', connect: connectWamp2('json') },
  { name: 'WAMP v2 in MessagePack over WebSocket', connect: connectWamp2('msgpack') },
  { name: 'WAMP v2 in CBOR over WebSocket', connect: connectWamp2('cbor') },
  { name: 'STOMP 1.0 over TCP', connect: connectStomp('tcp', '1.0') },
  { name: 'STOMP 1.2 over TCP', connect: connectStomp('tcp', '1.2') },
  { name: 'STOMP 1.1 over WebSocket', connect: connectStomp('websocket', '1.1') },
];

export const READERS: readonly ProtocolUnderTest<Reader>[] = [
  ...PROTOCOLS,
  { name: 'Server-Sent Events', connect: connectStreams },
];

export const BROKERS: readonly BrokerUnderTest[] = [{ name: 'memory', env: { SIGNALBOX_BROKER: 'memory' } }];

async function connectWamp1(server: ServerProcess, person?: Person): Promise<Peer> {
  const page = await Autobahn.connect(server.webSocketUrl(person?.user, person?.organizations));
  /** The refusal that an action caused: there is an answer to nothing else. */
  const refusalOf = async (action: () => void): Promise<string | undefined> => {
    const known = page.errors.length;
    action();
    await page.settle();
    const [refusal] = page.errors.slice(known).filter(([, id]) => !String(id).startsWith('call-'));
    return (refusal?.[4] as { error: string } | undefined)?.error;
  };
  return {
    subscribe: (channel) => refusalOf(() => page.socket.sendText(JSON.stringify([5, channel]))),
    unsubscribe: async (channel) => void (await refusalOf(() => page.unsubscribe(channel))),
    publish: (channel, payload) => refusalOf(() => page.publish(channel, payload)),
    received: (channel) => page.events(channel),
    ended: () => (page.hangup === undefined ? 'no' : page.hangup === 0 ? 'for good' : 'to come back'),
    vanish: () => page.socket.destroy(),
  };
}

/** Reasons after which a client stays away. */
const FINAL = /^wamp\.(error\.|close\.(killed|goodbye_and_out))/;

function connectWamp2(serializer: string): ProtocolUnderTest['connect'] {
  return async (server, person) => {
    const url = server.webSocketUrl(person?.user, person?.organizations);
    const peer = await Wamp2TestPeer.connect(url, serializer);
    return {
      subscribe: (channel) => peer.subscribe(channel),
      unsubscribe: (channel) => peer.unsubscribe(channel),
      publish: (channel, payload) => peer.publish(channel, payload),
      received: (channel) => peer.received(channel),
      ended: () => {
        if (peer.ending === undefined) return 'no';
        return FINAL.test(peer.ending) ? 'for good' : 'to come back';
      },
      vanish: () => peer.vanish(),
    };
  };
}

/** A client that names its subscriptions by the channel, and has one of each. */
function connectStomp(transport: 'tcp' | 'websocket', version: string): ProtocolUnderTest['connect'] {
  return async (server, person) => {
    const url = `${server.url.replace('http', 'ws')}/stomp`;
    const peer =
      transport === 'tcp'
        ? await StompTestPeer.tcp(server.portOf('stomp'))
        : await StompTestPeer.webSocket(url, { subprotocols: ['v11.stomp'] });
    const ticket = person && server.ticket(person.user, person.organizations);
    await peer.connect({ 'accept-version': version, ...(ticket !== undefined && { passcode: ticket }) });
    const subscribed = new Set<string>();
    const codeOf = async (command: string, headers: Record<string, string>, body = '') => {
      const answer = await peer.ask(command, headers, body);
      return answer.command === 'ERROR' ? (answer.headers['code'] ?? 'no code') : undefined;
    };
    return {
      subscribe: async (channel) => {
        if (subscribed.has(channel)) return undefined;
        const code = await codeOf('SUBSCRIBE', { id: channel, destination: channel });
        if (code === undefined) subscribed.add(channel);
        return code;
      },
      unsubscribe: async (channel) => {
        subscribed.delete(channel);
        await codeOf('UNSUBSCRIBE', { id: channel });
      },
      publish: (channel, payload) => {
        const headers = { destination: channel, 'content-type': 'application/json' };
        return codeOf('SEND', headers, JSON.stringify(payload));
      },
      received: (channel) =>
        peer
          .of('MESSAGE')
          .filter(({ headers }) => headers['destination'] === channel)
          .map(({ body }) => JSON.parse(body)),
      ended: () => {
        if (peer.closed === undefined) return 'no';
        return peer.of('ERROR').at(-1)?.headers['reconnect'] === 'false' ? 'for good' : 'to come back';
      },
      vanish: () => peer.drop(),
    };
  };
}
