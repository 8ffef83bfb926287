import { describe, expect, it } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { makeFolder } from '../support/folder.js';
import { StreamClient } from '../support/stream-client.js';
import { eventually, until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const KEY = 'the-key-of-operators-for-tests';

const folder = makeFolder({
  'signalbox.yml': `
routing: [routes.yml]
auth: { secret: { env: SIGNALBOX_SECRET } }
admin: { mode: full, redact: [password] }
wamp: { realms: [second] }
`,
  'routes.yml': `
news: { channel: "news/{name}", handler: broadcast, access: { subscribe: anyone, publish: user }, history: { size: 10 } }
own: { channel: "own/{user_id}", handler: broadcast, access: { subscribe: owner, publish: backend } }
room: { channel: "room/{name}", handler: broadcast, access: { subscribe: anyone, publish: anyone }, presence: true }
shop: { channel: "shop/{name}", handler: broadcast, access: { subscribe: anyone, publish: "payload.price < 100" }, payload: { schema: shop.json } }
jobs: { channel: "jobs", handler: broadcast, access: { subscribe: anyone, publish: anyone }, delivery: queue }
`,
  'shop.json': JSON.stringify({
    title: 'a price',
    type: 'object',
    properties: { price: { type: 'number' } },
    required: ['price'],
  }),
});

const server = useServer({ config: `${folder}/signalbox.yml`, env: { SIGNALBOX_ADMIN_KEY: KEY } });
const headers = { authorization: `Bearer ${KEY}` };

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at by their tests.
type Answer = any;

async function get(path: string): Promise<Answer> {
  const response = await fetch(`${server().url}/admin/api/${path}`, { headers });
  return response.json();
}

async function post(path: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${server().url}/admin/api/${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

async function page(user: string, ...channels: string[]): Promise<Autobahn> {
  const found = await Autobahn.connect(server().webSocketUrl(user));
  for (const channel of channels) found.subscribe(channel);
  await found.settle();
  return found;
}

function stream(query: string): Promise<StreamClient> {
  return StreamClient.open(`${server().url}/admin/api/${query}`, headers);
}

describe('operators', () => {
  it('see how the node is, and its figures second by second', async () => {
    const own = await page('ann', 'room/a');
    const overview = await get('overview');
    expect(overview).toMatchObject({
      node: { pid: server().pid, urls: [server().url], version: expect.any(String) },
      mode: 'full',
      figures: { slow: 0, gaps: 0 },
      table: { routes: 5, hash: expect.stringMatching(/^[0-9a-f]{16}$/) },
      broker: { kind: 'memory', ready: true },
      series: { step: 1000, names: expect.arrayContaining(['publications', 'cpu']) },
    });
    expect(overview.figures.sessions).toBeGreaterThan(0);
    expect(overview.protocols).toContainEqual({
      protocol: 'wamp1',
      transport: 'websocket',
      sessions: expect.any(Number),
    });
    await until(async () => (await get('overview')).series.rows.length > 0);
    own.socket.destroy();
  });

  it('find sessions, and see all that one is subscribed to', async () => {
    const own = await page('findable-user', 'room/a', 'news/b');
    const { sessions, total } = await get('sessions?search=FINDABLE');
    expect(total).toBe(1);
    expect(sessions[0]).toMatchObject({
      protocol: 'wamp1',
      transport: 'websocket',
      principal: { kind: 'user', id: 'findable-user' },
      subscriptions: 2,
      realm: 'realm1',
    });
    const one = await get(`sessions/${sessions[0].id}`);
    expect(one.subscriptions).toEqual([
      { channel: 'room/a', match: 'exact', route: 'room' },
      { channel: 'news/b', match: 'exact', route: 'news' },
    ]);
    expect(await get('sessions?protocol=stomp')).toMatchObject({ sessions: [], total: 0 });
    expect((await get('sessions/1234')).error.code).toBe('no_such_session');
    own.socket.destroy();
  });

  it('page through channels in any order, each once', async () => {
    const names = Array.from({ length: 7 }, (_, n) => `room/paged-${n}`);
    const peers = [await page('p1', ...names), await page('p2', ...names.slice(0, 3))];
    for (const sort of ['name', 'subscribers', 'rate']) {
      const found: string[] = [];
      for (let after = ''; ; ) {
        const answer = await get(`channels?search=paged&sort=${sort}&limit=2&after=${after}`);
        expect(answer.total).toBe(7);
        found.push(...answer.channels.map(({ channel }: { channel: string }) => channel));
        if (answer.next === undefined) break;
        after = answer.next;
      }
      expect(found).toHaveLength(7);
      expect(new Set(found)).toEqual(new Set(names));
      if (sort === 'subscribers') expect(found.slice(0, 3)).toEqual(names.slice(0, 3));
    }
    for (const peer of peers) peer.socket.destroy();
  });

  it('see routes with what has happened on them', async () => {
    await post('publish', { channel: 'room/x', payload: 1, as: 'anonymous' });
    const { routes } = await get('routes');
    expect(routes.map(({ name }: { name: string }) => name)).toEqual(['news', 'own', 'room', 'shop', 'jobs']);
    expect(routes[0]).toMatchObject({
      traits: ['history 10'],
      file: expect.stringContaining('routes.yml'),
      line: 2,
    });
    expect(routes[2].publications).toBeGreaterThan(0);
    expect(routes[2].traits).toEqual(['presence']);
  });

  it('see who was refused, and why', async () => {
    const own = await page('ann', 'own/ben');
    await eventually(async () => {
      const { refusals } = await get('refusals');
      const refusal = refusals.find(({ route }: { route?: string }) => route === 'own');
      expect(refusal).toMatchObject({
        code: 'forbidden',
        operation: 'subscribe',
        channel: 'own/ben',
        route: 'own',
        principal: { id: 'ann' },
        times: 1,
      });
      expect(refusal.decided).toContain('  user: ann');
    });
    expect(await get('slow')).toEqual({ slow: [] });
    own.socket.destroy();
  });

  it('explain what the command explains, in its words', async () => {
    const answer = await post('explain', { operation: 'subscribe', channel: 'own/5', as: 'user:6' });
    expect(answer.allowed).toBe(false);
    expect(answer.lines).toContain('as user 6');
    expect(answer.lines.at(-1)).toBe('REFUSED');
  });

  it('explain what a rule and a schema say of a payload', async () => {
    const wish = { operation: 'publish', channel: 'shop/a', as: 'user:6' };
    expect(await post('explain', { ...wish, payload: { price: 5 } })).toMatchObject({ allowed: true });
    expect(await post('explain', { ...wish, payload: { price: 500 } })).toMatchObject({ allowed: false });
    const { allowed, lines } = await post('explain', { ...wish, payload: { price: 'cheap' } });
    expect(allowed).toBe(false);
    expect(lines.join('\n')).toContain('the payload is not what route shop takes: /price');
  });

  it('explain in a realm that there is', async () => {
    const wish = { operation: 'subscribe', channel: 'room/a', as: 'anonymous' };
    expect(await post('explain', { ...wish, realm: 'second' })).toMatchObject({ allowed: true });
    expect(await post('explain', { ...wish, realm: 'third' })).toMatchObject({
      error: { code: 'bad_request', message: 'there is no realm third' },
    });
  });

  it('read histories and presence, masked', async () => {
    await post('publish', { channel: 'news/h', payload: { a: 1, password: 'x' }, as: 'user:5' });
    await post('publish', { channel: 'news/h', payload: 2, as: 'user:5' });
    const { publications } = await get('history?channel=news/h');
    expect(publications).toMatchObject([
      { offset: 1, payload: { a: 1, password: '[redacted]' }, size: 22 },
      { offset: 2, payload: 2 },
    ]);
    expect((await get('history?channel=news/h&since=1')).publications).toHaveLength(1);
    const own = await page('ann', 'room/p');
    expect(await get('presence?channel=room/p')).toMatchObject({ channel: 'room/p', users: 1, sessions: 1 });
    own.socket.destroy();
  });

  it('watch a channel: at most 50 publications a second, and how many were left out', async () => {
    const watched = await stream('stream?tail=room/tailed');
    const own = await page('ann', 'room/tailed');
    for (let n = 0; n < 80; n++) own.publish('room/tailed', n);
    own.publish('room/other', 1);
    await until(() => watched.reader.named('dropped').length > 0);
    const told = watched.reader.named('publication') as { channel: string; deliveries: number }[];
    const left = watched.reader.named('dropped') as { count: number }[];
    expect(told.length + left.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(80);
    expect(told[0]).toMatchObject({ channel: 'room/tailed', route: 'room', deliveries: 1, payload: 0 });
    expect(watched.reader.named('overview').length).toBeGreaterThan(0);
    watched.close();
    own.socket.destroy();
  });

  it('subscribe as somebody, under all rules', async () => {
    const own = await stream('console?channel=own/5&as=user:5');
    await until(() => own.reader.named('joined').length > 0);
    await server().publish('own/5', 'for you');
    await until(() => own.reader.named('publication').length > 0);
    expect(own.reader.named('publication')[0]).toMatchObject({ channel: 'own/5', payload: 'for you' });
    const other = await stream('console?channel=own/5&as=user:6');
    await until(() => other.hasEnded);
    expect(other.reader.named('refused')).toMatchObject([{ code: 'forbidden' }]);
    const { sessions } = await get('sessions?protocol=admin');
    expect(sessions).toHaveLength(1);
    expect(await post('disconnect', { session: sessions[0].id, reason: 'enough' })).toEqual({
      disconnected: 1,
    });
    await until(() => own.hasEnded);
    expect(own.reader.named('ended')).toMatchObject([{ reason: 'enough' }]);
  });

  it('subscribe where somebody was before, and get what was missed', async () => {
    for (const n of [1, 2]) await post('publish', { channel: 'news/r', payload: n, as: 'user:5' });
    const { publications } = await get('history?channel=news/r');
    const again = await stream(`console?channel=news/r&as=anonymous&since=${publications[0].position}`);
    await until(() => again.reader.named('publication').length > 0);
    expect(again.reader.named('joined')).toMatchObject([{ recovered: true }]);
    expect(again.reader.named('publication')).toMatchObject([{ payload: 2 }]);
    again.close();
    await until(async () => (await get('sessions?protocol=admin')).total === 0);
  });

  it('replay a history, and nobody else hears of it', async () => {
    for (const n of [1, 2, 3]) await post('publish', { channel: 'news/replay', payload: n, as: 'user:5' });
    const own = await page('ann', 'news/replay');
    const replay = await stream('replay?channel=news/replay&speed=max&from=2');
    await until(() => replay.hasEnded);
    expect(replay.reader.events.map(({ event }) => event)).toEqual([
      'replaying',
      'publication',
      'publication',
      'ended',
    ]);
    expect(replay.reader.named('publication')).toMatchObject([{ payload: 2 }, { payload: 3 }]);
    await own.settle();
    expect(own.events('news/replay')).toEqual([]);
    own.socket.destroy();
  });

  it('see who was too slow', async () => {
    const slow = await page('too-slow', 'room/flood');
    slow.socket.socket.pause();
    const payload = 'x'.repeat(60_000);
    for (let n = 0; n < 400 && (await get('slow')).slow.every(({ code }: Answer) => code !== 4008); n += 20)
      await Promise.all(Array.from({ length: 20 }, () => server().publish('room/flood', payload)));
    const { slow: found } = await get('slow');
    expect(found.find(({ code }: Answer) => code === 4008)).toMatchObject({
      principal: { kind: 'user', id: 'too-slow' },
      time: expect.stringMatching(/^2\d{3}-/),
    });
    expect((await get('overview')).figures.slow).toBe(1);
    slow.socket.destroy();
  });

  it('have what they do in the log', async () => {
    await post('publish', { channel: 'room/logged', payload: { password: 'x' }, as: 'user:5 role:ADMIN' });
    await until(() => server().stderr.includes('"channel":"room/logged"'));
    const line =
      server()
        .stderr.split('\n')
        .find((one) => one.includes('room/logged')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      msg: 'operator',
      action: 'publish',
      as: 'user 5 with role ADMIN',
      remoteAddress: '127.0.0.1',
    });
    expect(server().stderr).not.toContain(KEY);
  });
});
