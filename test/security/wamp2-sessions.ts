import { sign as signCra } from 'wampy/wampcra.js';
import type { AttackTopic } from './attack.js';
import { premise, summary } from './outcomes.js';
import { LOGIN, mark } from './scene.js';
import type { Wamp2Peer } from './wamp2-peer.js';
import type { World } from './world.js';

const VIOLATION = 'aborted: wamp.error.protocol_violation';
const DENIED = 'aborted: wamp.error.authentication_denied';

/** A peer that has been asked who it is. */
async function asked(world: World, authid: string, method = 'wampcra'): Promise<Wamp2Peer> {
  const peer = await world.peer();
  const extra = { nonce: 'egVDf3DMJh0=' };
  const answer = await peer.hello({ authmethods: [method], authid, authextra: extra });
  premise(answer === 'asked', 'there is a question');
  return peer;
}

const signed = async (peer: Wamp2Peer, secret = LOGIN): Promise<string> =>
  signCra(secret)('wampcra', peer.challenge as never);

/** What becomes of a session that sends something. */
async function sends(world: World, message: readonly unknown[] | string): Promise<string> {
  const peer = await world.session();
  peer.send(message);
  return peer.end();
}

export const wamp2Sessions: AttackTopic = {
  title: 'Sessions of WAMP v2',
  attacks: [
    {
      id: 'E1',
      attack: 'Says HELLO twice, AUTHENTICATE unasked, WELCOME, or anything else before HELLO',
      ancestor: '–',
      ours: VIOLATION,
      async run(world) {
        const results = [await sends(world, [1, 'realm1', { roles: { caller: {} } }])];
        for (const message of [
          [5, 'x', {}],
          [2, 1, {}],
          [4, 'ticket', {}],
          [36, 1, 1, {}],
          [50, 1, {}],
        ])
          results.push(await sends(world, message));
        for (const message of [
          [16, 1, {}, 'open/a', ['x']],
          [5, 'x', {}],
          [6, {}, 'a.b'],
          [48, 1, {}, 'sums/add'],
        ]) {
          const peer = await world.peer();
          peer.send(message);
          results.push(await peer.end());
        }
        const peer = await asked(world, 'joe');
        peer.send([1, 'realm1', { roles: { caller: {} } }]);
        return summary([...results, await peer.end()]);
      },
    },
    {
      id: 'E2',
      attack: 'Says GOODBYE as user 5 and HELLO as nobody on the same socket, to keep what user 5 had',
      ancestor: '–',
      ours: 'not delivered, refused: no_such_subscription, refused: no_such_registration, refused: forbidden',
      async run(world) {
        const [back, peer, text] = [await world.backend(), await world.peer(), mark()];
        premise((await peer.hello({ authmethods: ['ticket'], authid: '5' })) === 'asked', 'it is asked');
        premise((await peer.authenticate(world.ticket('5'))) === 'welcome', 'user 5 is let in');
        const [, , subscription] = await peer.ask([32, {}, 'kept/5']);
        await peer.subscribe('kept', { match: 'prefix' });
        const [, , registration] = await peer.ask([64, {}, 'desk/5']);
        await peer.goodbye();
        premise((await peer.hello({ authmethods: ['anonymous'] })) === 'welcome', 'nobody is let in');
        await back.publish('kept/5', text);
        const results = [await peer.try([34, subscription]), await peer.try([66, registration])];
        results.push(await peer.subscribe('kept/5'));
        return `${(await peer.heard(text)) ? 'delivered' : 'not delivered'}, ${results.join(', ')}`;
      },
    },
    {
      id: 'E3',
      attack: 'Says no HELLO, or does not answer the question that it is asked',
      ancestor: '–',
      ours: 'closed: 4014, no session within limits.handshake_timeout, it is counted',
      async run(world) {
        const server = world.proxied;
        const limit = 'signalbox_limits_reached_total{limit="limits.handshake_timeout"}';
        const before = await world.metric(limit, server);
        const [silent, unsure] = [await world.peer({ server }), await world.peer({ server })];
        await unsure.hello({ authmethods: ['wampcra'], authid: 'joe' });
        const results = [await silent.end(), await unsure.end()];
        const counted = (await world.metric(limit, server)) - before === 2;
        return `${summary(results)}, ${counted ? 'it is counted' : 'it is not counted'}`;
      },
    },
    {
      id: 'E4',
      attack:
        'Answers a question with what is wrong, overheard from another session, or meant for another name',
      ancestor: '–',
      ours: DENIED,
      async run(world) {
        const [sound, replay, foreign] = [
          await asked(world, 'joe'),
          await asked(world, 'joe'),
          await asked(world, 'nobody'),
        ];
        const signature = world.secret(await signed(sound));
        const results = [
          await replay.authenticate(signature),
          await foreign.authenticate(await signed(foreign)),
        ];
        premise((await sound.authenticate(signature)) === 'welcome', 'the answer is right');
        for (const method of ['wampcra', 'ticket', 'wamp-scram']) {
          for (const name of ['joe', 'nobody', '__proto__'])
            results.push(await (await asked(world, name, method)).authenticate('guess', { nonce: 'x' }));
        }
        return summary(results);
      },
    },
    {
      id: 'E5',
      attack: 'Answers with null, numbers, lists and maps, or twice',
      ancestor: '–',
      ours: VIOLATION,
      async run(world) {
        const results: string[] = [];
        for (const odd of [null, 1, true, [], {}])
          results.push(await (await asked(world, 'joe')).authenticate(odd));
        const twice = await asked(world, 'joe');
        const signature = world.secret(await signed(twice));
        twice.send([5, signature, {}]);
        twice.send([5, signature, {}]);
        return summary([...results, await twice.end()]);
      },
    },
    {
      id: 'E6',
      attack:
        'Chooses a weaker way in: a method that is not open, or `cookie` and `transport` without a proof',
      ancestor: '–',
      ours: 'aborted: wamp.error.no_matching_auth_method',
      async run(world) {
        const results: string[] = [];
        for (const authmethods of [
          ['none'],
          ['cookie'],
          ['transport'],
          ['tls'],
          ['__proto__'],
          ['ANONYMOUS'],
        ])
          results.push(await (await world.peer()).hello({ authmethods, authid: '5' }));
        return summary(results);
      },
    },
    {
      id: 'E7',
      attack: 'Guesses tickets by answers to questions, and brings a right one after too many',
      ancestor: '–',
      ours: `${DENIED} / aborted: signalbox.error.limit_exceeded`,
      async run(world) {
        const approach = { server: world.proxied, headers: { 'X-Forwarded-For': '198.51.100.77' } };
        const results: string[] = [];
        const answers = [...Array.from({ length: 8 }, () => 'guess'), world.ticket('5')];
        for (const answer of answers) {
          const peer = await world.peer(approach);
          const entrance = await peer.hello({ authmethods: ['ticket'], authid: '5' });
          results.push(entrance === 'asked' ? await peer.authenticate(answer) : entrance);
        }
        return summary(results);
      },
    },
    {
      id: 'E8',
      attack: 'Publishes more than `limits.publishes` by saying HELLO again and again on one socket',
      ancestor: '–',
      ours: 'refused: limit_exceeded',
      async run(world) {
        const peer = await world.peer({ server: world.proxied });
        const results: string[] = [];
        for (let session = 0; session < 4; session++) {
          premise((await peer.hello()) === 'welcome', 'it is let in');
          for (let i = 0; i < 5; i++) results.push(await peer.publish('open/a', 'x'));
          await peer.goodbye();
        }
        premise(
          results.slice(0, 10).every((result) => result === 'done'),
          'some are allowed',
        );
        return summary(results.slice(10));
      },
    },
    {
      id: 'E9',
      attack:
        'Leaves more testaments than `limits.testaments`, and longer ones than `limits.testaments_size`',
      ancestor: '–',
      ours: 'refused: limit_exceeded',
      async run(world) {
        const [many, long] = [await world.session(), await world.session()];
        const leave = (peer: Wamp2Peer, args: readonly unknown[]) =>
          peer.tryCall('wamp.session.add_testament', ['open/a', args, {}]);
        for (let i = 0; i < 100; i++) premise((await leave(many, [])) === 'done', 'it is left');
        const results = [await leave(many, [])];
        const lists = Array.from({ length: 20_000 }, () => []);
        for (let i = 0; i < 4; i++) await leave(long, lists);
        return summary([...results, await leave(long, lists)]);
      },
    },
    {
      id: 'E10',
      attack:
        'Names channels and procedures with NUL, line breaks, marks that nobody sees, or 60,000 characters',
      ancestor: '–',
      ours: 'refused: invalid_channel',
      async run(world) {
        const peer = await world.session();
        const results: string[] = [];
        for (const end of [
          '\0',
          '\n{"msg":"FORGED"}',
          '\u202e',
          '\u200b',
          '\ud800',
          'e\u0301',
          '\u001b[2J',
          'x'.repeat(60_000),
        ]) {
          const name = `open/a${end}`;
          results.push(await peer.subscribe(name), await peer.subscribe(name, { match: 'prefix' }));
          results.push(await peer.publish(name, 'x'), await peer.register(name), await peer.tryCall(name));
        }
        return summary(results);
      },
    },
    {
      id: 'E11',
      attack: 'Uses ids that are negative, fractions, texts, null or beyond 2^53, and options that are lists',
      ancestor: '–',
      ours: VIOLATION,
      async run(world) {
        const ids = ['-1', '1.5', '"1"', 'null', 'true', '[]', '1e400', '9007199254740994'];
        const results = await Promise.all(ids.map((id) => sends(world, `[32,${id},{},"open/a"]`)));
        for (const options of [
          '[]',
          'null',
          '"x"',
          '{"match":"regex"}',
          '{"exclude":"x"}',
          '{"eligible":[-1]}',
        ])
          results.push(await sends(world, `[16,1,${options.includes('match') ? '[]' : options},"open/a"]`));
        results.push(await sends(world, '[32,1,{"match":"regex"},"open/a"]'));
        return summary(results);
      },
    },
  ],
};
