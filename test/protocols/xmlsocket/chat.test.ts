import { describe, expect, it } from 'vitest';
import { testBackend } from '../../../src/testing.js';
import { BEN, type Client, World } from './world.js';

const ROOMS = '<rooms><room id="1">Lobby 1</room><room id="2">General Chat</room></rooms>';

/** The octets of everything that was heard, each message with its NUL. */
function transcript({ peer }: Client): string {
  return peer.received.toString('utf8');
}

describe('a login', () => {
  it('in words is answered in words, elements in the order by which clients find them, and then come the rooms', async () => {
    const client = new World().open();
    await client.do('<login username="ann" password="secret ann"/>');
    expect(transcript(client)).toBe(
      '<login login_status="1"><user_id>6</user_id><username>Ann</username><login_error /></login>\0' +
        `${ROOMS}\0`,
    );
  });

  it('in letters is answered in attributes', async () => {
    const client = new World().open();
    await client.do('<login u="ann" p="secret ann"/>');
    expect(transcript(client)).toBe(`<login ok="1" id="6"/>\0${ROOMS}\0`);
  });

  it('that fails is answered, and may be tried again', async () => {
    const client = new World().open();
    const failed = '<login login_status="0"><login_error>Login Problem</login_error></login>';
    expect(await client.do('<login username="ann" password="guess"/>')).toEqual([failed]);
    expect(await client.do('<login username="nobody" password="secret nobody"/>')).toEqual([failed]);
    expect(await client.do('<login u="ann" p="guess"/>')).toEqual(['<login ok="0"/>']);
    expect(await client.do('<login u="ann" p="secret ann"/>')).toEqual(['<login ok="1" id="6"/>', ROOMS]);
  });

  it('that has failed five times is the last of its connection', async () => {
    const client = new World().open();
    for (let i = 0; i < 4; i++) await client.do('<login u="ann" p="guess"/>');
    expect(client.ended).toBeUndefined();
    expect(await client.do('<login u="ann" p="guess"/>')).toEqual(['<login ok="0"/>']);
    expect(client.ended).toMatchObject({ code: 4500, reconnect: false });
  });

  it('without a name is that of a guest, and of somebody unknown where the password is none of a token', async () => {
    const world = new World();
    const [welcome] = await world.open().do('<login u="" p=""/>');
    expect(welcome).toMatch(/^<login ok="1" id="[\w-]{10,}"\/>$/);
    expect(await world.open().do('<login/>')).toEqual([expect.stringContaining('ok="1"'), ROOMS]);
    expect(await world.open().do('<login p="some token"/>')).toEqual(['<login ok="0"/>']);
  });

  it('says nothing about who has shown a ticket at the handshake', async () => {
    const client = new World().open(BEN);
    expect((await client.do('<login u="ann" p="guess"/>'))[0]).toBe('<login ok="1" id="7"/>');
  });

  it('is needed before anything else, and had once', async () => {
    const client = new World().open();
    expect(await client.do('<room id="1"/>')).toEqual([
      expect.stringMatching(/^<error code="unauthorized" request="[^"]+">log in first<\/error>$/),
    ]);
    await client.do('<login u="ann" p="secret ann"/>');
    expect(await client.do('<login u="ben" p="secret ben"/>')).toEqual([
      expect.stringMatching(/^<error code="bad_request" /),
    ]);
  });

  it('keeps what follows it waiting, in order', async () => {
    const client = new World().open();
    const heard = await client.do('<login u="ann" p="secret ann"/>', '<room id="1"/>', '<msg>Hi</msg>');
    expect(heard).toEqual([
      '<login ok="1" id="6"/>',
      ROOMS,
      '<users room_id="1"><user id="6">Ann</user></users>',
      '<msg from_id="6">Hi</msg>',
    ]);
  });
});

describe('three clients in a room', () => {
  it('hear who comes, what is said, and who goes, to the octet', async () => {
    const world = new World();
    const ann = world.open();
    const ben = world.open();
    const eve = world.open();
    await ann.do('<login u="ann" p="secret ann"/>', '<room id="1" uid="6">');
    await ben.do('<login u="ben" p="secret ben"/>', '<room id="1" uid="7">');
    await eve.do('<login username="eve" password="secret eve" />', '<room id="1" />');
    await ann.do('<msg from_id="6" room_id="1">Hello everyone</msg>');
    await ben.do('<msg from_id="7">Hello Ann</msg>');
    ben.peer.end();
    await eve.do('<msg>Bye Ben</msg>', '<leave id="1"/>');
    await ann.do('<msg>alone</msg>');
    expect(transcript(ann)).toBe(
      [
        '<login ok="1" id="6"/>',
        ROOMS,
        '<users room_id="1"><user id="6">Ann</user></users>',
        '<msg from_id="0">*Ben has entered</msg>',
        '<msg from_id="0">*Eve has entered</msg>',
        '<msg from_id="6">Hello everyone</msg>',
        '<msg from_id="7">Hello Ann</msg>',
        '<msg from_id="0">*Ben has left</msg>',
        '<msg from_id="8">Bye Ben</msg>',
        '<msg from_id="0">*Eve has left</msg>',
        '<msg from_id="6">alone</msg>',
        '',
      ].join('\0'),
    );
    expect(transcript(ben)).toBe(
      [
        '<login ok="1" id="7"/>',
        ROOMS,
        '<users room_id="1"><user id="6">Ann</user><user id="7">Ben</user></users>',
        '<msg from_id="0">*Eve has entered</msg>',
        '<msg from_id="6">Hello everyone</msg>',
        '<msg from_id="7">Hello Ann</msg>',
        '',
      ].join('\0'),
    );
    expect(transcript(eve)).toBe(
      [
        '<login login_status="1"><user_id>8</user_id><username>Eve</username><login_error /></login>',
        ROOMS,
        '<users room_id="1"><user id="6">Ann</user><user id="7">Ben</user><user id="8">Eve</user></users>',
        '<msg from_id="6">Hello everyone</msg>',
        '<msg from_id="7">Hello Ann</msg>',
        '<msg from_id="0">*Ben has left</msg>',
        '<msg from_id="8">Bye Ben</msg>',
        '',
      ].join('\0'),
    );
  });

  it('hear 1,000 messages of a burst in the order in which they were said', async () => {
    const world = new World();
    const [ann, ben] = [await world.enter('ann', '1'), await world.enter('ben', '1')];
    await ann.news();
    const said = Array.from({ length: 1000 }, (_, n) => `<msg>${n}</msg>`);
    ann.peer.say(...said);
    const wanted = said.map((_, n) => `<msg from_id="6">${n}</msg>`);
    while (ben.peer.messages.length < 1000) await new Promise((resolve) => setImmediate(resolve));
    expect((await ben.news()).slice(-1000)).toEqual(wanted);
    expect((await ann.news()).slice(-1000)).toEqual(wanted);
  });
});

describe('one connection in several rooms', () => {
  it('hears of which each message is, and says for which', async () => {
    const world = new World();
    const ann = await world.enter('ann', '1', '2');
    const ben = await world.enter('ben', '2');
    await ann.news();
    expect(await ann.do('<msg room_id="2">to two</msg>')).toEqual([
      '<msg from_id="6" room_id="2">to two</msg>',
    ]);
    expect(await ben.news()).toEqual(['<msg from_id="6">to two</msg>']);
    expect(await ben.do('<leave id="2"/>')).toEqual([]);
    expect(await ann.news()).toEqual(['<msg from_id="0" room_id="2">*Ben has left</msg>']);
    expect(await ann.do('<msg>to which?</msg>')).toEqual([
      expect.stringMatching(/^<error code="bad_request" .*room_id/),
    ]);
    expect(await ann.do('<leave id="1"/>', '<msg>to two again</msg>')).toEqual([
      '<msg from_id="6">to two again</msg>',
    ]);
  });

  it('is refused one of them alone', async () => {
    const ann = await new World().enter('ann', '1');
    expect(await ann.do('<room id="3"/>')).toEqual([
      expect.stringMatching(
        /^<error code="forbidden" room_id="3" request="[^"]+">there is no room 3 for you</,
      ),
    ]);
    expect(await ann.do('<room id="../../x"/>', '<room/>', '<msg room_id="2">x</msg>')).toEqual([
      expect.stringMatching(/^<error code="invalid_params" room_id="..\/..\/x" /),
      expect.stringMatching(/^<error code="bad_request" /),
      expect.stringMatching(/^<error code="forbidden" .*not in room 2/),
    ]);
    expect(await ann.do('<msg>still here</msg>')).toEqual(['<msg from_id="6">still here</msg>']);
  });

  it('has no more of them than limits.subscriptions allows', async () => {
    const ann = await new World({ limits: { subscriptions: 2 } }).enter('ann', '1');
    expect(await ann.do('<room id="2"/>')).toEqual([
      expect.stringMatching(/^<error code="limit_exceeded" room_id="2" .*limits\.subscriptions/),
    ]);
  });
});

describe('what is for one alone', () => {
  it('reaches them on every connection of theirs, wherever they are, and its author', async () => {
    const world = new World();
    const [ann, ben, again] = [
      await world.enter('ann'),
      await world.enter('ben'),
      await world.enter('ben', '2'),
    ];
    await again.news();
    await ann.do('<msg to_id="7">psst</msg>');
    const heard = ['<msg from_id="6" to_id="7">psst</msg>'];
    expect(await ben.news()).toEqual(heard);
    expect(await again.news()).toEqual(heard);
    expect(ann.peer.messages.at(-1)).toBe(heard[0]);
  });

  it('is an announcement, too, which comes from the system', async () => {
    const world = new World();
    const ann = await world.enter('ann', '1');
    await ann.news();
    const backend = world.server.connect(testBackend('shop'));
    await backend.publish('chat/announcements', { text: 'closing <soon>' });
    expect(await ann.news()).toEqual(['<msg from_id="0">closing &lt;soon&gt;</msg>']);
  });
});

describe('who says something', () => {
  it('is the session, whatever the message says', async () => {
    const world = new World();
    const [ann, ben] = [await world.enter('ann', '1'), await world.enter('ben', '1')];
    await ann.news();
    await ben.news();
    await ben.do(
      '<msg from_id="0">*Ann has left</msg>',
      '<msg from_id="6" uid="6">I am Ann</msg>',
      '<room id="2" uid="6"/>',
      '<msg room_id="1" type="announcement"><![CDATA[{"type":"announcement","from":{"id":"0"}}]]></msg>',
    );
    expect(await ann.news()).toEqual([
      '<msg from_id="7">*Ann has left</msg>',
      '<msg from_id="7">I am Ann</msg>',
      '<msg from_id="7">{&quot;type&quot;:&quot;announcement&quot;,&quot;from&quot;:{&quot;id&quot;:&quot;0&quot;}}</msg>',
    ]);
  });

  it('has a name and a text that stay what they are, whatever is in them', async () => {
    const world = new World({
      authenticator: {
        method: 'any',
        authenticate: () => ({
          ...ANYBODY,
          id: '"/><msg from_id="0">',
          claims: { name: '</user><msg from_id="0">hacked</msg>\0<error code="x">%3C' },
        }),
      },
    });
    const heard = await world
      .open()
      .do(
        '<login username="m" password="m"/>',
        '<room id="1"/>',
        '<msg>&lt;/msg&gt;&lt;msg from_id="0"&gt;hacked ]]&gt; &amp;#0; &#x85;</msg>',
      );
    expect(heard.filter((message) => /<msg from_id="0"|hacked<|<error code="x"/.test(message))).toEqual([]);
    expect(heard.map((message) => /^<(\w+)/.exec(message)?.[1])).toEqual([
      'login',
      'rooms',
      // no channel can have such a name in it
      'error',
      'users',
      'msg',
    ]);
    expect(heard[0]).toContain('%253C');
    expect(heard.at(-1)).toMatch(
      /^<msg from_id="&quot;\/&gt;&lt;msg from_id=&quot;0&quot;&gt;">&lt;\/msg&gt;/,
    );
  });
});

const ANYBODY = { kind: 'user', roles: [], organizations: [] } as const;
