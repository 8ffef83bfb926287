import { describe, expect, it, vi } from 'vitest';
import { DISCONNECT } from '../../../src/core/errors.js';
import { World } from './world.js';

describe('a peer', () => {
  it('is understood however the network cuts what it says', async () => {
    const world = new World();
    const script = '<login u="ann" p="secret ann"/>\0\0<room id="1"/>\0<msg>Grüße €😀</msg>\0';
    const joined = world.open();
    joined.peer.write(script);
    const bits = world.open();
    await joined.news();
    joined.peer.end();
    for (const octet of Buffer.from(script)) bits.peer.write(Buffer.from([octet]));
    await bits.news();
    expect(bits.peer.received.toString()).toBe(joined.peer.received.toString());
    expect(bits.peer.messages.at(-1)).toBe('<msg from_id="6">Grüße €😀</msg>');
  });

  it('is charged for each message of a stream, and over WebSocket for those beyond the first', async () => {
    const world = new World();
    for (const [transport, charged] of [
      ['tcp', 3],
      ['memory', 2],
    ] as const) {
      const client = world.open(undefined, transport);
      client.peer.write('\0\0<ping/>\0<ping');
      expect(client.connection.charged).toBe(charged);
      client.peer.write('/>');
      expect(client.connection.charged).toBe(charged);
    }
  });

  it('may say what is no XML, and what nobody knows', async () => {
    const ann = await new World().enter('ann', '1');
    expect(
      await ann.do('', 'Hello!', '<root><item /></root>', '<constructor/>', '<__proto__ a="1"/>'),
    ).toEqual([]);
    expect(await ann.do('<ping/>')).toEqual(['<pong/>']);
  });

  it('is told what is badly written, and lives on', async () => {
    const world = new World();
    const ann = await world.enter('ann', '1');
    expect(await ann.do('<msg>a & b</msg>', '<msg>', '<msg __proto__="1" room_id="1">ok</msg>')).toEqual([
      expect.stringMatching(/^<error code="bad_request" request="[^"]+">this is not well-formed/),
      expect.stringMatching(/^<error code="bad_request" .*needs a text/),
      '<msg from_id="6">ok</msg>',
    ]);
    expect(world.logger.lines).toContain('refused');
  });

  it('that sends what only harms is told so, and gone', async () => {
    for (const message of [
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><msg>&b;</msg>',
      '<?xml-stylesheet href="x"?><msg/>',
      '<a>'.repeat(100),
    ]) {
      const world = new World();
      const ann = await world.enter('ann', '1');
      const ben = await world.enter('ben', '1');
      expect(await ann.do(message, '<msg>more</msg>')).toEqual([
        '<msg from_id="0">*Ben has entered</msg>',
        expect.stringMatching(/^<error code="bad_request" request="[^"]+">/),
      ]);
      expect(ann.ended).toMatchObject({ code: DISCONNECT.malformed.code });
      expect(await ben.news()).toContain('<msg from_id="0">*Ann has left</msg>');
      expect(world.counted).toContain('signalbox_malformed_messages_total xmlsocket');
    }
  });

  it('whose message is over limits.message is told so, and gone', async () => {
    const world = new World({ message: 100 });
    const ann = world.open();
    expect(await ann.do(`<msg>${'x'.repeat(100)}`)).toEqual([
      '<error code="payload_too_large">a message is over limits.message</error>',
    ]);
    expect(ann.ended).toMatchObject({ code: 1009 });
    expect(world.counted).toContain('signalbox_limits_reached_total limits.message');
  });

  it('that does not log in is told so, and gone', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const world = new World({ loginTimeout: 1000 });
      const silent = world.open();
      const ann = await world.enter('ann');
      vi.advanceTimersByTime(1001);
      expect(await silent.news()).toEqual([
        '<error code="timeout">no login within xmlsocket.login_timeout</error>',
      ]);
      expect(silent.ended).toBeDefined();
      expect(ann.ended).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it('is told why the server ends its session', async () => {
    const world = new World();
    const ann = await world.enter('ann', '1');
    const ben = await world.enter('ben', '1');
    world.server.router.disconnect({ user: '6' }, DISCONNECT.draining);
    expect(await ann.news()).toContain('<error code="draining">the server restarts</error>');
    expect(ann.ended).toMatchObject({ code: 4001, reconnect: true });
    world.server.router.disconnect({ user: '7' }, { ...DISCONNECT.ended, reason: 'be <polite>' });
    expect(await ben.news()).toContain('<error code="ended">be &lt;polite&gt;</error>');
  });

  it('has said what it said, though it is gone before it is answered', async () => {
    const world = new World();
    const ben = await world.enter('ben', '1');
    const ann = world.open();
    ann.peer.say('<login u="ann" p="secret ann"/>', '<room id="1"/>', '<msg>Bye</msg>');
    ann.connection.drop(DISCONNECT.lost);
    expect((await ben.news()).slice(-3)).toEqual([
      '<msg from_id="0">*Ann has entered</msg>',
      '<msg from_id="6">Bye</msg>',
      '<msg from_id="0">*Ann has left</msg>',
    ]);
  });

  it('goes out of its rooms at once when it ends its side', async () => {
    const world = new World();
    const [ann, ben] = [await world.enter('ann', '1'), await world.enter('ben', '1')];
    ann.peer.end();
    expect(ann.ended).toMatchObject({ code: 1000 });
    expect((await ben.news()).at(-1)).toBe('<msg from_id="0">*Ann has left</msg>');
  });
});

describe('the socket policy', () => {
  const POLICY =
    '<?xml version="1.0"?><cross-domain-policy><allow-access-from domain="*" to-ports="8843"/></cross-domain-policy>\0';

  it.each(['<policy-file-request/>', '<cross-domain-request/>', '<policy-file-request />'])(
    'answers %s, and ends the connection as players expect',
    async (request) => {
      const player = new World().open();
      await player.do(request);
      expect(player.peer.received.toString()).toBe(POLICY);
      expect(player.ended).toMatchObject({ code: 1000 });
    },
  );
});

describe('what a route says that is no chat', () => {
  it('comes as an event, with its JSON as text', async () => {
    const world = new World({
      handlers: {
        'chat.room': { onPublish: (_s, topic, _r, { payload }) => topic.broadcast(payload.value) },
      },
    });
    const ann = await world.enter('ann', '1');
    expect(await ann.do('<msg>1 &lt; 2</msg>')).toEqual([
      '<event channel="chat/room/1">{&quot;text&quot;:&quot;1 &lt; 2&quot;}</event>',
    ]);
  });

  it('is an announcement of the system, whoever is named in it', async () => {
    const world = new World({
      handlers: {
        'chat.room': {
          onPublish: (_s, topic) =>
            topic.broadcast({ type: 'announcement', from: { id: '7' }, text: 'hear' }),
        },
      },
    });
    const ann = await world.enter('ann', '1');
    expect(await ann.do('<msg>x</msg>')).toEqual(['<msg from_id="0">hear</msg>']);
  });

  it('is no reason to keep somebody out, where the list of rooms cannot be had', async () => {
    const world = new World({
      handlers: {
        'chat.rooms': {
          onCall: () => {
            throw new Error('the database is down');
          },
        },
      },
    });
    const ann = world.open();
    expect(await ann.do('<login u="ann" p="secret ann"/>', '<room id="1"/>')).toEqual([
      '<login ok="1" id="6"/>',
      expect.stringMatching(/^<error code="handler_failed" request="[^"]+">/),
      '<users room_id="1"><user id="6">Ann</user></users>',
    ]);
    expect(JSON.stringify(ann.peer.messages)).not.toContain('database');
  });
});
