import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import * as cryptosign from 'wampy/cryptosign.js';
import * as cra from 'wampy/wampcra.js';
import { until } from '../../support/until.js';
import { useServer } from '../../support/use-server.js';
import { APPLICATION } from '../application.js';
import { PUBLIC_KEY, SALTED_SECRET, SECRET, SEED, TICKET } from './logins.js';
import { SERIALIZER_NAMES, WampyClients } from './wampy-client.js';

const METHODS = {
  ticket: { authid: 'alice', authmethods: ['ticket'], authPlugins: { ticket: () => TICKET } },
  wampcra: { authid: 'joe', authmethods: ['wampcra'], authPlugins: { wampcra: cra.sign(SECRET) } },
  'salted wampcra': {
    authid: 'sue',
    authmethods: ['wampcra'],
    authPlugins: { wampcra: cra.sign(SALTED_SECRET) },
  },
  cryptosign: {
    authid: 'kim',
    authmethods: ['cryptosign'],
    authextra: { pubkey: PUBLIC_KEY },
    authPlugins: { cryptosign: cryptosign.sign(SEED.toString('hex')) },
  },
} as const;
let names = 0;

describe('wampy clients', () => {
  const server = useServer(APPLICATION);
  const clients = new WampyClients();
  afterEach(() => clients.closeAll());

  for (const serializer of SERIALIZER_NAMES) {
    const connect = (options: object = {}) => clients.connect(server().webSocketUrl(), serializer, options);
    const name = () => `com.wampy.name${++names}`;

    describe(`over ${serializer}`, () => {
      it.each(Object.entries(METHODS))('prove who they are by %s', async (_, login) => {
        const { welcome } = await connect({ ...login, authMode: 'auto' });
        expect(welcome).toMatchObject({ authid: login.authid, authmethod: login.authmethods[0] });
      });

      it('are turned away with a wrong secret', async () => {
        const login = { ...METHODS.wampcra, authPlugins: { wampcra: cra.sign('wrong') }, authMode: 'auto' };
        await expect(connect(login)).rejects.toThrow();
      });

      it('subscribe, publish with an acknowledgement, and unsubscribe', async () => {
        const [topic, { client: subscriber }, { client: publisher }] = [
          name(),
          await connect(),
          await connect(),
        ];
        const inbox: unknown[] = [];
        const { subscriptionKey } = await subscriber.subscribe(topic, ({ argsList, argsDict }) => {
          inbox.push([argsList, argsDict]);
        });
        // over MessagePack it reads numbers of 64 bits as BigInt
        const { publicationId } = await publisher.publish(topic, {
          argsList: [1, 'é'],
          argsDict: { a: null },
        });
        await until(() => inbox.length === 1);
        expect(inbox[0]).toEqual([[1, 'é'], { a: null }]);
        expect(Number(publicationId)).toBeGreaterThan(0);
        await subscriber.unsubscribe(subscriptionKey);
        await publisher.publish(topic, [2]);
        await subscriber.call('wamp.session.count');
        expect(inbox).toHaveLength(1);
      });

      it('subscribe to patterns', async () => {
        const [topic, { client: subscriber }, { client: publisher }] = [
          name(),
          await connect(),
          await connect(),
        ];
        const heard: unknown[] = [];
        await subscriber.subscribe(topic, ({ details }) => void heard.push(details['topic']), {
          match: 'prefix',
        });
        await subscriber.subscribe(`${topic}..z`, ({ details }) => void heard.push(details['topic']), {
          match: 'wildcard',
        });
        await publisher.publish(`${topic}.y.z`, []);
        await until(() => heard.length === 2);
        expect(heard).toEqual([`${topic}.y.z`, `${topic}.y.z`]);
      });

      it('call, and receive errors as the callee gave them', async () => {
        const [procedure, { client: callee }, { client: caller }] = [
          name(),
          await connect(),
          await connect(),
        ];
        await callee.register(procedure, ({ argsList }) => ({ argsList: [Number(argsList?.[0]) * 2] }));
        expect((await caller.call(procedure, [21])).argsList).toEqual([42]);
        await callee.register(`${procedure}.broken`, ({ error_handler }) => {
          error_handler({ error: 'com.wampy.broken', argsList: ['why'], argsDict: { code: 7 } });
          return null;
        });
        const failure = await caller.call(`${procedure}.broken`).then(Object, (error) => error);
        expect(failure).toMatchObject({
          errorUri: 'com.wampy.broken',
          argsList: ['why'],
          argsDict: { code: 7 },
        });
      });

      it('are answered when they cancel, and live on', async () => {
        const [procedure, { client: callee }, { client: caller }] = [
          name(),
          await connect(),
          await connect(),
        ];
        let answer = (_: { argsList: string[] }) => {};
        let isAsked = false;
        await callee.register(procedure, () => {
          isAsked = true;
          return new Promise((resolve) => (answer = resolve));
        });
        const outcome = caller.call(procedure).then(String, (error) => error.errorUri);
        await until(() => isAsked);
        caller.cancel(caller.getOpStatus().reqId);
        expect(await outcome).toBe('wamp.error.canceled');
        answer({ argsList: ['late'] });
        expect((await callee.call('wamp.session.count')).argsList).toHaveLength(1);
      });

      it('give up after the time they set', async () => {
        const [procedure, { client: callee }, { client: caller }] = [
          name(),
          await connect(),
          await connect(),
        ];
        await callee.register(procedure, async () => ({ argsList: [await sleep(500, 'late')] }));
        const failure = await caller.call(procedure, [], { timeout: 100 }).then(Object, (error) => error);
        expect(failure).toMatchObject({ errorUri: 'wamp.error.timeout' });
      });
    });
  }
});
