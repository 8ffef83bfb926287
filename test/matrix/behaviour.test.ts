import { describe, expect, it, onTestFinished } from 'vitest';
import { ServerProcess } from '../support/server.js';
import { eventually, until } from '../support/until.js';
import { useServer } from '../support/use-server.js';
import { BROKERS, type Peer, type Person, PROTOCOLS } from './combinations.js';

const OWNER: Person = { user: '5', organizations: ['7'] };
const STRANGER: Person = { user: '6', organizations: ['7'] };
const PRIVATE = 'oro/email_event/5/7';

/** A refusal that ends the connection is tested where STOMP is. */
const STOMP = { SIGNALBOX_STOMP_PORT: '0', SIGNALBOX_STOMP_ON_ERROR: 'keep' };

let rooms = 0;
const room = () => `demo/matrix-${++rooms}`;

for (const broker of BROKERS) {
  describe(`with the ${broker.name} broker`, () => {
    const server = useServer({ env: { ...broker.env, ...STOMP } });

    for (const protocol of PROTOCOLS) {
      const connect = async (person?: Person): Promise<Peer> => {
        const peer = await protocol.connect(server(), person);
        onTestFinished(() => peer.vanish());
        return peer;
      };

      describe(`a peer that speaks ${protocol.name}`, () => {
        for (const other of PROTOCOLS) {
          it(`receives what one that speaks ${other.name} publishes`, async () => {
            const [channel, subscriber] = [room(), await connect()];
            const publisher = await other.connect(server());
            onTestFinished(() => publisher.vanish());
            expect(await subscriber.subscribe(channel)).toBeUndefined();
            const payloads = [1, 'text', null, true, [], {}, { deep: [{ a: 'é\n"\\' }] }, '', 0.5];
            for (const payload of payloads) expect(await publisher.publish(channel, payload)).toBeUndefined();
            await until(() => subscriber.received(channel).length === payloads.length);
            expect(subscriber.received(channel)).toEqual(payloads);
          });
        }

        it('receives what a back end publishes, and nothing of other channels', async () => {
          const [channel, other, peer] = [room(), room(), await connect()];
          await peer.subscribe(channel);
          await server().publish(other, 'elsewhere');
          await server().publish(channel, 'here');
          await until(() => peer.received(channel).length > 0);
          expect([peer.received(channel), peer.received(other)]).toEqual([['here'], []]);
        });

        it('receives its own publication as any other', async () => {
          const [channel, peer] = [room(), await connect()];
          await peer.subscribe(channel);
          await peer.publish(channel, 'mine');
          await until(() => peer.received(channel).length > 0);
        });

        it('receives once, though it subscribed twice', async () => {
          const [channel, peer] = [room(), await connect()];
          await peer.subscribe(channel);
          await peer.subscribe(channel);
          for (const payload of [1, 2]) await server().publish(channel, payload);
          await until(() => peer.received(channel).includes(2));
          expect(peer.received(channel)).toEqual([1, 2]);
        });

        it('receives on its private channel, and a stranger does not', async () => {
          const [owner, stranger, nobody] = [await connect(OWNER), await connect(STRANGER), await connect()];
          expect(await owner.subscribe(PRIVATE)).toBeUndefined();
          expect(await stranger.subscribe(PRIVATE)).toBe('forbidden');
          expect(await nobody.subscribe(PRIVATE)).toBe('forbidden');
          await server().publish(PRIVATE, 'secret');
          await until(() => owner.received(PRIVATE).length > 0);
          const channel = room();
          for (const peer of [stranger, nobody]) await peer.subscribe(channel);
          await server().publish(channel, 'end');
          await until(() => [stranger, nobody].every((peer) => peer.received(channel).length > 0));
          expect([stranger.received(PRIVATE), nobody.received(PRIVATE)]).toEqual([[], []]);
        });

        it('cannot publish where only back ends may', async () => {
          const [owner, stranger] = [await connect(OWNER), await connect(STRANGER)];
          await owner.subscribe(PRIVATE);
          expect(await stranger.publish(PRIVATE, 'forged')).toBe('forbidden');
          expect(await owner.publish(PRIVATE, 'forged')).toBe('forbidden');
          expect(await owner.publish('oro/ping', 'forged')).toMatch(/^(forbidden|not_publishable)$/);
          await server().publish(PRIVATE, 'real');
          await until(() => owner.received(PRIVATE).length > 0);
          expect(owner.received(PRIVATE)).toEqual(['real']);
        });

        it('is refused a payload that the route does not take, and lives on', async () => {
          const [channel, peer] = ['demo/readings/cellar', await connect()];
          await peer.subscribe(channel);
          expect(await peer.publish(channel, { celsius: 'warm' })).toBe('invalid_payload');
          expect(await peer.publish(channel, { celsius: 12.5 })).toBeUndefined();
          await until(() => peer.received(channel).length > 0);
          expect(peer.received(channel)).toEqual([{ celsius: 12.5 }]);
        });

        it('is refused an unknown channel, and lives on', async () => {
          const [channel, peer] = [room(), await connect()];
          expect(await peer.subscribe('no/such/route')).toBe('no_such_route');
          expect(await peer.publish('no/such/route', 1)).toBe('no_such_route');
          await peer.subscribe(channel);
          await server().publish(channel, 'alive');
          await until(() => peer.received(channel).length > 0);
          expect(peer.ended()).toBe('no');
        });

        it('receives nothing after it unsubscribed, and again after it subscribed again', async () => {
          const [channel, peer] = [room(), await connect()];
          await peer.subscribe(channel);
          await peer.unsubscribe(channel);
          await server().publish(channel, 'missed');
          await peer.subscribe(channel);
          await server().publish(channel, 'received');
          await until(() => peer.received(channel).length > 0);
          expect(peer.received(channel)).toEqual(['received']);
        });

        it('sees the messages of each publisher in order', async () => {
          const [channel, subscriber] = [room(), await connect()];
          const publishers = await Promise.all([connect(), connect(), connect()]);
          await subscriber.subscribe(channel);
          await Promise.all(
            publishers.map(async (publisher, from) => {
              for (let n = 0; n < 20; n++) await publisher.publish(channel, { from, n });
            }),
          );
          await until(() => subscriber.received(channel).length === 60);
          const received = subscriber.received(channel) as { from: number; n: number }[];
          for (const from of publishers.keys()) {
            const numbers = received.filter((message) => message.from === from).map(({ n }) => n);
            expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => n));
          }
        });

        it('leaves nothing behind when it vanishes', async () => {
          const [channel, peer] = [room(), await connect()];
          await eventually(async () => expect(await server().metric('signalbox_sessions')).toBe(1));
          await peer.subscribe(channel);
          expect(await server().metric('signalbox_topics')).toBe(1);
          peer.vanish();
          await eventually(async () => expect(await server().metric('signalbox_sessions')).toBe(0));
          expect(await server().metric('signalbox_topics')).toBe(0);
        });

        it('is told to come back when the server stops', async () => {
          const stopping = await ServerProcess.start({
            env: { ...broker.env, ...STOMP, SIGNALBOX_LIMITS_DRAIN: '200ms' },
          });
          onTestFinished(() => stopping.stop());
          const peer = await protocol.connect(stopping);
          await peer.subscribe(room());
          stopping.signal('SIGTERM');
          expect((await stopping.exit).code).toBe(0);
          await until(() => peer.ended() !== 'no');
          expect(peer.ended()).toBe('to come back');
        });
      });
    }
  });
}
