import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { AutobahnClients, type AutobahnResult, autobahn } from './autobahn-js.js';

let procedures = 0;

describe('AutobahnJS clients', () => {
  const server = useServer(APPLICATION);
  const clients = new AutobahnClients();
  afterEach(() => clients.closeAll());

  for (const serializer of ['json', 'msgpack', 'cbor']) {
    const session = () => clients.session(server().webSocketUrl(), serializer);
    const name = () => `com.rpc.procedure${++procedures}`;

    describe(`over ${serializer}`, () => {
      it('call each other', async () => {
        const [procedure, callee, caller] = [name(), await session(), await session()];
        await callee.register(procedure, ([a, b]) => Number(a) + Number(b));
        expect(await caller.call(procedure, [2, 3])).toBe(5);
        const echo = (args: unknown[], kwargs: object) =>
          Object.assign(Object.create(null), { args, kwargs });
        await callee.register(`${procedure}.named`, (args, kwargs) => JSON.stringify(echo(args, kwargs)));
        expect(await caller.call(`${procedure}.named`, [1], { two: 2 })).toBe(
          '{"args":[1],"kwargs":{"two":2}}',
        );
      });

      it('receive errors as the callee gave them', async () => {
        const [procedure, callee, caller] = [name(), await session(), await session()];
        await callee.register(procedure, () => {
          throw new autobahn.Error('com.rpc.out_of_stock', ['only', 3], { left: { blue: 0 } });
        });
        const failure = await caller.call(procedure).then(Object, (error) => error);
        expect(failure).toMatchObject({
          error: 'com.rpc.out_of_stock',
          args: ['only', 3],
          kwargs: { left: { blue: 0 } },
        });
        const unknown = await caller.call(`${procedure}.nobody`).then(Object, (error) => error);
        expect(unknown).toMatchObject({ error: 'wamp.error.no_such_procedure' });
      });

      it('receive a result in parts', async () => {
        const [procedure, callee, caller] = [name(), await session(), await session()];
        await callee.register(procedure, async ([count], _, { progress }) => {
          for (let n = 0; n < Number(count); n++) progress?.([n]);
          return 'end';
        });
        const parts: unknown[] = [];
        const result = caller.call(procedure, [3], {}, { receive_progress: true });
        expect(await result.then(String, String, (part) => parts.push(part))).toBe('end');
        expect(parts).toEqual([0, 1, 2]);
      });

      // AutobahnJS answers itself where it does not wait for the callee.
      it.each([
        ['skip', 'Cancelled'],
        ['kill', 'wamp.error.canceled'],
        ['killnowait', 'Cancelled'],
      ])('live on after canceling with %s', async (mode, error) => {
        const [procedure, callee, caller] = [name(), await session(), await session()];
        let answer = (_: unknown) => {};
        let isAsked = false;
        await callee.register(procedure, () => {
          isAsked = true;
          return new Promise((resolve) => (answer = resolve));
        });
        const call = caller.call(procedure);
        await until(() => isAsked);
        const outcome = call.then(Object, (error) => error);
        call.cancel({ mode });
        expect(await outcome).toMatchObject({ error });
        answer('late');
        expect(await callee.call('wamp.session.count')).toBeGreaterThan(0);
        expect(await caller.call('wamp.session.count')).toBeGreaterThan(0);
      });

      it('give up after the time they set', async () => {
        const [procedure, callee, caller] = [name(), await session(), await session()];
        await callee.register(procedure, () => sleep(1000, 'late'));
        const failure = await caller.call(procedure, [], {}, { timeout: 100 }).then(Object, (error) => error);
        expect(failure).toMatchObject({ error: 'wamp.error.timeout' });
        expect(callee.isOpen).toBe(true);
      });

      it('register patterns, share a procedure, and tell who calls', async () => {
        const [procedure, first, second, caller] = [
          name(),
          await session(),
          await session(),
          await session(),
        ];
        await first.register(procedure, (_, __, details) => details.procedure, { match: 'prefix' });
        expect(await caller.call(`${procedure}.a.b`)).toBe(`${procedure}.a.b`);
        const shared = `${name()}.shared`;
        await first.register(shared, () => 'first', { invoke: 'roundrobin' });
        await second.register(shared, () => 'second', { invoke: 'roundrobin' });
        const answers = [await caller.call(shared), await caller.call(shared), await caller.call(shared)];
        expect(answers).toEqual(['first', 'second', 'first']);
        const curious = `${name()}.curious`;
        await first.register(curious, (_, __, details) => details.caller ?? 0);
        expect(await caller.call(curious, [], {}, { disclose_me: true })).toBe(caller.id);
        expect(await caller.call(curious)).toBe(0);
      });

      it('reach procedures of the server', async () => {
        const peer = await session();
        const result = (await peer.call('signalbox.identity')) as AutobahnResult | object;
        expect(result).toBeTypeOf('object');
      });
    });
  }
});
