import { afterEach, describe, expect, it } from 'vitest';
import { Autobahn } from '../../support/autobahn.js';
import { until } from '../../support/until.js';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { AutobahnClients } from './autobahn-js.js';
import { SERIALIZER_NAMES, WampyClients } from './wampy-client.js';

const VALUES = [
  0,
  -1,
  0.5,
  2 ** 40,
  'é\n"\\',
  '',
  true,
  false,
  null,
  [],
  {},
  [[1], { a: [null] }],
  { ö: { '': 1 } },
];

describe('peers of several protocols on one channel', () => {
  const server = useServer(APPLICATION);
  const clients = new AutobahnClients();
  const wampy = new WampyClients();
  afterEach(async () => {
    clients.closeAll();
    await wampy.closeAll();
  });

  for (const from of SERIALIZER_NAMES) {
    it(`receive equal values in the order in which a WAMP v2 ${from} peer publishes them`, async () => {
      const channel = `mixed/from-${from}`;
      const inboxes = new Map<string, unknown[]>(SERIALIZER_NAMES.map((name) => [name, []]));
      for (const [name, inbox] of inboxes) {
        const session = await clients.session(server().webSocketUrl(), name);
        await session.subscribe(channel, (args) => inbox.push(args[0]));
      }
      const old = await Autobahn.connect(server().webSocketUrl());
      old.subscribe(channel);
      await old.settle();
      const publisher = await clients.session(server().webSocketUrl(), from);
      for (const value of VALUES) void publisher.publish(channel, [value]);
      inboxes.set('WAMP v1', old.events(channel) as unknown[]);
      await until(() => old.events(channel).length === VALUES.length);
      for (const name of SERIALIZER_NAMES) await until(() => inboxes.get(name)?.length === VALUES.length);
      for (const name of SERIALIZER_NAMES) expect(inboxes.get(name), name).toEqual(VALUES);
      expect(old.events(channel)).toEqual(VALUES);
    });

    it(`receive what a WAMP v1 peer publishes as the one argument, over ${from}`, async () => {
      const channel = `mixed/to-${from}`;
      const inbox: unknown[] = [];
      const { client } = await wampy.connect(server().webSocketUrl(), from);
      await client.subscribe(
        channel,
        ({ argsList, argsDict }) => void inbox.push([argsList?.map(small), argsDict]),
      );
      const old = await Autobahn.connect(server().webSocketUrl());
      for (const value of VALUES) old.publish(channel, value);
      await until(() => inbox.length === VALUES.length);
      expect(inbox).toEqual(VALUES.map((value) => [[value], undefined]));
    });

    it(`receive octets as octets, or in JSON as NUL and base64, from ${from}`, async () => {
      const channel = `mixed/octets-${from}`;
      const octets = Uint8Array.from([0, 1, 7, 255]);
      const inboxes: unknown[][] = [];
      for (const name of ['msgpack', 'cbor']) {
        const inbox: unknown[] = [];
        inboxes.push(inbox);
        const session = await clients.session(server().webSocketUrl(), name);
        await session.subscribe(channel, (args) =>
          inbox.push(Buffer.from(args[0] as Uint8Array).toString('hex')),
        );
      }
      const text: unknown[] = [];
      const { client } = await wampy.connect(server().webSocketUrl(), 'json');
      await client.subscribe(channel, ({ argsList }) => void text.push(argsList?.[0]));
      const publisher = await clients.session(server().webSocketUrl(), from === 'json' ? 'msgpack' : from);
      void publisher.publish(channel, [octets]);
      await until(() => [...inboxes, text].every((inbox) => inbox.length === 1));
      expect([...inboxes.flat(), text[0]]).toEqual(['000107ff', '000107ff', '\0AAEH/w==']);
    });

    it(`call procedures that sessions over ${from} have registered, from any protocol`, async () => {
      const procedure = `mixed/add-${from}`;
      const { client: callee } = await wampy.connect(server().webSocketUrl(), from);
      await callee.register(procedure, ({ argsList = [] }) => ({
        argsList: [Number(argsList[0]) + Number(argsList[1])],
      }));
      const caller = await clients.session(server().webSocketUrl(), 'cbor');
      expect(await caller.call(procedure, [2, 3])).toBe(5);
      const old = await Autobahn.connect(server().webSocketUrl());
      expect(await old.call(procedure, 2, 3)).toBe(5);
    });
  }

  describe('of the application of this repository', () => {
    const own = useServer();

    it('reach one channel by a name with dots and by one with slashes', async () => {
      const [inbox, session] = [[] as unknown[], await clients.session(own().webSocketUrl())];
      await session.subscribe('demo.names', ([value]) => inbox.push(value));
      const publisher = await clients.session(own().webSocketUrl());
      for (const name of ['demo.names', 'demo/names', '/demo/names', '/topic/demo/names'])
        await publisher.publish(name, [name], {}, { acknowledge: true });
      await until(() => inbox.length === 4);
    });
  });
});

/** wampy reads numbers of 64 bits in MessagePack as BigInt. */
function small(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
