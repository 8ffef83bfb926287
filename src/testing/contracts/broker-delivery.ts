import { Payload } from '../../core/payload.js';
import { type BrokerFixture, brokerWorld, publication } from './broker-world.js';
import { type ContractCheck, contract, until } from './contract.js';
import { expect } from './expect.js';

/** How publications reach the nodes that subscribed. */
export function brokerDelivery(
  create: () => Promise<BrokerFixture> | BrokerFixture,
): readonly ContractCheck[] {
  return contract((suite) => {
    const { it } = suite;
    const world = brokerWorld(suite, create);
    const { first, everywhere, received } = world;

    it('delivers to every node that subscribed, the publishing one too', async () => {
      await everywhere((node) => node.subscribe('a'));
      await first().publish(publication('a', '1'));
      await until(() => received('a').every((ids) => ids.length === 1));
    });

    it('resolves to what it accepted', async () => {
      await first().subscribe('a');
      expect(await first().publish(publication('a', '1'))).toMatchObject({ id: '1', channel: 'a' });
    });

    it('delivers once, in the order published', async () => {
      await everywhere((node) => node.subscribe('a'));
      const ids = Array.from({ length: 500 }, (_, n) => String(n));
      await Promise.all(ids.map((id) => first().publish(publication('a', id))));
      await until(() => received('a').every((got) => got.length >= ids.length));
      for (const got of received('a')) expect(got).toEqual(ids);
    });

    it('gives all nodes one order of what several publish', async () => {
      await everywhere((node) => node.subscribe('a'));
      await Promise.all(
        world.nodes.flatMap((node, i) =>
          Array.from({ length: 100 }, (_, n) => node.publish(publication('a', `${i}-${n}`))),
        ),
      );
      await until(() => received('a').every((got) => got.length >= 100 * world.nodes.length));
      const [one, ...others] = received('a');
      for (const other of others) expect(other).toEqual(one);
    });

    it('keeps channels apart, also ones named like members of objects', async () => {
      const channels = ['a', 'a/b', '__proto__', 'constructor', 'ä', 'a*', '{a}'];
      for (const channel of channels) await everywhere((node) => node.subscribe(channel));
      for (const channel of channels) await first().publish(publication(channel, channel));
      await until(() => channels.every((channel) => received(channel).every((got) => got.length === 1)));
      for (const channel of channels) for (const got of received(channel)) expect(got).toEqual([channel]);
    });

    it('carries payload, time and audience as they were', async () => {
      await everywhere((node) => node.subscribe('a'));
      const payload = Payload.fromJson(Buffer.from('{"n":1.0,"big":12345678901234567890}'));
      const lists = { exclude: ['x'], eligible: ['y'], users: ['5'], roles: ['r'] };
      const audience = { ...lists, excludeUsers: ['6'], excludeRoles: ['s'], author: 'x' };
      await first().publish({ ...publication('a', '1'), payload, audience });
      await until(() => received('a').every((got) => got.length === 1));
      for (const [got] of world.delivered) {
        expect(got?.payload.text).toBe('{"n":1.0,"big":12345678901234567890}');
        expect(got).toMatchObject({ time: 1_700_000_000_000, audience });
      }
    });

    it('carries octets as they were', async () => {
      await everywhere((node) => node.subscribe('a'));
      const octets = Buffer.from([0, 255, 128, 10, 13]);
      await first().publish({ ...publication('a', '1'), payload: Payload.fromBytes(octets, 'image/png') });
      await until(() => received('a').every((got) => got.length === 1));
      for (const [got] of world.delivered) {
        expect(got?.payload.bytes.equals(octets)).toBe(true);
        expect(got?.payload.contentType).toBe('image/png');
      }
    });

    it('may be subscribed and unsubscribed again and again', async () => {
      for (let time = 0; time < 3; time++) {
        await everywhere((node) => node.subscribe('a'));
        await first().publish(publication('a', String(time)));
        await until(() => received('a').every((got) => got.length === time + 1));
        await everywhere((node) => node.unsubscribe('a'));
      }
    });

    it('accepts a publication that nobody subscribed to, and an unsubscribe of nothing', async () => {
      expect(await first().publish(publication('nobody', '1'))).toMatchObject({ id: '1' });
      await first().unsubscribe('never');
    });

    it('delivers nothing after it is closed', async () => {
      await everywhere((node) => node.subscribe('a'));
      await first().close();
      await Promise.resolve(first().publish(publication('a', 'late'))).catch(() => undefined);
      expect(world.delivered[0]).toEqual([]);
    });
  });
}
