import { KEY } from '../support/server.js';
import { until } from '../support/until.js';
import type { AttackTopic } from './attack.js';
import { bearer, premise, summary } from './outcomes.js';
import { mark } from './scene.js';
import type { Wamp2Peer } from './wamp2-peer.js';
import type { World } from './world.js';

const INVOCATION = 68;

/** A call that waits for its callee; the id that the callee knows it by. */
async function waiting(callee: Wamp2Peer, caller: Wamp2Peer, name: string) {
  const before = callee.of(INVOCATION).length;
  const answer = caller.call(name);
  await until(() => callee.of(INVOCATION).length > before);
  return { answer, id: callee.of(INVOCATION).at(-1)?.[1] as number };
}

/** Names of procedures of the handler `sums` that are none. */
const NO_METHODS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '__lookup_getter__',
  'hidden',
  'door',
  'secret',
  'methods',
  'ADD',
  'Add',
  'add ',
  'add_',
  '_add',
  'add/constructor',
  'add.constructor',
  'add__all',
  'ad\u0064\u0301',
  'on_call',
];

async function setRights(world: World, user: string, roles: readonly string[]): Promise<void> {
  const answer = await world.request('/api/rights', {
    headers: bearer(KEY),
    body: { user, roles, organizations: [] },
  });
  premise(answer === '200', 'the rights are changed');
}

export const wamp2Calls: AttackTopic = {
  title: 'Calls, in WAMP v2',
  attacks: [
    {
      id: 'D1',
      attack: 'Answers the call of somebody else, by YIELD and ERROR with the id of its invocation',
      ancestor: '–',
      ours: 'aborted: wamp.error.protocol_violation, the caller hears its callee',
      async run(world) {
        const [callee, caller] = [await world.backend(), await world.session()];
        premise((await callee.register('shop/price')) === 'done', 'it is registered');
        const { answer, id } = await waiting(callee, caller, 'shop/price');
        const results: string[] = [];
        for (const message of [
          [70, id, {}, ['forged']],
          [8, 68, id, {}, 'a.b', ['forged']],
        ]) {
          const thief = await world.member('5');
          thief.send(message);
          results.push(await thief.end());
        }
        callee.send([70, id, {}, ['the price']]);
        const [, , , args] = await answer;
        const told = JSON.stringify(args) === '["the price"]' ? 'the caller hears its callee' : 'forged';
        return `${summary(results)}, ${told}`;
      },
    },
    {
      id: 'D2',
      attack: 'Answers a call twice, and one that its caller has given up',
      ancestor: '–',
      ours: 'one answer each',
      async run(world) {
        const [callee, caller] = [await world.backend(), await world.session()];
        await callee.register('shop/twice');
        const first = await waiting(callee, caller, 'shop/twice');
        for (const text of ['a', 'b', 'c']) callee.send([70, first.id, {}, [text]]);
        await first.answer;
        const second = await waiting(callee, caller, 'shop/twice');
        caller.send([49, 2, { mode: 'killnowait' }]);
        await second.answer;
        for (const text of ['d', 'e']) callee.send([70, second.id, {}, [text]]);
        await callee.settle();
        await caller.settle();
        return caller.of(50).length === 2 && caller.of(8).length === 1 ? 'one answer each' : 'more';
      },
    },
    {
      id: 'D3',
      attack: 'Takes away the registration and the subscription of somebody else, by their ids',
      ancestor: '–',
      ours: 'refused: no_such_registration / refused: no_such_subscription',
      async run(world) {
        const [owner, thief] = [await world.backend(), await world.member('5')];
        const [, , registration] = await owner.ask([64, {}, 'shop/mine']);
        const [, , subscription] = await owner.ask([32, {}, 'open/mine']);
        return summary([await thief.try([66, registration]), await thief.try([34, subscription])]);
      },
    },
    {
      id: 'D4',
      attack:
        'Registers what only back ends, or only somebody else, may: by name, as a broader and a narrower pattern',
      ancestor: '–',
      ours: 'refused: forbidden',
      async run(world) {
        const peer = await world.member('6');
        const results = [await peer.register('shop/a'), await peer.register('desk/5')];
        for (const prefix of ['shop', 'shop/a', 's', 'desk', 'desk/5'])
          results.push(await peer.register(prefix, { match: 'prefix' }));
        for (const pattern of ['shop.', '.', '.a', 'desk.', '.5'])
          results.push(await peer.register(pattern, { match: 'wildcard', invoke: 'first' }));
        return summary(results);
      },
    },
    {
      id: 'D5',
      attack:
        'Has a role that may register something, and takes the calls of other channels by a pattern for everything',
      ancestor: '–',
      ours: 'is not called',
      async run(world) {
        const [thief, caller] = [await world.member('6', { roles: ['ROLE_STAFF'] }), await world.session()];
        for (const pattern of ['.', '..'])
          await thief.register(pattern, { match: 'wildcard', invoke: 'first' });
        await thief.register('crew', { match: 'prefix' });
        for (const name of ['shop/none', 'desk/5', 'sums/add', 'open/x']) await caller.call(name);
        await thief.settle();
        return thief.of(INVOCATION).length === 0 ? 'is not called' : 'is called';
      },
    },
    {
      id: 'D6',
      attack: 'Stays registered after it has lost the role, or was logged out',
      ancestor: '–',
      ours: 'refused: no_such_procedure',
      async run(world) {
        const caller = await world.session();
        const demoted = await world.member('81', { roles: ['ROLE_STAFF'] });
        const gone = await world.member('82', { roles: ['ROLE_STAFF'] });
        for (const [peer, name] of [
          [demoted, 'crew/a'],
          [gone, 'crew/b'],
        ] as const) {
          premise((await peer.register(name)) === 'done', 'it is registered');
          await peer.register('crew', { match: 'prefix', invoke: 'roundrobin' });
        }
        await setRights(world, '81', []);
        await world.command('/api/disconnect', { user: '82' });
        return summary([await caller.tryCall('crew/a'), await caller.tryCall('crew/b')]);
      },
    },
    {
      id: 'D7',
      attack:
        'Calls what a handler does not list as its methods: `__proto__`, `constructor`, getters, other spellings',
      ancestor: 'runs every public method of an RPC class',
      ours: 'refused: no_such_procedure',
      async run(world) {
        const peer = await world.session();
        premise((await peer.tryCall('sums/add', [1, 2])) === 'done', 'a method is called');
        const results: string[] = [];
        for (const name of NO_METHODS) results.push(await peer.tryCall(`sums/${name}`, [1, 2]));
        premise(!peer.socket.texts.join().includes('the words of the handler'), 'the words stay here');
        return summary(results);
      },
    },
    {
      id: 'D8',
      attack: 'Sends named arguments `__proto__` and `constructor`, to change what all objects have',
      ancestor: '–',
      ours: 'they are arguments like others',
      async run(world) {
        const peer = await world.session();
        const kwargs = JSON.parse(
          '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
        );
        const [, , , args] = await peer.call('sums/add_all', [], kwargs);
        const told = JSON.stringify(args);
        return told.includes('"polluted":"no"') ? 'they are arguments like others' : told;
      },
    },
    {
      id: 'D9',
      attack: 'Makes more calls at once than `limits.calls`, of a procedure that does not answer',
      ancestor: '–',
      ours: 'refused: limit_exceeded / refused: timeout',
      async run(world) {
        const peer = await world.session();
        const all = Array.from({ length: 25 }, () => peer.tryCall('sums/never'));
        return summary((await Promise.all(all)).sort());
      },
    },
    {
      id: 'D10',
      attack: 'Registers more than `limits.registrations`',
      ancestor: '–',
      ours: 'refused: limit_exceeded',
      async run(world) {
        const peer = await world.backend();
        for (let i = 0; i < 20; i++)
          premise((await peer.register(`shop/${mark()}`)) === 'done', 'it may register');
        return peer.register('shop/one-more');
      },
    },
  ],
};
