import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RouterPublisher } from '../../src/app/publisher.js';
import { ServerEvents } from '../../src/core/events.js';
import { Frame } from '../../src/core/frame.js';
import { NULL_LOGGER } from '../../src/core/logger.js';
import { Payload } from '../../src/core/payload.js';
import type { PresencePolicy } from '../../src/core/presence.js';
import type { SessionControl } from '../../src/core/session-control.js';
import type { TopicHandler } from '../../src/core/topic.js';
import type { Principal, Publisher } from '../../src/index.js';
import { type TestPeer, TestServer, testBackend, testRoute, testUser } from '../../src/testing.js';
import { ChatAnnouncementsTopic } from '../../topics/chat-announcements.js';
import { FixedRooms } from '../../topics/chat-directory.js';
import { ChatPrivateTopic } from '../../topics/chat-private.js';
import { ChatRoomTopic } from '../../topics/chat-room.js';
import { ChatRoomsTopic } from '../../topics/chat-rooms.js';

const ANN = testUser('6', { claims: { name: 'Ann' } });
const BEN = testUser('7', { claims: { name: 'Ben' } });
const STAFF = testUser('8', { roles: ['ROLE_STAFF'] });

const PRESENCE = { leaveDelay: 0, members: 1000 };

/** What the route of rooms says: with presence, their members are those of all nodes. */
let kept: PresencePolicy | undefined = PRESENCE;

const routes = (presence: PresencePolicy | undefined) => [
  testRoute('chat.room', 'chat/room/{room}', { requirements: { room: '\\d+' }, presence }),
  testRoute('chat.rooms', 'chat/rooms'),
  testRoute('chat.user', 'chat/user/{user_id}'),
  testRoute('chat.announcements', 'chat/announcements', { access: { publish: ['backend', 'ROLE_ADMIN'] } }),
];

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
const forbidden = refused('forbidden', /./);
const AT = expect.any(Number);

interface Options {
  readonly directory?: FixedRooms;
  readonly downgrade?: boolean;
}

/** The chat in memory; the parts that handlers inject find the server that is built after them. */
function chat({ directory = new FixedRooms(), downgrade = false }: Options = {}) {
  let server: TestServer | undefined;
  const router = () => {
    if (server === undefined) throw new Error('the server is built before anybody speaks');
    return server.router;
  };
  const publisher: Publisher = {
    publish: (...said) => new RouterPublisher(router()).publish(...said),
  };
  const control: SessionControl = {
    disconnect: (who, why) => router().disconnect(who, why),
    setRights: (user, rights) => router().setRights(user, rights),
  };
  const events = new ServerEvents(NULL_LOGGER);
  const handlers: Record<string, TopicHandler> = {
    'chat.room': new ChatRoomTopic(directory, events, control),
    'chat.rooms': new ChatRoomsTopic(directory),
    'chat.user': new ChatPrivateTopic(publisher),
    'chat.announcements': new ChatAnnouncementsTopic(directory, publisher),
  };
  server = new TestServer({ routes: routes(kept), handlers, identity: { downgrade } });
  server.events.on('client_identified', (event) => events.announce('client_identified', event));
  return server;
}

function heard({ received }: TestPeer): readonly unknown[] {
  return received.map(({ payload }) => payload);
}

/** What was heard since the last time it was asked for. */
function news(peer: TestPeer): readonly unknown[] {
  const said = heard(peer);
  peer.received.length = 0;
  return said;
}

/** The list of members may come a little later. */
const told = () => new Promise<void>((resolve) => setImmediate(resolve));

async function inRoom(server: TestServer, principal?: Principal, room = '1'): Promise<TestPeer> {
  const peer = server.connect(principal);
  await peer.subscribe(`chat/room/${room}`);
  await told();
  return peer;
}

describe('a chat room', () => {
  it('tells the newcomer alone who is there, and the others alone who has come', async () => {
    const server = chat();
    const ann = await inRoom(server, ANN);
    expect(news(ann)).toEqual([
      { type: 'members', room: '1', members: [{ id: '6', name: 'Ann' }], total: 1 },
    ]);
    const ben = await inRoom(server, BEN);
    const members = [
      { id: '6', name: 'Ann' },
      { id: '7', name: 'Ben' },
    ];
    expect(news(ben)).toEqual([{ type: 'members', room: '1', members, total: 2 }]);
    expect(news(ann)).toEqual([{ type: 'enter', user: { id: '7', name: 'Ben' }, room: '1', time: AT }]);
  });

  it('delivers what is said, as a text or as {text}, to everybody in it, the author too', async () => {
    const server = chat();
    const [ann, ben] = [await inRoom(server, ANN), await inRoom(server, BEN)];
    const elsewhere = await inRoom(server, BEN, '2');
    for (const peer of [ann, ben, elsewhere]) news(peer);
    await ann.publish('chat/room/1', { text: 'hello' });
    await ben.publish('chat/room/1', 'hi');
    const said = [
      { type: 'message', from: { id: '6', name: 'Ann' }, text: 'hello', room: '1', time: AT },
      { type: 'message', from: { id: '7', name: 'Ben' }, text: 'hi', room: '1', time: AT },
    ];
    expect(news(ann)).toEqual(said);
    expect(news(ben)).toEqual(said);
    expect(news(elsewhere)).toEqual([]);
  });

  it('knows who speaks by the session, whatever the message says', async () => {
    const server = chat();
    const ann = await inRoom(server, ANN);
    news(ann);
    const forged = {
      type: 'announcement',
      from: { id: '0', name: 'system' },
      from_id: '0',
      text: 'x',
      room: '9',
    };
    await ann.publish('chat/room/1', forged);
    const from = { id: '6', name: 'Ann' };
    expect(news(ann)).toEqual([{ type: 'message', from, text: 'x', room: '1', time: AT }]);
  });

  it('lets nobody choose who hears what is said in it', async () => {
    const server = chat();
    const [ann, ben] = [await inRoom(server, ANN), await inRoom(server, BEN)];
    news(ben);
    await ann.publish('chat/room/1', 'a secret', { excludeUsers: ['7'], exclude: [ben.session.id] });
    expect(news(ben)).toHaveLength(1);
  });

  it('takes messages from those in it alone', async () => {
    const server = chat();
    const ann = await inRoom(server, ANN);
    news(ann);
    const outside = server.connect(BEN);
    await expect(outside.publish('chat/room/1', 'hi')).rejects.toEqual(refused('forbidden', /not in room 1/));
    await expect(outside.publish('chat/room/2', 'nobody is here')).rejects.toEqual(forbidden);
    await outside.subscribe('chat/room/2');
    await expect(outside.publish('chat/room/1', 'hi')).rejects.toEqual(forbidden);
    expect(news(ann)).toEqual([]);
  });

  it.each(['4', '01', '3'])(
    '%s is refused to who may not enter it, in words that tell no more',
    async (room) => {
      const peer = chat().connect(ANN);
      await expect(peer.subscribe(`chat/room/${room}`)).rejects.toEqual(
        refused('forbidden', new RegExp(`^there is no room ${room} for you$`)),
      );
    },
  );

  it('is open to those who have its role', async () => {
    const server = chat();
    const peer = await inRoom(server, STAFF, '3');
    expect(heard(peer)).toHaveLength(1);
  });

  it('gives guests names of their own', async () => {
    const server = chat();
    const guest = await inRoom(server);
    const { id } = guest.session;
    const members = [{ id, name: `guest-${id.slice(-4)}` }];
    expect(news(guest)).toEqual([{ type: 'members', room: '1', members, total: 1 }]);
  });

  it('cleans what is said of control characters and what turns the text around', async () => {
    const server = chat();
    const ann = await inRoom(server, ANN);
    news(ann);
    await ann.publish('chat/room/1', ' \u0000a\u0007\nb\tc\u202e\u2066\u009b <b>&amp; \ud800 ');
    expect(news(ann)).toEqual([expect.objectContaining({ text: 'a\nb\tc <b>&amp; \ufffd' })]);
  });

  it('refuses what is no text, and what is too long', async () => {
    const ann = await inRoom(chat(), ANN);
    const nothing = [null, 5, {}, { text: 5 }, [], '', ' \u0000 ', { text: '\n' }, true];
    for (const value of nothing) {
      await expect(ann.publish('chat/room/1', value)).rejects.toEqual(refused('bad_request', /needs a text/));
    }
    await expect(ann.publish('chat/room/1', 'x'.repeat(4001))).rejects.toEqual(
      refused('payload_too_large', /at most 4000/),
    );
  });

  it('takes the octets of a text from protocols that have nothing else', async () => {
    const server = chat();
    const ann = await inRoom(server, ANN);
    news(ann);
    const payload = Payload.fromText(Buffer.from('grüß dich'));
    await server.router.publish(ann.session, 'chat/room/1', { exclude: [], eligible: [], payload });
    expect(news(ann)).toEqual([expect.objectContaining({ text: 'grüß dich' })]);
  });
});

describe.each([
  ['of all nodes', PRESENCE],
  ['of one node, where its route keeps no presence', undefined],
])('presence in a chat room, %s', (_whose, presence) => {
  beforeAll(() => {
    kept = presence;
  });
  afterAll(() => {
    kept = PRESENCE;
  });

  it('counts a user once: who comes with the first window goes with the last', async () => {
    const server = chat();
    const ann = await inRoom(server, ANN);
    news(ann);
    const windows = [await inRoom(server, BEN), await inRoom(server, BEN)];
    expect(news(ann)).toEqual([expect.objectContaining({ type: 'enter' })]);
    expect(news(windows[1] as TestPeer)).toEqual([expect.objectContaining({ type: 'members', total: 2 })]);
    await windows[0]?.leave();
    expect(news(ann)).toEqual([]);
    await windows[1]?.leave();
    const user = { id: '7', name: 'Ben' };
    expect(news(ann)).toEqual([{ type: 'leave', user, room: '1', time: AT }]);
  });

  it('counts a session once that is subscribed twice', async () => {
    const server = chat();
    const ann = await inRoom(server, ANN);
    const ben = await inRoom(server, BEN);
    news(ann);
    const second = {
      session: ben.session,
      channel: 'chat/room/1',
      wireKey: 'second',
      encode: () => Frame.text(''),
      ended: () => undefined,
    };
    await server.router.subscribe(second);
    await server.router.unsubscribe(second);
    expect(news(ann)).toEqual([]);
    await ben.unsubscribe('chat/room/1');
    expect(news(ann)).toEqual([expect.objectContaining({ type: 'leave' })]);
  });

  it('tells comings and goings in the order they happen, however fast', async () => {
    const server = chat();
    const ann = await inRoom(server, ANN);
    news(ann);
    for (let round = 0; round < 20; round++) {
      const ben = server.connect(BEN);
      const entering = ben.subscribe('chat/room/1');
      if (round % 2 === 0) await entering;
      void ben.leave();
      await entering.catch(() => undefined);
    }
    const types = news(ann).map((said) => (said as { type: string }).type);
    expect(types).toEqual(types.map((_type, index) => (index % 2 === 0 ? 'enter' : 'leave')));
    expect(types.length).toBeGreaterThanOrEqual(20);
  });

  it('forgets a room that everybody has left, and all that it knew', async () => {
    const server = chat();
    for (const round of [1, 2]) {
      const ann = await inRoom(server, ANN);
      expect(heard(ann), `round ${round}`).toEqual([expect.objectContaining({ total: 1 })]);
      await ann.leave();
    }
  });

  it('names a member by who entered, even when it has lost its name meanwhile', async () => {
    const server = chat({ downgrade: true });
    const ann = await inRoom(server, ANN);
    const ben = await inRoom(server, { ...BEN, expires: 1 });
    news(ann);
    await expect.poll(() => ben.session.principal.kind).toBe('anonymous');
    const { id } = ben.session;
    const guest = { id, name: `guest-${id.slice(-4)}` };
    await expect
      .poll(() => heard(ann))
      .toEqual([
        { type: 'leave', user: { id: '7', name: 'Ben' }, room: '1', time: AT },
        { type: 'enter', user: guest, room: '1', time: AT },
      ]);
    news(ann);
    await ben.publish('chat/room/1', 'still here');
    await ben.leave();
    expect(news(ann)).toEqual([
      expect.objectContaining({ type: 'message', from: guest }),
      expect.objectContaining({ type: 'leave', user: guest }),
    ]);
  });

  it('ends for who loses the right to the room', async () => {
    const server = chat();
    const staff = await inRoom(server, STAFF, '3');
    const other = await inRoom(server, testUser('9', { roles: ['ROLE_STAFF'] }), '3');
    server.router.setRights('8', { roles: [], organizations: [] });
    await expect.poll(() => staff.session.closed).toBe(true);
    news(staff);
    await other.publish('chat/room/3', 'among us');
    expect(news(staff)).toEqual([]);
    expect(other.session.closed).toBe(false);
  });

  it('is told of no crowd: the list is cut, and nobody hears of those beyond it', async () => {
    const server = chat();
    const first = await inRoom(server, testUser('first'));
    for (let n = 1; n < 200; n++) await inRoom(server, testUser(`u${n}`));
    news(first);
    const late = await inRoom(server, testUser('late'));
    const list = heard(late)[0] as { members: readonly { id: string }[]; total: number };
    expect(list.total).toBe(201);
    expect(list.members).toHaveLength(201);
    const later = await inRoom(server, testUser('later'));
    expect((heard(later)[0] as typeof list).members).toHaveLength(201);
    await late.leave();
    expect(news(first)).toEqual([]);
  });
});

describe('the list of rooms', () => {
  it('has those that its caller may enter', async () => {
    const server = chat();
    const open = [
      { id: '1', name: 'Lobby 1' },
      { id: '2', name: 'General Chat' },
    ];
    expect(await server.connect().call('chat/rooms')).toEqual(open);
    expect(await server.connect(STAFF).call('chat/rooms')).toEqual([...open, { id: '3', name: 'Staff' }]);
    await expect(server.connect(ANN).subscribe('chat/rooms')).rejects.toEqual(forbidden);
  });

  it('asks a directory that needs time', async () => {
    class Database extends FixedRooms {
      override mayEnter(...asked: Parameters<FixedRooms['mayEnter']>) {
        return Promise.resolve(super.mayEnter(...asked)) as unknown as boolean;
      }
    }
    const server = chat({ directory: new Database() });
    expect(await server.connect(ANN).call('chat/rooms')).toHaveLength(2);
    await expect(server.connect(ANN).subscribe('chat/room/3')).rejects.toEqual(forbidden);
    await inRoom(server, STAFF, '3');
  });
});

describe('a private message', () => {
  it('reaches all windows of the one and of the other, and nobody else', async () => {
    const server = chat();
    const peers = [ANN, ANN, BEN, BEN, STAFF].map((principal) => server.connect(principal));
    for (const peer of peers) await peer.subscribe(`chat/user/${peer.session.principal.id}`);
    await peers[0]?.publish('chat/user/7', { text: 'psst', from: { id: '0', name: 'system' } });
    const from = { id: '6', name: 'Ann' };
    const message = { type: 'private', from, to: '7', text: 'psst', time: AT };
    expect(peers.map(heard)).toEqual([[message], [message], [message], [message], []]);
  });

  it('to oneself arrives once', async () => {
    const ann = chat().connect(ANN);
    await ann.subscribe('chat/user/6');
    await ann.publish('chat/user/6', 'note');
    expect(heard(ann)).toHaveLength(1);
  });

  it('cannot be overheard', async () => {
    const server = chat();
    for (const principal of [ANN, undefined, testBackend('7')]) {
      await expect(server.connect(principal).subscribe('chat/user/7')).rejects.toEqual(forbidden);
    }
  });

  it('comes from the system, or from whom it names, if a back end sends it', async () => {
    const server = chat();
    const ben = server.connect(BEN);
    await ben.subscribe('chat/user/7');
    await server.connect(testBackend()).publish('chat/user/7', 'your order is ready');
    expect(news(ben)).toEqual([
      { type: 'private', from: { id: '0', name: 'system' }, to: '7', text: 'your order is ready', time: AT },
    ]);
  });
});

describe('an announcement', () => {
  const announcement = {
    type: 'announcement',
    from: { id: '0', name: 'system' },
    text: 'back in five minutes',
    time: AT,
  };

  it.each([
    ['a back end', testBackend()],
    ['an administrator', testUser('1', { roles: ['ROLE_ADMIN'] })],
  ])('of %s is heard in every room', async (_who, principal) => {
    const server = chat();
    const peers = [
      await inRoom(server, ANN),
      await inRoom(server, BEN, '2'),
      await inRoom(server, STAFF, '3'),
    ];
    const reader = server.connect();
    await reader.subscribe('chat/announcements');
    peers.forEach(news);
    await server.connect(principal).publish('chat/announcements', { text: 'back in five minutes' });
    for (const peer of [...peers, reader]) expect(news(peer)).toEqual([announcement]);
  });

  it('of a back end may be for one room', async () => {
    const server = chat();
    const [ann, ben] = [await inRoom(server, ANN), await inRoom(server, BEN, '2')];
    [ann, ben].forEach(news);
    await server.connect(testBackend()).publish('chat/room/1', 'back in five minutes');
    expect(news(ann)).toEqual([announcement]);
    expect(news(ben)).toEqual([]);
  });

  it('cannot be made by a member, nor by a user who is called like the system', async () => {
    const server = chat();
    const ann = await inRoom(server, ANN);
    await expect(ann.publish('chat/announcements', 'x')).rejects.toEqual(forbidden);
    const zero = server.connect(testUser('0'));
    await expect(zero.subscribe('chat/room/1')).rejects.toEqual(forbidden);
    await expect(zero.publish('chat/room/1', 'x')).rejects.toEqual(forbidden);
    await expect(zero.publish('chat/user/7', 'x')).rejects.toEqual(forbidden);
  });
});
