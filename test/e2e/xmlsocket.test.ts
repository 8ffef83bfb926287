import { describe, expect, it, onTestFinished } from 'vitest';
import { StreamPeer } from '../support/stream-peer.js';
import { until } from '../support/until.js';
import { useNewServer } from '../support/use-server.js';

/** Comings and goings, which the log holds back for as long as the disk takes. */
const NEWS = /^<msg from_id="0"[^>]*>\*/;

/** An XMLSocket client, which reads message by message, and passes comings and goings over unless it minds them. */
class XmlPeer {
  readonly peer: StreamPeer;
  mindsNews = false;
  #read = 0;

  constructor(peer: StreamPeer) {
    this.peer = peer;
    onTestFinished(() => void peer.socket.destroy());
  }

  send(...messages: readonly string[]): void {
    this.peer.send(Buffer.from(messages.map((message) => `${message}\0`).join(''), 'utf8'));
  }

  /** What has come since it was last asked, once there are so many messages of it. */
  async hears(count: number): Promise<readonly string[]> {
    await until(() => this.#unread.length >= count);
    const unread = this.#unread;
    this.#read = this.#all.length;
    return unread;
  }

  get #all(): readonly string[] {
    return Buffer.from(this.peer.heard, 'latin1').toString('utf8').split('\0').slice(0, -1);
  }

  get #unread(): readonly string[] {
    const unread = this.#all.slice(this.#read);
    return this.mindsNews ? unread : unread.filter((message) => !NEWS.test(message));
  }
}

/** A refusal without the id by which the log explains it. */
function anonymous(refusal = ''): string {
  return refusal.replace(/ request="[^"]+"/, '');
}

const ROOMS = '<rooms><room id="1">Lobby 1</room><room id="2">General Chat</room></rooms>';

describe('XMLSocket', { timeout: 30_000 }, () => {
  const server = useNewServer({ env: { SIGNALBOX_XMLSOCKET_POLICY_PORTS: '8843,9000-9010' } });
  const connect = async () => new XmlPeer(await StreamPeer.connect(server().portOf('xmlsocket')));

  async function member(name: string, password: string, ...rooms: readonly string[]): Promise<XmlPeer> {
    const peer = await connect();
    peer.send(`<login u="${name}" p="${password}"/>`);
    expect(await peer.hears(2)).toEqual([`<login ok="1" id="${name}"/>`, ROOMS]);
    for (const room of rooms) peer.send(`<room id="${room}"/>`);
    if (rooms.length > 0) await peer.hears(rooms.length);
    return peer;
  }

  it('answers both kinds of client as they ask', async () => {
    const [wordy, short] = [await connect(), await connect()];
    wordy.send('<login username="guest" password="guest"/>');
    expect(await wordy.hears(2)).toEqual([
      '<login login_status="1"><user_id>guest</user_id><username>guest</username><login_error /></login>',
      ROOMS,
    ]);
    short.send('<login u="guest" p="guest"/>', '<room id="1" uid="6">');
    expect(await short.hears(3)).toEqual([
      '<login ok="1" id="guest"/>',
      ROOMS,
      '<users room_id="1"><user id="guest">guest</user></users>',
    ]);
  });

  it('turns away who says a wrong password, and after five of them the connection', async () => {
    const [wordy, short] = [await connect(), await connect()];
    wordy.send('<login username="guest" password="x"/>');
    expect(await wordy.hears(1)).toEqual([
      '<login login_status="0"><login_error>Login Problem</login_error></login>',
    ]);
    for (let n = 0; n < 5; n++) short.send('<login u="guest" p="x"/>');
    expect(await short.hears(5)).toEqual(new Array(5).fill('<login ok="0"/>'));
    await until(() => short.peer.finished);
  });

  it('tells the newcomer who is there, and the others who comes, speaks and goes', async () => {
    const adam = await member('adam', 'adam', '1');
    const guest = await member('guest', 'guest');
    adam.mindsNews = true;
    // What comes after its own coming is heard after it, so nobody hears of that any more.
    adam.send('<msg>first</msg>');
    expect(await adam.hears(1)).toEqual(['<msg from_id="adam">first</msg>']);
    guest.mindsNews = true;
    guest.send('<room id="1"/>');
    expect(await guest.hears(1)).toEqual([
      '<users room_id="1"><user id="adam">adam</user><user id="guest">guest</user></users>',
    ]);
    expect(await adam.hears(1)).toEqual(['<msg from_id="0">*guest has entered</msg>']);
    guest.send('<msg from_id="guest" room_id="1">Hello everyone</msg>');
    const hello = '<msg from_id="guest">Hello everyone</msg>';
    expect([await adam.hears(1), await guest.hears(1)]).toEqual([[hello], [hello]]);
    guest.peer.socket.destroy();
    expect(await adam.hears(1)).toEqual(['<msg from_id="0">*guest has left</msg>']);
  });

  it('believes nobody who says to be somebody else, or the system', async () => {
    const adam = await member('adam', 'adam', '1');
    const guest = await member('guest', 'guest', '1');
    guest.send('<msg from_id="0" uid="adam" room_id="1">shut down</msg>');
    expect(await adam.hears(1)).toEqual(['<msg from_id="guest">shut down</msg>']);
  });

  it('writes what is said as a text, whatever it is', async () => {
    const adam = await member('adam', 'adam', '1');
    adam.send(
      '<msg>&lt;/msg&gt;&lt;msg from_id="0"&gt;forged &amp; more</msg>',
      '<msg><![CDATA[<rooms/>"\']]></msg>',
      '<msg>é€😀</msg>',
    );
    expect(await adam.hears(3)).toEqual([
      '<msg from_id="adam">&lt;/msg&gt;&lt;msg from_id=&quot;0&quot;&gt;forged &amp; more</msg>',
      '<msg from_id="adam">&lt;rooms/&gt;&quot;&apos;</msg>',
      '<msg from_id="adam">é€😀</msg>',
    ]);
  });

  it('carries what is for one alone', async () => {
    const [adam, guest, other] = [
      await member('adam', 'adam', '1'),
      await member('guest', 'guest', '1'),
      await member('system', 'manager', '1'),
    ];
    guest.send('<msg to_id="adam">psst</msg>');
    const psst = '<msg from_id="guest" to_id="adam">psst</msg>';
    expect([await adam.hears(1), await guest.hears(1)]).toEqual([[psst], [psst]]);
    guest.send('<msg room_id="1">aloud</msg>');
    expect(await other.hears(1)).toEqual(['<msg from_id="guest">aloud</msg>']);
  });

  it('names the room while a connection is in several', async () => {
    const adam = await member('adam', 'adam', '1', '2');
    adam.send('<msg room_id="2">in two</msg>', '<leave id="1"/>', '<msg>in one</msg>');
    expect(await adam.hears(2)).toEqual([
      '<msg from_id="adam" room_id="2">in two</msg>',
      '<msg from_id="adam">in one</msg>',
    ]);
    adam.send('<room id="1"/>', '<msg>where?</msg>');
    const [list, refusal] = await adam.hears(2);
    expect(list).toBe('<users room_id="1"><user id="adam">adam</user></users>');
    expect(anonymous(refusal)).toMatch(/^<error code="bad_request">a msg says neither/);
  });

  it('refuses rooms and words that are not for a peer, and lets it go on', async () => {
    const guest = await connect();
    guest.send('<room id="1"/>', '<msg room_id="1">x</msg>');
    expect((await guest.hears(2)).map(anonymous)).toEqual(
      new Array(2).fill('<error code="unauthorized">log in first</error>'),
    );
    guest.send('<login u="guest" p="guest"/>', '<login u="adam" p="adam"/>');
    const [, , twice] = await guest.hears(3);
    expect(anonymous(twice)).toBe('<error code="bad_request">this connection has logged in already</error>');
    guest.send(
      '<room id="3"/>',
      '<room id="x"/>',
      '<msg room_id="2">not in it</msg>',
      '<msg>a & b</msg>',
      '<dance/>',
    );
    const refusals = await guest.hears(4);
    expect(refusals.map((text) => /code="(\w+)"/.exec(text)?.[1])).toEqual([
      'forbidden',
      'invalid_params',
      'forbidden',
      'bad_request',
    ]);
    guest.send('Hello!', '', '', '<ping/>');
    expect(await guest.hears(1)).toEqual(['<pong/>']);
  });

  it('tells a film where it may connect to, and lets it go', async () => {
    for (const request of ['<policy-file-request/>', '<cross-domain-request/>']) {
      const film = await connect();
      film.send(request);
      expect(await film.hears(1)).toEqual([
        '<?xml version="1.0"?><cross-domain-policy><allow-access-from domain="*" to-ports="8843,9000-9010"/></cross-domain-policy>',
      ]);
      await until(() => film.peer.finished);
    }
  });

  it.each([
    ['a document type', '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><login u="&a;"/>', 'bad_request'],
    ['deep elements', '<a>'.repeat(1000), 'bad_request'],
    ['a megabyte without an end', 'x'.repeat(1024 ** 2), 'payload_too_large'],
  ])('ends a connection over %s, and says so', async (_what, octets, code) => {
    const hostile = await connect();
    hostile.peer.send(`${octets}\0`);
    expect((await hostile.hears(1))[0]).toMatch(new RegExp(`^<error code="${code}"`));
    await until(() => hostile.peer.finished);
    const adam = await member('adam', 'adam', '1');
    adam.send('<ping/>');
    expect(await adam.hears(1)).toEqual(['<pong/>']);
  });

  it('keeps a thousand messages of a burst in their order, octet by octet or all at once', async () => {
    const adam = await member('adam', 'adam', '1');
    const texts = Array.from({ length: 1000 }, (_, n) => String(n));
    const octets = Buffer.from(texts.map((text) => `<msg>${text}</msg>\0`).join(''));
    for (let at = 0; at < 2000; at++) adam.peer.send(octets.subarray(at, at + 1));
    adam.peer.send(octets.subarray(2000));
    const heard = await adam.hears(1000);
    expect(heard).toEqual(texts.map((text) => `<msg from_id="adam">${text}</msg>`));
  });

  it('tells its peers that it stops', async () => {
    const adam = await member('adam', 'adam', '1');
    server().signal('SIGTERM');
    expect(await adam.hears(1)).toEqual([
      expect.stringMatching(/^<error code="draining" retry="\d+">the server restarts<\/error>$/),
    ]);
    await until(() => adam.peer.finished);
  });
});
