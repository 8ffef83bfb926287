import type { Broker, ChannelSelection, Keeping } from '../../core/broker.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { Payload } from '../../core/payload.js';
import type { Position } from '../../core/position.js';
import type { Publication } from '../../core/publication.js';
import { type ContractCheck, contract, until } from './contract.js';
import { expect } from './expect.js';

/** A broker under test, connected to the same service as the others that one `create` call makes. */
export interface BrokerFixture {
  /** One broker for each node. */
  readonly nodes: readonly Broker[];
  close?(): Promise<void>;
}

/** What the router relies on, whatever carries the publications. Run it for every implementation of `Broker`. */
export function brokerContract(
  create: () => Promise<BrokerFixture> | BrokerFixture,
  { durable }: { readonly durable?: boolean } = {},
): readonly ContractCheck[] {
  return contract(({ beforeEach, afterEach, it }) => {
    let fixture: BrokerFixture;
    let delivered: Publication[][];
    let lost: string[];

    beforeEach(async () => {
      fixture = await create();
      delivered = fixture.nodes.map(() => []);
      lost = [];
      await Promise.all(
        fixture.nodes.map((node, i) =>
          node.start({
            deliver: (publication) => void delivered[i]?.push(publication),
            lost: (channel) => void lost.push(channel),
          }),
        ),
      );
    });
    afterEach(async () => {
      for (const node of fixture.nodes) await node.close();
      await fixture.close?.();
    });

    const first = (): Broker => fixture.nodes[0] as Broker;
    const everywhere = (action: (node: Broker) => unknown) => Promise.all(fixture.nodes.map(action));
    const received = (channel: string) =>
      delivered.map((publications) =>
        publications.filter((publication) => publication.channel === channel).map(({ id }) => nameOf(id)),
      );

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
        fixture.nodes.flatMap((node, i) =>
          Array.from({ length: 100 }, (_, n) => node.publish(publication('a', `${i}-${n}`))),
        ),
      );
      await until(() => received('a').every((got) => got.length >= 100 * fixture.nodes.length));
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
      for (const [got] of delivered) {
        expect(got?.payload.text).toBe('{"n":1.0,"big":12345678901234567890}');
        expect(got).toMatchObject({ time: 1_700_000_000_000, audience });
      }
    });

    it('carries octets as they were', async () => {
      await everywhere((node) => node.subscribe('a'));
      const octets = Buffer.from([0, 255, 128, 10, 13]);
      await first().publish({ ...publication('a', '1'), payload: Payload.fromBytes(octets, 'image/png') });
      await until(() => received('a').every((got) => got.length === 1));
      for (const [got] of delivered) {
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

    const kept = async (read: (node: Broker) => MaybePromise<readonly Publication[]>) => {
      const lists = await everywhere(read);
      return (lists as (readonly Publication[])[]).map((list) => list.map(({ id }) => nameOf(id)));
    };
    const same = (ids: readonly string[]) => fixture.nodes.map(() => ids);
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
      for (const node of fixture.nodes) {
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
      const broker = (fixture = await create()).nodes[0] as Broker;
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
      await until(() => delivered.every((all) => all.some(({ id }) => id === '2')));
      for (const all of delivered)
        expect(all.at(-1)?.position).toMatchObject({ epoch: begun?.epoch, offset: 2 });
      expect(await first().subscribe('a', history)).toEqual(delivered[0]?.at(-1)?.position);
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
      for (const node of fixture.nodes) {
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
      for (const node of fixture.nodes) {
        const old = await node.publish(publication('a', 'old'), versioned(2));
        expect(old).toMatchObject({ outcome: 'superseded', position: { offset: 1 } });
      }
      await publishAll(['3'], versioned(3));
      await until(() => received('a').every((ids) => ids.length >= 2));
      expect(received('a')).toEqual(same(['2', '3']));
      expect(lost).toEqual([]);
    });

    it('delivers nothing after it is closed', async () => {
      await everywhere((node) => node.subscribe('a'));
      await first().close();
      await Promise.resolve(first().publish(publication('a', 'late'))).catch(() => undefined);
      expect(delivered[0]).toEqual([]);
    });
  });
}

/** The publication that a test calls so. */
function publication(channel: string, name: string): Publication {
  const payload = Payload.of({ id: name });
  return { id: idOf(name), channel, payload, time: 1_700_000_000_000, audience: undefined };
}

const FIRST = 1_000_000;
const names: string[] = [];

/** Ids are numbers. */
function idOf(name: string): string {
  if (/^[1-9]\d{0,5}$/.test(name)) return name;
  const known = names.indexOf(name);
  return String(FIRST + (known === -1 ? names.push(name) - 1 : known));
}

function nameOf(id: string): string {
  return names[Number(id) - FIRST] ?? id;
}
