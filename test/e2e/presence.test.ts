import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { makeFolder } from '../support/folder.js';
import { KEY } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';
import { Wamp2TestPeer } from '../support/wamp2-peer.js';

const ROUTES = `doc:
  channel: doc/{id}
  handler: broadcast
  access: { subscribe: anyone, publish: anyone, presence: [anyone] }
  presence: { leave_delay: 0 }
doc.closed:
  channel: closed/{id}
  handler: broadcast
  access: { subscribe: anyone, presence: [user, backend] }
  presence: true
`;

const folder = makeFolder({
  'signalbox.yml': 'routing: [routing.yml]\nlisten: { stomp_port: 0 }\n',
  'routing.yml': ROUTES,
});
afterAll(() => rmSync(folder, { recursive: true }));
const server = useServer({ config: join(folder, 'signalbox.yml') });

async function wamp1(user?: string): Promise<Autobahn> {
  const page = await Autobahn.connect(server().webSocketUrl(user));
  onTestFinished(() => page.socket.destroy());
  return page;
}

async function stomp(): Promise<StompTestPeer> {
  const peer = await StompTestPeer.tcp(server().portOf('stomp'));
  onTestFinished(() => peer.drop());
  await peer.connect();
  return peer;
}

async function wamp2(): Promise<Wamp2TestPeer> {
  const peer = await Wamp2TestPeer.connect(server().webSocketUrl(), 'json');
  onTestFinished(() => peer.vanish());
  return peer;
}

const get = async (channel: string, key?: string) => {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(`${server().url}/api/presence?channel=${channel}`, { headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('peers of different protocols', () => {
  it('are told of each other, each by its own way to write the presence channel', async () => {
    const [page, peer, other] = [await wamp1('5'), await stomp(), await wamp2()];
    page.subscribe('signalbox.presence/doc/1');
    await page.settle();
    await peer.ask('SUBSCRIBE', { id: '1', destination: '/topic/signalbox.presence.doc.1' });
    expect(await other.subscribe('signalbox.presence.doc.1')).toBeUndefined();

    page.subscribe('doc/1');
    await page.settle();
    await peer.ask('SUBSCRIBE', { id: '2', destination: '/topic/doc.1' });
    const heard = () => peer.of('MESSAGE').map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    await until(() => heard().length === 3);
    expect(heard()).toMatchObject([
      { type: 'members', members: [], users: 0, sessions: 0 },
      { type: 'join', user: { id: '5', sessions: 1 }, users: 1, sessions: 1 },
      { type: 'join', user: { anonymous: true }, users: 1, sessions: 2 },
    ]);
    await until(() => page.events('signalbox.presence/doc/1').length === 3);
    expect(page.events('signalbox.presence/doc/1')).toEqual(heard());
    await until(() => other.received('signalbox.presence.doc.1').length === 3);
    expect(other.received('signalbox.presence.doc.1')).toEqual(heard());

    await page.close();
    await until(() => heard().length === 4);
    expect(heard()[3]).toMatchObject({ type: 'leave', user: { id: '5' }, users: 0, sessions: 1 });
  });

  it('may not speak there', async () => {
    const page = await wamp1();
    page.subscribe('signalbox.presence/doc/2');
    page.publish('signalbox.presence/doc/2', { type: 'join', user: { id: 'nobody' }, users: 1, sessions: 1 });
    await page.settle();
    expect(page.events('signalbox.presence/doc/2')).toEqual([
      { type: 'members', members: [], users: 0, sessions: 0 },
    ]);
    expect((await server().publish('signalbox.presence/doc/2', {})).status).toBe(403);
  });

  it('are refused where access.presence of the channel does not let them', async () => {
    const page = await wamp1();
    page.subscribe('signalbox.presence/closed/1');
    page.subscribe('signalbox.presence/nowhere');
    await until(() => page.errors.length === 2);
    expect(page.errors.map((error) => (error[4] as { error: string }).error)).toEqual([
      'forbidden',
      'no_such_route',
    ]);
  });
});

describe('who is there', () => {
  it('is asked by HTTP and by a call', async () => {
    const page = await wamp1('6');
    page.subscribe('closed/1');
    await page.settle();
    const expected = {
      channel: 'closed/1',
      members: [{ id: '6', since: expect.any(Number), sessions: 1 }],
      users: 1,
      sessions: 1,
    };
    expect(await get('closed/1', KEY)).toEqual({ status: 200, body: expected });
    expect(await page.call('signalbox.presence', 'closed/1')).toEqual(expected);
    expect((await get('closed/1')).status).toBe(401);
    expect((await get('closed/1', 'wrong')).status).toBe(401);
  });
});
