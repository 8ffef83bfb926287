import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { ServerEvents } from '../../../src/core/events.js';
import { NULL_LOGGER } from '../../../src/core/logger.js';
import { NULL_METER } from '../../../src/core/meter.js';
import { ANONYMOUS } from '../../../src/core/session.js';
import { policyFile, XmlSocketProtocol } from '../../../src/protocols/xmlsocket/index.js';
import { FakeConnection, TestServer, testRoute, testUser } from '../../../src/testing.js';
import { FixedRooms } from '../../../topics/chat-directory.js';
import { ChatPrivateTopic } from '../../../topics/chat-private.js';
import { ChatRoomTopic } from '../../../topics/chat-room.js';
import { ChatRoomsTopic } from '../../../topics/chat-rooms.js';
import { xmlStreams } from './xml-streams.js';

/** To look further: FUZZ_INPUTS=500000 and FUZZ_SEED=2, 3, … The same seed gives the same inputs. */
const inputs = Number(process.env['FUZZ_INPUTS'] ?? 1500);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

/** Inputs that are made at a time. */
const BATCH = 500;
/** Octets by which the heap may differ from its size after the first batches, whatever their number. */
const HEAP = 16 * 2 ** 20;
/** Octets of a message. */
const LONGEST = 500;

const USERS = {
  ann: testUser('ann', { claims: { name: '</user>\u0001<msg from_id="0">' } }),
  bob: testUser('bob'),
} as const;

const authenticator = {
  method: 'fuzz',
  authenticate: ({ credential }: { readonly credential?: { readonly secret: string } }) => {
    if (credential === undefined) return ANONYMOUS;
    const { identity = '' } = credential as { identity?: string };
    return credential.secret === 'x' ? USERS[identity as keyof typeof USERS] : undefined;
  },
};

const later = () => new Promise<void>((resolve) => setImmediate(resolve));

async function settled(): Promise<void> {
  for (let i = 0; i < 4; i++) await later();
}

/** The chat with its handlers and the protocol, without sockets. */
function chat(): { readonly server: TestServer; readonly protocol: XmlSocketProtocol } {
  const rooms = new FixedRooms();
  const control = { disconnect: () => 0, setRights: () => 0 } as never;
  const publisher = { publish: () => Promise.resolve(undefined) };
  const server = new TestServer({
    routes: [
      testRoute('chat.room', 'chat/room/{room}', { requirements: { room: '\\d+' } }),
      testRoute('chat.rooms', 'chat/rooms'),
      testRoute('chat.user', 'chat/user/{user_id}', { access: { subscribe: ['owner'] } }),
    ],
    handlers: {
      'chat.room': new ChatRoomTopic(rooms, new ServerEvents(NULL_LOGGER), control),
      'chat.rooms': new ChatRoomsTopic(rooms),
      'chat.user': new ChatPrivateTopic(publisher),
    },
  });
  const { router, procedures } = server;
  const context = {
    router,
    procedures,
    authenticator,
    names: { room: 'chat.room', rooms: 'chat/rooms', user: 'chat.user' },
    loginTimeout: 60_000,
    message: LONGEST,
    policy: policyFile({ domains: ['*'], ports: ['8843'] }),
    logger: NULL_LOGGER,
    meter: NULL_METER,
  };
  return { server, protocol: new XmlSocketProtocol(context) };
}

/** What a peer was told that said this, and how its connection ended. */
interface Told {
  readonly messages: readonly string[];
  readonly end: number | undefined;
}

/** Feeds one connection with octets, then lets it go. Throws what the protocol throws. */
async function converse(protocol: XmlSocketProtocol, chunks: readonly Buffer[]): Promise<Told> {
  const connection = new FakeConnection();
  const listener = protocol.accept(connection, { principal: undefined, headers: {} });
  connection.listener = listener;
  for (const chunk of chunks) listener.received(chunk, true);
  await settled();
  const messages = connection.texts.map(messageOf);
  const end = connection.ended?.code;
  connection.drop({ code: 1006, reason: 'gone', reconnect: true });
  await settled();
  return { messages, end };
}

/** The XML of one frame: exactly one element and its NUL, whatever was put into it. */
function messageOf(frame: string): string {
  if (frame.indexOf('\0') !== frame.length - 1) throw new Error(`a NUL within ${JSON.stringify(frame)}`);
  const xml = frame.slice(0, -1);
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw new Error(`${error.message} in ${JSON.stringify(frame)}`);
  });
  parser.write(xml).close();
  return xml
    .replace(/ request="[^"]*"/, '')
    .replace(/\d{16}/g, 'SESSION')
    .replace(/guest-\d{4}/g, 'GUEST');
}

function split(octets: Buffer, at: readonly number[]): Buffer[] {
  const ends = [...new Set([...at.map((n) => n % (octets.length + 1)), octets.length])].sort((a, b) => a - b);
  return ends.map((end, i) => octets.subarray(ends[i - 1] ?? 0, end));
}

function collectedHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

/** What room 1 hears of a peer is said by that peer, or by the room itself about it. */
function checkHeard(payload: unknown): void {
  const { type, from, user } = payload as { type: string; from?: { id: string }; user?: { id: string } };
  const id = (type === 'message' ? from : user)?.id ?? '';
  const isKnown = ['message', 'enter', 'leave'].includes(type) && /^(ann|bob|\d{16})$/.test(id);
  if (!isKnown) throw new Error(`heard ${JSON.stringify(payload)}`);
}

interface Input {
  readonly octets: Buffer;
  readonly cuts: readonly number[];
}

const arbitrary: fc.Arbitrary<Input> = fc.record({
  octets: xmlStreams,
  cuts: fc.array(fc.nat(2000), { maxLength: 12 }),
});

/** One chat that all conversations are held in, with somebody in room 1 who hears what comes of them. */
class Arena {
  readonly #chat = chat();
  readonly #observer = this.#chat.server.connect(testUser('observer'));
  /** What peers were told, what the room heard, and connections that the server ended. */
  readonly counts = { told: 0, heard: 0, ended: 0 };

  async begin(): Promise<void> {
    await this.#observer.subscribe('chat/room/1');
    this.#observer.received.length = 0;
  }

  /** Throws what is wrong. */
  async examine({ octets, cuts }: Input): Promise<void> {
    const whole = await converse(this.#chat.protocol, [octets]);
    const other = await converse(this.#chat.protocol, split(octets, cuts));
    if (JSON.stringify(other) !== JSON.stringify(whole))
      throw new Error(JSON.stringify({ input: octets.toString('latin1'), cuts, whole, other }));
    const { received, connection } = this.#observer;
    for (const { payload } of received) checkHeard(payload);
    this.counts.told += whole.messages.length;
    this.counts.heard += received.length;
    if (whole.end !== undefined) this.counts.ended++;
    received.length = 0;
    connection.frames.length = 0;
  }

  /** Whether nobody is left in the room who has gone. */
  get isEmpty(): boolean {
    const left = [...(this.#chat.server.router.groupOf('exact', 'chat/room/1') ?? [])];
    return left.length === 1 && left[0] === this.#observer.session;
  }
}

describe(`${inputs} random and mutated conversations`, () => {
  it('are answered alike however they are cut, in XML, forge nobody, and leave nothing behind', {
    timeout: 7_200_000,
  }, async () => {
    const arena = new Arena();
    await arena.begin();
    let heap = 0;
    for (let done = 0, batch = 0; done < inputs; done += BATCH, batch++) {
      const numRuns = Math.min(BATCH, inputs - done);
      for (const input of fc.sample(arbitrary, { seed: seed * 1_000_003 + batch, numRuns }))
        await arena.examine(input);
      if (batch === 1) heap = collectedHeap();
    }
    expect(collectedHeap() - heap).toBeLessThan(HEAP);
    expect(arena.isEmpty).toBe(true);
    const { told, heard, ended } = arena.counts;
    // conversations that are all nonsense, or none, would prove little
    expect(told).toBeGreaterThan(inputs);
    expect(heard).toBeGreaterThan(inputs / 4);
    expect(ended).toBeGreaterThan(inputs / 50);
    console.log(`${inputs} conversations: ${told} answers, ${heard} heard in the room, ${ended} ended`);
  });
});
