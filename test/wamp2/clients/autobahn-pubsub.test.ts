import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { AutobahnClients, type AutobahnDetails, type AutobahnSession } from './autobahn-js.js';

let topics = 0;

describe('AutobahnJS clients', () => {
  const server = useServer(APPLICATION);
  const clients = new AutobahnClients();
  afterEach(() => clients.closeAll());

  for (const serializer of ['json', 'msgpack', 'cbor']) {
    const session = (options: object = {}) => clients.session(server().webSocketUrl(), serializer, options);
    const alice = () =>
      session({ authid: 'alice', authmethods: ['ticket'], onchallenge: () => 'ticket of alice, for tests' });
    const topic = () => `com.pubsub.topic${++topics}`;

    describe(`over ${serializer}`, () => {
      it('receive arguments by position and by name', async () => {
        const [name, peer, other] = [topic(), await session(), await session()];
        const inbox = await listen(peer, name);
        await other.publish(name, [1, 'é', null, [2]], { deep: { a: true } }, { acknowledge: true });
        await until(() => inbox.length === 1);
        expect(inbox[0]).toMatchObject({ args: [1, 'é', null, [2]], kwargs: { deep: { a: true } } });
      });

      it('leave a publisher out unless it wants to hear itself', async () => {
        const [name, peer] = [topic(), await session()];
        const inbox = await listen(peer, name);
        await peer.publish(name, [1], {}, { acknowledge: true });
        await peer.publish(name, [2], {}, { acknowledge: true, exclude_me: false });
        await until(() => inbox.length > 0);
        expect(inbox.map(({ args }) => args)).toEqual([[2]]);
      });

      it('choose their receivers', async () => {
        const [name, user, stranger, publisher] = [topic(), await alice(), await session(), await session()];
        const [hers, his] = [await listen(user, name), await listen(stranger, name)];
        const lists: readonly [object, string][] = [
          [{ exclude: [stranger.id] }, 'hers'],
          [{ eligible: [stranger.id] }, 'his'],
          [{ eligible_authid: ['alice'] }, 'hers'],
          [{ exclude_authid: ['alice'] }, 'his'],
          [{ eligible_authrole: ['manager'] }, 'hers'],
          [{ exclude_authrole: ['manager'] }, 'his'],
          [{ eligible: [] }, 'nobodys'],
        ];
        for (const [options, whose] of lists)
          await publisher.publish(name, [whose], {}, { acknowledge: true, ...options });
        await publisher.publish(name, ['end'], {}, { acknowledge: true });
        await until(() => [hers, his].every((inbox) => inbox.at(-1)?.args[0] === 'end'));
        expect(hers.map(({ args }) => args[0])).toEqual(['hers', 'hers', 'hers', 'end']);
        expect(his.map(({ args }) => args[0])).toEqual(['his', 'his', 'his', 'end']);
      });

      it('tell who published, if that one wants it', async () => {
        const [name, peer, publisher] = [topic(), await session(), await session()];
        const inbox = await listen(peer, name);
        await publisher.publish(name, [], {}, { acknowledge: true, disclose_me: true });
        await publisher.publish(name, [], {}, { acknowledge: true });
        await until(() => inbox.length === 2);
        expect(inbox.map(({ details }) => details.publisher)).toEqual([publisher.id, undefined]);
      });

      it('subscribe to patterns, and are told the topic', async () => {
        const [name, peer, publisher] = [topic(), await session(), await session()];
        const inbox = await listen(peer, name, { match: 'prefix' });
        const wild = await listen(peer, `${name}..c`, { match: 'wildcard' });
        for (const end of ['a.b', 'b.c'])
          await publisher.publish(`${name}.${end}`, [end], {}, { acknowledge: true });
        await until(() => inbox.length === 2 && wild.length === 1);
        expect(inbox.map(({ details }) => details.topic)).toEqual([`${name}.a.b`, `${name}.b.c`]);
        expect(wild[0]?.details.publication).toBe(inbox[1]?.details.publication);
      });

      it('receive what was retained, marked as such', async () => {
        const [name, peer, publisher] = [topic(), await session(), await session()];
        await publisher.publish(name, ['kept'], {}, { acknowledge: true, retain: true });
        const inbox = await listen(peer, name, { get_retained: true });
        await until(() => inbox.length === 1);
        expect(inbox[0]).toMatchObject({ args: ['kept'], details: { retained: true } });
      });

      it('hear no more after they unsubscribed', async () => {
        const [name, peer, publisher] = [topic(), await session(), await session()];
        const inbox: unknown[] = [];
        const subscription = await peer.subscribe(name, ([value]) => inbox.push(value));
        await publisher.publish(name, [1], {}, { acknowledge: true });
        await until(() => inbox.length === 1);
        await peer.unsubscribe(subscription);
        await publisher.publish(name, [2], {}, { acknowledge: true });
        await peer.call('wamp.session.count');
        expect([inbox, peer.isOpen]).toEqual([[1], true]);
      });
    });
  }
});

interface Heard {
  readonly args: unknown[];
  readonly kwargs: Record<string, unknown>;
  readonly details: AutobahnDetails;
}

async function listen(
  session: AutobahnSession,
  topic: string,
  options: object = {},
): Promise<readonly Heard[]> {
  const inbox: Heard[] = [];
  await session.subscribe(topic, (args, kwargs, details) => inbox.push({ args, kwargs, details }), options);
  return inbox;
}
