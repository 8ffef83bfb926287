import type { ChannelSelection, Keeping } from '../../core/broker.js';
import { Payload } from '../../core/payload.js';
import type { Position } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import { type BrokerFixture, brokerWorld, publication } from './broker-world.js';
import { type ContractCheck, contract, until } from './contract.js';
import { expect } from './expect.js';

/** What is kept of publications, and how it is read again. */
export function brokerHistory(
  create: () => Promise<BrokerFixture> | BrokerFixture,
  { durable }: { readonly durable?: boolean | undefined } = {},
): readonly ContractCheck[] {
  return contract((suite) => {
    const { it } = suite;
    const world = brokerWorld(suite, create);
    const { first, everywhere, received, kept, same } = world;
    const retain = { retain: true };

    it('retains the newest for everybody, and a narrower one that is newer', async () => {
      const retained = () => kept((node) => node.retained({ match: 'exact', channel: 'a' }));
      const narrow = (id: string): Publication => ({ ...publication('a', id), audience: { users: ['5'] } });
      expect(await retained()).toEqual(same([]));
      await first().publish(publication('a', '1'), retain);
      await first().publish(publication('a', '2'));
      await first().publish(publication('b', '3'), retain);
      expect(await retained()).toEqual(same(['1']));
      await first().publish(narrow('4'), retain);
      await first().publish(narrow('5'), retain);
      expect(await retained()).toEqual(same(['1', '5']));
      const toOthers = { exclude: ['author'], author: 'author' };
      await first().publish({ ...publication('a', '6'), audience: toOthers }, retain);
      expect(await retained()).toEqual(same(['6']));
    });

    it.each<[ChannelSelection, string[]]>([
      [{ match: 'prefix', channel: 'a.' }, ['1', '2', '4']],
      [{ match: 'prefix', channel: '' }, ['1', '2', '3', '4', '5']],
      [{ match: 'wildcard', channel: '.b' }, ['1', '4']],
      [{ match: 'wildcard', channel: 'a.b' }, ['1', '4']],
      [{ match: 'exact', channel: 'a/b' }, ['1']],
      [{ match: 'exact', channel: 'a/' }, []],
    ])('reads what it keeps by %j', async (selection, expected) => {
      const keeping = { retain: true, history: { size: 10, ttl: undefined } };
      const channels = ['a/b', 'a/c', 'ab', 'a.b', '__proto__'];
      for (const [i, channel] of channels.entries()) {
        await first().publish(publication(channel, String(i + 1)), keeping);
      }
      expect(await kept((node) => node.retained(selection))).toEqual(same(expected));
      expect(await kept((node) => node.history(selection))).toEqual(same(expected));
    });

    it('keeps the newest of a history in the order accepted, and nothing that is not to be kept', async () => {
      const three = { size: 3, ttl: 60_000, durable };
      for (let id = 1; id <= 5; id++) {
        await first().publish(publication('a', String(id)), { retain: false, history: three });
        await first().publish(publication('a', `not ${id}`));
        await first().publish(publication('b', `b${id}`), { retain: false, history: three });
      }
      expect(await kept((node) => node.history({ match: 'exact', channel: 'a' }))).toEqual(
        same(['3', '4', '5']),
      );
      expect(await kept((node) => node.history({ match: 'prefix', channel: '' }))).toEqual(
        same(['3', 'b3', '4', 'b4', '5', 'b5']),
      );
      expect(await kept((node) => node.retained({ match: 'exact', channel: 'a' }))).toEqual(same([]));
    });

    it('keeps everything of a publication, whatever becomes of the memory that it came in', async () => {
      const octets = Buffer.from('{"n":1.0}');
      const args = { list: [1, new Uint8Array([0, 255])], map: { k: 'v' } };
      const audience = {
        exclude: ['x'],
        excludeUsers: ['6'],
        excludeRoles: ['s'],
        users: ['5'],
        author: 'x',
      };
      const more = { audience, publisher: { session: '1', user: '5', role: 'r' }, headers: { h: '1' } };
      const keeping = { retain: true, history: { size: 3, ttl: undefined } };
      await first().publish(
        { ...publication('a', '1'), payload: Payload.fromJson(octets), ...more },
        keeping,
      );
      await first().publish({ ...publication('b', '2'), payload: Payload.ofArguments(args) }, keeping);
      octets.fill(0);
      for (const node of world.nodes) {
        const lists = [
          node.history({ match: 'exact', channel: 'a' }),
          node.retained({ match: 'exact', channel: 'a' }),
        ];
        for (const [got] of await Promise.all(lists)) {
          expect(got).toMatchObject({ id: '1', channel: 'a', time: 1_700_000_000_000, ...more });
          expect(got?.payload.text).toBe('{"n":1.0}');
        }
        const [withArguments] = await node.history({ match: 'exact', channel: 'b' });
        expect(withArguments?.payload.arguments.map).toEqual({ k: 'v' });
        expect(Buffer.from(withArguments?.payload.arguments.list[1] as Uint8Array)).toEqual(
          Buffer.from([0, 255]),
        );
      }
    });

    it('has kept what it delivers', async () => {
      await first().close();
      const broker = await world.renew();
      const seen: (readonly Publication[])[] = [];
      const read = () => Promise.resolve(broker.history({ match: 'exact', channel: 'a' }));
      await broker.start({ deliver: () => void read().then((all) => seen.push(all)), lost: () => undefined });
      await broker.subscribe('a');
      await broker.publish(publication('a', '1'), { retain: false, history: { size: 1, ttl: undefined } });
      await until(() => seen.length === 1);
      expect(seen[0]).toHaveLength(1);
    });

    const history = { size: 5, ttl: 60_000, durable };
    const keepAll = { retain: false, history };
    const publishAll = async (ids: readonly string[], keeping: Keeping = keepAll) => {
      for (const id of ids) await first().publish(publication('a', id), keeping);
    };
    const recovered = (since: Position, limit = 100) =>
      kept(async (node) => (await node.recover('a', since, limit)) ?? [publication('a', 'unknown')]);

    it('says where a history stands, and gives each publication the next place', async () => {
      const begun = await first().subscribe('a', history);
      expect(begun).toMatchObject({ offset: 0 });
      const one = await first().publish(publication('a', '1'), keepAll);
      expect(one.position).toMatchObject({ epoch: begun?.epoch, offset: 1 });
      await everywhere((node) => node.subscribe('a', history));
      await publishAll(['2']);
      await until(() => world.delivered.every((all) => all.some(({ id }) => id === '2')));
      for (const all of world.delivered)
        expect(all.at(-1)?.position).toMatchObject({ epoch: begun?.epoch, offset: 2 });
      expect(await first().subscribe('a', history)).toEqual(world.delivered[0]?.at(-1)?.position);
      expect((await first().publish(publication('a', 'not'))).position).toBeUndefined();
    });

    it('gives back all that follows a position, or says that it cannot', async () => {
      const begun = (await first().subscribe('a', history)) as Position;
      expect(await recovered(begun)).toEqual(same([]));
      await publishAll(['1', '2', '3', '4', '5']);
      expect(await recovered(begun)).toEqual(same(['1', '2', '3', '4', '5']));
      expect(await recovered(begun, 4)).toEqual(same(['unknown']));
      const [, second] = await first().history({ match: 'exact', channel: 'a' });
      const position = second?.position as Position;
      expect(await recovered(position)).toEqual(same(['3', '4', '5']));
      await publishAll(['6', '7']);
      expect(await recovered(position)).toEqual(same(['3', '4', '5', '6', '7']));
      await publishAll(['8']);
      expect(await recovered(position)).toEqual(same(['unknown']));
      expect(await recovered(begun)).toEqual(same(['unknown']));
    });

    it.each<[string, Partial<Position>]>([
      ['another history', { epoch: 'another' }],
      ['a place that is still to come', { offset: 9 }],
      ['another publication', { token: 'another' }],
    ])('knows nothing of %s', async (_, wrong) => {
      await first().subscribe('a', history);
      await publishAll(['1', '2']);
      const [one] = await first().history({ match: 'exact', channel: 'a' });
      expect(await recovered(one?.position as Position)).toEqual(same(['2']));
      expect(await recovered({ ...(one?.position as Position), ...wrong })).toEqual(same(['unknown']));
    });

    it('publishes once under one key, and says what came of it', async () => {
      await everywhere((node) => node.subscribe('a', history));
      const once = { ...keepAll, key: 'k' };
      const accepted = await first().publish(publication('a', '1'), once);
      expect(accepted.outcome).toBeUndefined();
      for (const node of world.nodes) {
        const { outcome, id, position } = await node.publish(publication('a', '2'), once);
        expect({ outcome, id, position }).toEqual({
          outcome: 'duplicate',
          id: '1',
          position: accepted.position,
        });
      }
      await first().publish(publication('b', '3'), once);
      await first().publish(publication('plain', '4'), { retain: false, key: 'k' });
      const again = await first().publish(publication('plain', '5'), { retain: false, key: 'k' });
      expect(again).toMatchObject({ outcome: 'duplicate', id: '4' });
      await publishAll(['6']);
      await until(() => received('a').every((ids) => ids.length >= 2));
      expect(received('a')).toEqual(same(['1', '6']));
    });

    it('publishes no version that is not newer than those before', async () => {
      await everywhere((node) => node.subscribe('a', history));
      const versioned = (version: number) => ({ ...keepAll, version });
      await publishAll(['2'], versioned(2));
      for (const node of world.nodes) {
        const old = await node.publish(publication('a', 'old'), versioned(2));
        expect(old).toMatchObject({ outcome: 'superseded', position: { offset: 1 } });
      }
      await publishAll(['3'], versioned(3));
      await until(() => received('a').every((ids) => ids.length >= 2));
      expect(received('a')).toEqual(same(['2', '3']));
      expect(world.lost).toEqual([]);
    });
  });
}
