import { describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { installed, run } from '../support/run.js';
import { KEY } from '../support/server.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const server = useServer();
const curl = installed('curl', 'apt-get install curl');

const OWN = 'oro/email_event/5/7';
const FOREIGN = 'oro/email_event/6/7';
const ROOM = 'demo/room';

/** A page of user 5 in organisation 7, or of a stranger. */
async function open(user?: string, organizations: readonly string[] = []): Promise<Autobahn> {
  const page = await Autobahn.connect(server().webSocketUrl(user, organizations));
  onTestFinished(() => page.socket.destroy());
  return page;
}

async function post(channel: string, payload: unknown): Promise<void> {
  expect((await server().publish(channel, payload)).status).toBe(200);
}

describe('a page with AutobahnJS 0.8', () => {
  it('receives on its own channel, an error for a foreign one, and lives on', async () => {
    const page = await open('5', ['7']);
    const heard: unknown[] = [];
    page.subscribe(OWN, (channel, event) => heard.push([channel, event]));
    page.subscribe(FOREIGN);
    await until(() => page.errors.length > 0);
    expect(page.errors).toEqual([
      [4, FOREIGN, FOREIGN, expect.any(String), expect.objectContaining({ code: 403, error: 'forbidden' })],
    ]);

    await post(FOREIGN, { hasNewEmail: false });
    await post(OWN, { hasNewEmail: true });
    await until(() => heard.length > 0);
    expect(heard).toEqual([[OWN, { hasNewEmail: true }]]);
    expect(page.events(FOREIGN)).toEqual([]);
    expect(page.thrown).toEqual([]);
    expect(page.hangup).toBeUndefined();
  });

  it.skipIf(!curl)('receives byte for byte what curl published', async () => {
    const page = await open('5', ['7']);
    page.subscribe(OWN);
    await page.settle();
    const body = `{"channel":"${OWN}","payload":{"n":1.0,"big":12345678901234567890,"text":"\\u00e9 é"}}`;
    const args = ['-sS', '-f', `${server().url}/api/publish`, '-H', `Authorization: Bearer ${KEY}`];
    const { code, stdout } = await run('curl', [...args, '-H', 'Content-Type: application/json', '-d', body]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ channel: OWN, duplicate: false });
    await until(() => page.events(OWN).length > 0);
    const text = page.socket.texts.find((message) => message.startsWith('[8,'));
    expect(text).toBe(`[8,"${OWN}",{"n":1.0,"big":12345678901234567890,"text":"\\u00e9 é"}]`);
  });

  it('is welcomed once, with version 1, before anything else', async () => {
    const page = await open();
    await page.settle();
    expect(page.messages[0]).toEqual([0, page.sessionId, 1, expect.stringMatching(/^[^[\]]+$/)]);
    expect(page.of(0)).toHaveLength(1);
    expect(page.socket.subprotocol).toBe('wamp');
  });

  it('is told why a channel without route is refused, and the connection stays', async () => {
    const page = await open();
    page.subscribe('nope/1');
    page.publish('nope/2', 'x');
    await until(() => page.errors.length === 2);
    expect(page.errors.map(([, id, uri, , details]) => [id, uri, details])).toEqual([
      [
        'nope/1',
        'nope/1',
        expect.objectContaining({ code: 404, error: 'no_such_route', event: 'onSubscribe' }),
      ],
      [
        'nope/2',
        'nope/2',
        expect.objectContaining({ code: 404, error: 'no_such_route', event: 'onPublish' }),
      ],
    ]);
    await page.settle();
    expect(page.hangup).toBeUndefined();
  });

  it('cannot publish into a private channel, not even its own', async () => {
    const [owner, forger] = [await open('5', ['7']), await open('6', ['7'])];
    owner.subscribe(OWN);
    await owner.settle();
    forger.publish(OWN, 'forged');
    owner.publish(OWN, 'forged');
    await until(() => forger.errors.length > 0 && owner.errors.length > 0);
    await post(OWN, 'real');
    await until(() => owner.events(OWN).length > 0);
    expect(owner.events(OWN)).toEqual(['real']);
  });

  it.each([
    ['another organisation', '5', ['7'], 'oro/email_event/5/999'],
    ['a number written otherwise', '5', ['7'], 'oro/email_event/05/7'],
    ['no ticket', undefined, [], OWN],
  ])('may not subscribe a private channel with %s', async (_name, user, organizations, channel) => {
    const page = await open(user, organizations);
    page.subscribe(channel);
    await page.settle();
    expect(page.errors.map(([, id]) => id)).toContain(channel);
    await post('oro/email_event/5/7', 'secret');
    await page.settle();
    expect(page.of(8)).toEqual([]);
  });

  it('may subscribe again after a refusal, and is refused again', async () => {
    const page = await open('5', ['7']);
    for (let time = 1; time <= 2; time++) {
      page.subscribe(FOREIGN);
      page.unsubscribe(FOREIGN);
    }
    await page.settle();
    expect(page.errors.filter(([, id]) => id === FOREIGN)).toHaveLength(2);
  });

  it('receives a message once, however often it subscribed', async () => {
    const page = await open();
    for (let time = 1; time <= 3; time++) page.socket.sendText(JSON.stringify([5, ROOM]));
    await page.settle();
    await post(ROOM, 'once');
    await post(ROOM, 'end');
    await until(() => page.events(ROOM).includes('end'));
    expect(page.events(ROOM)).toEqual(['once', 'end']);
  });

  it('receives nothing after it unsubscribed', async () => {
    const [page, witness] = [await open(), await open()];
    page.subscribe(ROOM);
    witness.subscribe(ROOM);
    page.unsubscribe(ROOM);
    await Promise.all([page.settle(), witness.settle()]);
    await post(ROOM, 'late');
    await until(() => witness.events(ROOM).length > 0);
    await page.settle();
    expect(page.events(ROOM)).toEqual([]);
  });

  it('may name channels by a prefix, and hears their full name', async () => {
    const page = await open();
    page.prefix('room', 'demo/');
    page.socket.sendText(JSON.stringify([5, 'room:curie']));
    await page.settle();
    page.publish('room:curie', 1);
    await until(() => page.of(8).length > 0);
    expect(page.of(8)).toEqual([[8, 'demo/curie', 1]]);
  });

  it('cannot reach a private channel by a prefix', async () => {
    const page = await open('6', ['7']);
    page.prefix('mail', 'oro/email_event/');
    page.socket.sendText(JSON.stringify([5, 'mail:5/7']));
    await page.settle();
    expect(page.errors[0]?.[1]).toBe(OWN);
  });

  it('is answered an unknown procedure, so that its promise ends', async () => {
    const page = await open();
    await expect(page.call('no/such', 1)).rejects.toEqual([
      'no/such',
      expect.any(String),
      expect.objectContaining({ code: 404 }),
    ]);
  });

  it('sees a ping within the interval of the ping channel', async () => {
    const page = await open();
    page.subscribe('oro/ping');
    await page.settle();
    page.publish('oro/ping', 'from a page');
    await page.settle();
    expect(page.errors.some(([, id]) => id === 'oro/ping')).toBe(true);
    expect(page.events('oro/ping')).toEqual([]);
  });

  it('gets a session without naming the sub-protocol', async () => {
    const page = await Autobahn.connect(server().webSocketUrl(), {
      headers: { 'Sec-WebSocket-Protocol': undefined },
    });
    expect(page.sessionId).toBeDefined();
    await page.close();
  });

  it('is answered a closing frame by one', async () => {
    const page = await open();
    await page.close();
    expect(page.socket.closeFrame).toBeDefined();
    expect(page.hangup).toBe(0);
  });
});
