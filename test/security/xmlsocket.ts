import { until } from '../support/until.js';
import { XmlTestPeer } from '../support/xml-peer.js';
import type { AttackTopic } from './attack.js';
import { premise, summary } from './outcomes.js';
import { LOGIN } from './scene.js';
import type { World } from './world.js';

const JOE = `<login u="joe" p="${LOGIN}"/>`;
const REFUSAL = /^<error code="(\w+)"[^>]*>([^<]*)/;

const BOMB = `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "${'&a;'.repeat(10)}"><!ENTITY c "${'&b;'.repeat(10)}">]>`;

/** A peer at the port of XMLSocket that has said nothing yet. */
function knock(world: World, server = world.server): Promise<XmlTestPeer> {
  return XmlTestPeer.tcp(server.portOf('xmlsocket'));
}

/** Joe in a room. */
async function member(world: World, room: string): Promise<XmlTestPeer> {
  const peer = await knock(world);
  peer.say(JOE, `<room id="${room}"/>`);
  await until(() => peer.messages.some((message) => message.startsWith('<users')));
  peer.news();
  return peer;
}

/** What became of a peer: the code of its last refusal, and whether it is gone. */
async function ending(peer: XmlTestPeer): Promise<string> {
  await until(() => peer.closed);
  const [, code = 'without a word', reason = ''] = REFUSAL.exec(peer.messages.at(-1) ?? '') ?? [];
  return `closed: ${code}${code === 'timeout' ? `, ${reason}` : ''}`;
}

/** The same for strangers that send this. */
async function endings(world: World, messages: readonly string[]): Promise<string> {
  const results: string[] = [];
  for (const message of messages) {
    const peer = await knock(world);
    peer.say(message);
    results.push(await ending(peer));
  }
  return summary(results);
}

/** Whether somebody else is answered meanwhile. */
async function othersAreServed(world: World): Promise<boolean> {
  const other = await knock(world);
  other.say(JOE, '<ping/>');
  await until(() => other.messages.includes('<pong/>') || other.closed);
  other.end();
  return other.messages.includes('<pong/>');
}

/** What a room hears of this. */
async function said(world: World, room: string, message: string): Promise<string | undefined> {
  const peer = await member(world, room);
  peer.say(message);
  const heard = await peer.until('<');
  peer.end();
  return heard.at(-1);
}

export const xmlsocket: AttackTopic = {
  title: 'XMLSocket',
  attacks: [
    {
      id: 'X1',
      attack:
        'Sends entities that grow, a file of the server as an entity, and instructions to what reads XML',
      ancestor: '–',
      ours: 'closed: bad_request',
      run: (world) =>
        endings(world, [
          `${BOMB}<login u="&c;" p=""/>`,
          '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><login u="&f;" p=""/>',
          '<?php exit ?><login u="" p=""/>',
        ]),
    },
    {
      id: 'X2',
      attack: 'Sends an element of a megabyte, a name of a megabyte, and a megabyte without an end',
      ancestor: '–',
      ours: 'closed: payload_too_large',
      run: (world) =>
        endings(world, [
          `<msg>${'x'.repeat(2 ** 20)}</msg>`,
          `<${'x'.repeat(2 ** 20)}/>`,
          'x'.repeat(2 ** 20),
        ]),
    },
    {
      id: 'X3',
      attack: 'Nests 20,000 elements, and gives one 5,000 attributes',
      ancestor: '–',
      ours: 'closed: bad_request',
      run: (world) =>
        endings(world, [
          '<a>'.repeat(20_000),
          `<msg ${Array.from({ length: 5000 }, (_, i) => `a${i}="1"`).join(' ')}/>`,
        ]),
    },
    {
      id: 'X4',
      attack: 'Sends 32 million empty messages, before its login and after it',
      ancestor: '–',
      ours: 'is not read for a while, others are served',
      async run(world) {
        const before = await world.metric('signalbox_throttled_total');
        const floods = [await knock(world), await member(world, '1')];
        for (const peer of floods) for (let i = 0; i < 16; i++) peer.write(Buffer.alloc(2 ** 20));
        const throttled = async () => (await world.metric('signalbox_throttled_total')) - before;
        await until(async () => (await throttled()) >= 2);
        const served = await othersAreServed(world);
        for (const peer of floods) peer.destroy();
        return `is not read for a while, others are ${served ? '' : 'not '}served`;
      },
    },
    {
      id: 'X5',
      attack:
        'Guesses the password of a user, as often as each connection allows, and then says the right one',
      ancestor: '–',
      ours: 'login ok="0", closed after five / login ok="0", limit_exceeded',
      async run(world) {
        const from = { 'x-forwarded-for': '203.0.113.88' };
        const open = () =>
          XmlTestPeer.webSocket(`${world.proxied.url.replace('http', 'ws')}/xmlsocket`, from);
        const most: number[] = [];
        for (let connection = 0; connection < 2; connection++) {
          const guesser = await open();
          guesser.say(...Array.from({ length: 9 }, (_, i) => `<login u="joe" p="guess ${i}"/>`));
          await until(() => guesser.closed);
          most.push(guesser.messages.filter((message) => message === '<login ok="0"/>').length);
        }
        premise(most.join() === '5,5', 'each guess is answered, and the fifth is the last');
        const late = await open();
        late.say(JOE);
        const heard = await late.until('<error');
        const [, code] = REFUSAL.exec(heard.at(-1) ?? '') ?? [];
        return `login ok="0", closed after five / ${heard[0]?.replace(/[</>]/g, '')}, ${code}`;
      },
    },
    {
      id: 'X6',
      attack:
        'Connects and says nothing, says its login an octet at a time, or says all but a login, for ever',
      ancestor: '–',
      ours: 'closed: timeout, no login within xmlsocket.login_timeout',
      async run(world) {
        const peers = await Promise.all([0, 1, 2].map(() => knock(world, world.proxied)));
        const [, slow, idle] = peers;
        const octets = [...`<login u="${'x'.repeat(1000)}`];
        const drip = setInterval(() => {
          slow?.write(octets.shift() ?? 'x');
          idle?.say('');
        }, 100);
        const results = await Promise.all(peers.map(ending));
        clearInterval(drip);
        return summary(results);
      },
    },
    {
      id: 'X7',
      attack: 'Says that it is the system, or somebody else, by `from_id`, `uid` and further attributes',
      ancestor: '–',
      ours: '`<msg from_id="joe">`',
      async run(world) {
        const messages = [
          '<msg from_id="0">x</msg>',
          '<msg from_id="5" uid="5" user_id="5" id="5" name="ann">x</msg>',
          '<msg type="announcement" from="0"><from><id>0</id></from>x</msg>',
        ];
        const heard: string[] = [];
        for (const message of messages) heard.push((await said(world, '1', message)) ?? 'nothing');
        return summary(heard.map((message) => `\`${message.replace(/>.*/, '>')}\``));
      },
    },
    {
      id: 'X8',
      attack: 'Says elements, a NUL and the end of a section as the text of a message',
      ancestor: '–',
      ours: 'is a text / refused: bad_request',
      async run(world) {
        const texts = ['&lt;/msg&gt;&lt;msg from_id="0"&gt;x', '<![CDATA[</msg><rooms/>]]>', '&#0;'];
        const heard: string[] = [];
        for (const text of texts) heard.push((await said(world, '1', `<msg>${text}</msg>`)) ?? '');
        return summary(
          heard.map((message) => {
            const [, code] = REFUSAL.exec(message) ?? [];
            if (code !== undefined) return `refused: ${code}`;
            return /^<msg from_id="joe">[^<>]*<\/msg>$/.test(message) ? 'is a text' : message;
          }),
        );
      },
    },
    {
      id: 'X9',
      attack:
        'Enters a room that is not for it, speaks in a room that it is not in, and leads out of the rooms by what it calls one',
      ancestor: '–',
      ours: 'refused: forbidden / refused: invalid_params',
      async run(world) {
        const peer = await member(world, '1');
        const codes: string[] = [];
        for (const message of [
          '<room id="3"/>',
          '<msg room_id="2">x</msg>',
          '<room id="../user/ann"/>',
          '<msg room_id="*">x</msg>',
          '<msg to_id="../room/2">x</msg>',
        ]) {
          peer.say(message);
          const [, code] = REFUSAL.exec((await peer.until('<')).at(-1) ?? '') ?? [];
          codes.push(`refused: ${code}`);
        }
        peer.end();
        return summary(codes);
      },
    },
  ],
};
