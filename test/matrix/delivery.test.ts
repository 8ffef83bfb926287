import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { redisInstalled } from '../support/redis-server.js';
import { KEY, type ServerProcess } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { eventually, until } from '../support/until.js';
import { Wamp2TestPeer } from '../support/wamp2-peer.js';
import { XmlTestPeer } from '../support/xml-peer.js';
import { type Person, PROTOCOLS, type ProtocolUnderTest, READERS, type Reader } from './combinations.js';
import { NODES, type Nodes } from './nodes.js';

let names = 0;
const fresh = (kind: string) => `${kind}/n${++names}`;

for (const kind of NODES) {
  describe.skipIf(kind.needsRedis && !redisInstalled)(kind.name, () => {
    let nodes: Nodes | undefined;
    beforeAll(async () => {
      nodes = await kind.start();
    });
    afterAll(() => nodes?.stop());
    const here = () => nodes?.servers[0] as ServerProcess;
    const there = () => nodes?.servers.at(-1) as ServerProcess;

    const connect = async <Client extends Reader>(
      how: ProtocolUnderTest<Client>,
      server: ServerProcess,
      person?: Person,
    ) => {
      const peer = await how.connect(server, person);
      onTestFinished(() => peer.vanish());
      return peer;
    };
    const wamp2 = async (server: ServerProcess, user?: string) => {
      const peer = await Wamp2TestPeer.connect(server.webSocketUrl(user), 'json');
      onTestFinished(() => peer.vanish());
      return peer;
    };
    const post = async (server: ServerProcess, path: string, body: object) => {
      const response = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return [response.status, await response.json()];
    };

    for (const how of READERS) {
      describe(`a peer of ${how.name}`, () => {
        it('receives what peers of all protocols and a back end publish on the other node', async () => {
          const channel = fresh('room');
          const subscriber = await connect(how, there());
          await subscriber.subscribe(channel);
          const expected: unknown[] = ['by HTTP'];
          expect((await here().publish(channel, 'by HTTP')).status).toBe(200);
          for (const { name, ...other } of PROTOCOLS) {
            const publisher = await connect({ name, ...other }, here());
            const payload = { by: name, text: 'é\n"\\\u0001', list: [1, null, true] };
            expect(await publisher.publish(channel, payload)).toBeUndefined();
            expected.push(payload);
            publisher.vanish();
          }
          await until(() => subscriber.received(channel).length >= expected.length);
          expect(subscriber.received(channel)).toEqual(expected);
        });

        it('gets the newest of the history of the other node first, and then goes on', async () => {
          const channel = fresh('kept');
          for (const n of [1, 2, 3, 4, 5]) await here().publish(channel, n);
          const subscriber = await connect(how, there());
          await subscriber.subscribe(channel);
          await here().publish(channel, 6);
          await until(() => subscriber.received(channel).includes(6));
          expect(subscriber.received(channel)).toEqual([3, 4, 5, 6]);
        });

        it('is ended, and stays away, when the other node ends its user', async () => {
          const user = `u${++names}`;
          const person = { user, organizations: [] };
          const peers = [await connect(how, here(), person), await connect(how, there(), person)];
          const stranger = await connect(how, there(), { user: 'somebody', organizations: [] });
          for (const peer of [...peers, stranger]) await peer.subscribe(fresh('room'));
          expect(await post(here(), '/api/disconnect', { user })).toEqual([200, { disconnected: 2 }]);
          await until(() => peers.every((peer) => peer.ended() !== 'no'));
          expect(peers.map((peer) => peer.ended())).toEqual(['for good', 'for good']);
          expect(stranger.ended()).toBe('no');
        });

        it('loses a channel when the other node takes its rights', async () => {
          const user = `u${++names}`;
          const [channel, end] = [`ours/${user}/1`, `mine/${user}`];
          const peer = await connect(how, there(), { user, organizations: ['1'] });
          expect([await peer.subscribe(channel), await peer.subscribe(end)]).toEqual([undefined, undefined]);
          await here().publish(channel, 'before');
          await until(() => peer.received(channel).length > 0);
          const sessions = how.name === 'Server-Sent Events' ? 2 : 1;
          const rights = { user, roles: [], organizations: [] };
          expect(await post(here(), '/api/rights', rights)).toEqual([200, { sessions }]);
          await here().publish(channel, 'after');
          await here().publish(end, 'end');
          await until(() => peer.received(end).length > 0);
          expect(peer.received(channel)).toEqual(['before']);
        });
      });
    }

    it('shows who is in a chat room on all nodes, by WAMP and by XMLSocket, and who comes and goes', async () => {
      const room = 'chat/room/2';
      const [ann, ben] = [`ann${++names}`, `ben${names}`];
      const there2 = async (user: string) => {
        const peer = await wamp2(there(), user);
        await peer.subscribe(room);
        return peer;
      };
      const first = await there2(ann);
      const list = (...members: readonly string[]) => ({
        ...{ type: 'members', room: '2', total: members.length },
        members: members.map((id) => ({ id, name: id })),
      });
      await until(() => first.received(room).length > 0);
      expect(first.received(room)).toEqual([list(ann)]);
      const film = await XmlTestPeer.tcp(here().portOf('xmlsocket'));
      onTestFinished(() => film.destroy());
      film.say('<login u="adam" p="a password of adam"/>', '<room id="2"/>');
      // News of ann that was in the log too late may come with it.
      const users = (await film.until('<users')).find((said) => said.startsWith('<users'));
      expect(users).toBe(
        `<users room_id="2"><user id="${ann}">${ann}</user><user id="adam">adam</user></users>`,
      );
      await until(() => first.received(room).length === 2);
      expect(first.received(room)[0]).toEqual(list(ann));
      const said = (type: string, user: string) =>
        expect.objectContaining({ type, user: { id: user, name: user } });
      expect(first.received(room).at(-1)).toEqual(said('enter', 'adam'));
      const second = await there2(ben);
      await film.until(`<msg from_id="0">*${ben} has entered`);
      // A second window on another node, and one that closes, are no news.
      const window = await wamp2(here(), ann);
      await window.subscribe(room);
      await until(() => window.received(room).length > 0);
      expect(window.received(room)[0]).toEqual(list(ann, 'adam', ben));
      // A node that has not heard of the second window yet would take the end of the first for that of a member.
      await until(async () => {
        const headers = { authorization: `Bearer ${KEY}` };
        const found = await fetch(`${there().url}/api/presence?channel=${room}`, { headers });
        return ((await found.json()) as { sessions: number }).sessions === 4;
      });
      first.vanish();
      second.vanish();
      expect(await film.until(`<msg from_id="0">*${ben} has left`)).not.toContain(
        `<msg from_id="0">*${ann} has left</msg>`,
      );
      film.destroy();
      // What was in the log too late for its list may come meanwhile.
      const left = () => window.received(room).filter((one) => (one as { type: string }).type === 'leave');
      await until(() => left().length === 2);
      expect(left()).toEqual([said('leave', ben), said('leave', 'adam')]);
    });

    it('lists channels with their subscribers on all nodes', async () => {
      const channel = fresh('room');
      for (const server of [here(), there(), there()]) await (await wamp2(server)).subscribe(channel);
      const headers = { authorization: `Bearer ${KEY}` };
      const list = async (query: string) =>
        (await fetch(`${here().url}/api/channels?prefix=${channel}${query}`, { headers })).json();
      const count = nodes?.servers.length;
      const summary = {
        channel,
        route: 'room',
        position: null,
        kind: 'at_most_once',
        promise: 'at most once',
      };
      expect(await list('')).toEqual({
        channels: [{ ...summary, subscribers: 3 }],
        nodes: count,
        silent: [],
      });
      const own = count === 1 ? 3 : 1;
      expect(await list('&local=true')).toMatchObject({ channels: [{ subscribers: own }], nodes: 1 });
    });

    it('takes no credential on one node that was withdrawn on the other', async () => {
      const user = `u${++names}`;
      const url = there().webSocketUrl(user);
      expect(await post(here(), '/api/disconnect', { user })).toEqual([200, { disconnected: 0 }]);
      await eventually(async () => {
        const refused = await Wamp2TestPeer.connect(url, 'json').then(
          () => 'let in',
          () => 'refused',
        );
        expect(refused).toBe('refused');
      });
    });

    it('takes a one-time ticket once, on whatever node', async () => {
      const [ticket, connected] = [here().ticket(`u${++names}`), [] as string[]];
      for (const server of [here(), there()]) {
        const url = `${server.url.replace('http', 'ws')}/ws?ticket=${ticket}`;
        const outcome = await Wamp2TestPeer.connect(url, 'json').then(
          (peer) => {
            onTestFinished(() => peer.vanish());
            return 'let in';
          },
          () => 'refused',
        );
        connected.push(outcome);
      }
      expect(connected).toEqual(['let in', 'refused']);
    });

    it('hands on what is retained', async () => {
      const channel = fresh('room');
      const publisher = await wamp2(here());
      await publisher.publish(channel, 'old', { retain: true });
      await publisher.publish(channel, 'kept', { retain: true });
      await publisher.publish(channel, 'passing');
      const subscriber = await wamp2(there());
      await subscriber.subscribe(channel, { get_retained: true });
      await until(() => subscriber.received(channel).length > 0);
      expect(subscriber.received(channel)).toEqual(['kept']);
    });

    it('publishes once what has an idempotency key', async () => {
      const channel = fresh('kept');
      const subscriber = await wamp2(there());
      await subscriber.subscribe(channel);
      for (const server of [here(), there()]) {
        const answer = await server.publish(channel, 'once', { idempotency_key: 'k' });
        expect(answer.status).toBe(200);
      }
      await here().publish(channel, 'end');
      await until(() => subscriber.received(channel).includes('end'));
      expect(subscriber.received(channel)).toEqual(['once', 'end']);
    });

    it('gives each message of a queue to one consumer, and again where one goes with it', async () => {
      const channel = fresh('work');
      const consumer = async (server: ServerProcess) => {
        const peer = await StompTestPeer.tcp(server.portOf('stomp'));
        onTestFinished(() => peer.drop());
        await peer.connect({ 'accept-version': '1.2' });
        await peer.ask('SUBSCRIBE', { id: '1', destination: channel, ack: 'client-individual' });
        return peer;
      };
      const [one, other] = [await consumer(here()), await consumer(there())];
      for (let n = 0; n < 10; n++) await here().publish(channel, n);
      const bodies = (peer: StompTestPeer) => peer.of('MESSAGE').map(({ body }) => Number(JSON.parse(body)));
      await until(() => bodies(one).length + bodies(other).length === 10);
      expect([...bodies(one), ...bodies(other)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      for (const { headers } of other.of('MESSAGE')) await other.ask('ACK', { id: headers['ack'] ?? '' });
      const left = bodies(one);
      const known = bodies(other).length;
      one.drop();
      await until(() => bodies(other).length === known + left.length);
      expect(bodies(other).slice(known)).toEqual(left);
    });

    it('says who is there, on whatever node', async () => {
      const channel = fresh('attended');
      const peers = [await wamp2(here(), 'ann'), await wamp2(there(), 'bob')];
      const watcher = await wamp2(there());
      await watcher.subscribe(`signalbox.presence/${channel}`);
      for (const peer of peers) expect(await peer.subscribe(channel)).toBeUndefined();
      const news = () => watcher.received(`signalbox.presence/${channel}`) as { type: string }[];
      await until(() => news().length === 3);
      expect(news().map(({ type }) => type)).toEqual(['members', 'join', 'join']);
      for (const peer of peers) peer.vanish();
      await until(() => news().length === 5);
      expect(news().at(-1)).toMatchObject({ type: 'leave', users: 0, sessions: 0 });
    });

    it('carries the chat from a film on one node to a film on the other', async () => {
      const film = async (server: ServerProcess, name: string) => {
        const peer = await XmlTestPeer.tcp(server.portOf('xmlsocket'));
        onTestFinished(() => peer.destroy());
        peer.say(`<login u="${name}" p="a password of ${name}"/>`);
        await peer.until('<rooms');
        return peer;
      };
      const [adam, eve] = [await film(here(), 'adam'), await film(there(), 'eve')];
      for (const peer of [adam, eve]) peer.say('<room id="1"/>');
      await eve.until('<users');
      await adam.until('<users');
      adam.say('<msg room_id="1">hello &amp; welcome</msg>');
      expect((await eve.until('<msg from_id="adam"')).at(-1)).toContain('hello &amp; welcome');
    });

    it('knows its nodes', async () => {
      const get = async (server: ServerProcess) =>
        (
          await fetch(`${server.url}/api/nodes`, { headers: { authorization: `Bearer ${KEY}` } })
        ).json() as Promise<{ drift: boolean; nodes: readonly object[] }>;
      await eventually(async () => {
        for (const server of [here(), there()]) {
          const { drift, nodes: known } = await get(server);
          expect([drift, known.length]).toEqual([false, nodes?.servers.length]);
        }
      });
    });
  });
}
