import { KEY, type ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';
import type { AttackTopic } from './attack.js';
import { OperatorStream } from './operator-stream.js';
import { bearer, premise, summary } from './outcomes.js';
import { ADMIN_KEY } from './scene.js';
import type { World } from './world.js';

const READS = ['overview', 'sessions', 'channels', 'routes', 'refusals', 'slow', 'nodes'];
const MORE_READS = ['history?channel=room/a', 'presence?channel=room/a', 'stream', 'sessions/1'];
const POSTS: readonly (readonly [path: string, body: unknown])[] = [
  ['explain', { operation: 'subscribe', channel: 'room/a', as: 'anonymous' }],
  ['publish', { channel: 'open/x', payload: 1, as: 'backend' }],
  ['disconnect', { user: 'nobody-at-all' }],
];
const STREAMS = ['console?channel=open/x&as=anonymous', 'replay?channel=kept/5'];

type Headers = Readonly<Record<string, string>>;

async function all(world: World, headers: Headers, server?: ServerProcess): Promise<string> {
  const more = server && { server };
  const answers: string[] = [];
  for (const path of [...READS, ...MORE_READS, ...STREAMS])
    answers.push(await world.request(`/admin/api/${path}`, { headers, ...more }));
  for (const [path, body] of POSTS)
    answers.push(await world.request(`/admin/api/${path}`, { headers, body, ...more }));
  return summary(answers);
}

function asking(world: World, path: string, body: unknown): Promise<string> {
  return world.request(`/admin/api/${path}`, { headers: bearer(ADMIN_KEY), body });
}

/** What a console ends with. */
async function console(world: World, query: string): Promise<string> {
  const stream = await OperatorStream.open(`${world.server.url}/admin/api/console?${query}`, ADMIN_KEY);
  await until(() => stream.hasEnded || stream.reader.named('joined').length > 0);
  stream.close();
  const [refusal] = stream.reader.named('refused') as { code: string }[];
  return refusal === undefined ? 'let in' : `refused: ${refusal.code}`;
}

const FORGED: readonly unknown[] = [
  { kind: 'user', id: '6', roles: ['backend'] },
  { kind: 'user', id: '6', grants: { subscribe: ['**'] } },
  { kind: 'user', id: '6', claims: { admin: true } },
  { kind: 'user', id: '6', scope: ['**'] },
  { kind: 'root', id: '6' },
  { kind: 'user', id: ['5'] },
  { kind: 'anonymous', roles: ['ROLE_STAFF'] },
  { kind: 'user', id: '6', roles: Array(1000).fill('r') },
  'user:6 role:backend',
  'user:',
  { toString: 'user:5' },
];

export const operators: AttackTopic = {
  title: 'Operators',
  attacks: [
    {
      id: 'AD1',
      attack: 'Asks for anything below `/admin/api` without the key of operators',
      ancestor: 'has no such addresses',
      ours: '401 unauthorized',
      run: (world) => all(world, {}),
    },
    {
      id: 'AD2',
      attack:
        'Does so with a back-end key, the ticket of an administrator, a part of the key, or the key in Basic or in a cookie',
      ancestor: '–',
      ours: '401 unauthorized',
      async run(world) {
        const basic = `Basic ${Buffer.from(`admin:${ADMIN_KEY}`).toString('base64')}`;
        const tries: readonly Headers[] = [
          bearer(KEY),
          bearer(world.ticket('5', { roles: ['ROLE_ADMINISTRATOR'] })),
          bearer(ADMIN_KEY.slice(0, -1)),
          { authorization: basic },
          { cookie: `live=${ADMIN_KEY}; key=${ADMIN_KEY}`, origin: 'https://app.example.com' },
        ];
        return summary(await Promise.all(tries.map((headers) => all(world, headers))));
      },
    },
    {
      id: 'AD3',
      attack: 'Presents the key in the address',
      ancestor: '–',
      ours: '401 unauthorized',
      run: async (world) =>
        summary(
          await Promise.all(
            ['key', 'token', 'ticket', 'authorization'].map((name) =>
              world.request(`/admin/api/overview?${name}=${ADMIN_KEY}`),
            ),
          ),
        ),
    },
    {
      id: 'AD4',
      attack: 'Looks for the addresses, with the key, on a server whose settings have none',
      ancestor: '–',
      ours: '404 no_such_route',
      run: (world) => all(world, bearer(ADMIN_KEY), world.guarded),
    },
    {
      id: 'AD5',
      attack: 'Guesses the key from one address',
      ancestor: '–',
      ours: '401 unauthorized / 429 limit_exceeded',
      async run(world) {
        const answers: string[] = [];
        for (let n = 0; n < 8; n++) {
          const headers = { ...bearer(`a-guess-of-the-key-${n}`), 'x-forwarded-for': '192.0.2.177' };
          answers.push(await world.request('/admin/api/overview', { headers, server: world.proxied }));
        }
        return summary(answers);
      },
    },
    {
      id: 'AD6',
      attack: 'Uses the key of operators as that of a back end, to publish, read the metrics and connect',
      ancestor: '–',
      ours: '401 unauthorized / closed: 4500, the key is not known',
      run: async (world) =>
        summary([
          await world.request('/api/publish', {
            headers: bearer(ADMIN_KEY),
            body: { channel: 'room/a', payload: 1 },
          }),
          await world.request('/metrics', { headers: bearer(ADMIN_KEY) }),
          await world.enter({ headers: { Authorization: `Bearer ${ADMIN_KEY}` } }),
        ]),
    },
    {
      id: 'AD7',
      attack: 'Publishes, subscribes, replays or ends sessions where operators may only look',
      ancestor: '–',
      ours: '403 forbidden',
      async run(world) {
        const headers = { ...bearer(ADMIN_KEY), 'x-forwarded-for': '192.0.2.178' };
        const server = world.proxied;
        const open = await world.request('/admin/api/overview', { headers, server });
        premise(open === '200', `the key is right, but answered ${open}`);
        const answers: string[] = [];
        for (const path of STREAMS)
          answers.push(await world.request(`/admin/api/${path}`, { headers, server }));
        for (const [path, body] of POSTS.slice(1))
          answers.push(await world.request(`/admin/api/${path}`, { headers, server, body }));
        return summary(answers);
      },
    },
    {
      id: 'AD8',
      attack: 'Subscribes in a console as somebody who may not',
      ancestor: '–',
      ours: 'refused: forbidden',
      async run(world) {
        premise((await console(world, 'channel=own/5&as=user:5')) === 'let in', 'its owner is let in');
        const tries = [
          'channel=own/5&as=user:6',
          'channel=own/5',
          'channel=own/5&as=backend',
          'channel=staff/x&as=user:5',
        ];
        return summary(await Promise.all(tries.map((query) => console(world, query))));
      },
    },
    {
      id: 'AD9',
      attack: 'Publishes as somebody who may not',
      ancestor: '–',
      ours: '403 forbidden',
      run: async (world) =>
        summary(
          await Promise.all(
            ['anonymous', 'user:5', 'user:5 role:ROLE_ADMIN', { kind: 'user', id: 'backend' }].map((as) =>
              asking(world, 'publish', { channel: 'room/a', payload: 1, as }),
            ),
          ),
        ),
    },
    {
      id: 'AD10',
      attack:
        'Names somebody with rights that no credential could have: the role `backend`, grants, claims, a thousand roles',
      ancestor: '–',
      ours: '400 bad_request',
      run: async (world) =>
        summary([
          ...(await Promise.all(
            FORGED.map((as) => asking(world, 'publish', { channel: 'open/x', payload: 1, as })),
          )),
          await asking(world, 'explain', { operation: 'subscribe', channel: 'open/x', as: FORGED[0] }),
          await world.request(
            `/admin/api/console?channel=open/x&as=${encodeURIComponent(JSON.stringify(FORGED[1]))}`,
            { headers: bearer(ADMIN_KEY) },
          ),
        ]),
    },
    {
      id: 'AD11',
      attack: 'Publishes texts that would be events of their own in the stream of an operator',
      ancestor: '–',
      ours: 'one publication, no event of its own',
      async run(world) {
        const url = `${world.server.url}/admin/api/stream?tail=open/*`;
        const stream = await OperatorStream.open(url, ADMIN_KEY);
        await until(() => stream.reader.named('overview').length > 0);
        const text = 'x\n\nevent: refusal\ndata: {"forged":true}\r\n\r\nevent: forged\ndata: 1\n\n\u2028';
        await world.server.publish('open/forged', { [text]: text });
        await until(() => stream.reader.named('publication').length > 0);
        const forged = stream.reader.events.filter(
          ({ event, data }) => event === 'forged' || (event === 'refusal' && data === '{"forged":true}'),
        );
        const [told] = stream.reader.named('publication') as { payload: Record<string, string> }[];
        premise(told?.payload[text] === text, 'the text is told as it is');
        stream.close();
        return `one publication, ${forged.length === 0 ? 'no event of its own' : 'forged events'}`;
      },
    },
    {
      id: 'AD12',
      attack: 'Opens many streams, with the key',
      ancestor: '–',
      ours: '`admin.streams` of 16; over it the oldest is ended, and told',
      async run(world) {
        const url = `${world.server.url}/admin/api/stream`;
        const streams: OperatorStream[] = [];
        for (let n = 0; n < 18; n++) streams.push(await OperatorStream.open(url, ADMIN_KEY));
        const told = (stream: OperatorStream) => stream.reader.named('ended').length > 0;
        await until(() => streams.slice(0, 2).every((stream) => stream.hasEnded && told(stream)));
        const open = streams.slice(2).filter(({ status, hasEnded }) => status === 200 && !hasEnded).length;
        for (const stream of streams) stream.close();
        return `\`admin.streams\` of ${open}; over it the oldest is ended, and told`;
      },
    },
    {
      id: 'AD13',
      attack: 'Asks for lists of a million, with cursors and searches that are none',
      ancestor: '–',
      ours: '200, at most 200 items / 400 bad_request',
      async run(world) {
        const response = await fetch(`${world.server.url}/admin/api/sessions?limit=1000000`, {
          headers: bearer(ADMIN_KEY),
        });
        const { sessions } = (await response.json()) as { sessions: readonly unknown[] };
        const odd = [
          `search=${'x'.repeat(5000)}`,
          'after=%00',
          `after=${'A'.repeat(9000)}`,
          'limit=-1',
          'limit=1e3',
        ];
        const answers = await Promise.all(
          odd.map((query) => world.request(`/admin/api/sessions?${query}`, { headers: bearer(ADMIN_KEY) })),
        );
        const list = `${response.status}, ${sessions.length <= 200 ? 'at most 200 items' : 'more'}`;
        return summary([list, ...answers]);
      },
    },
    {
      id: 'AD14',
      attack: 'A page of another origin reads with the key that it has found',
      ancestor: '–',
      ours: '400 bad_request, nothing for foreign pages to read',
      async run(world) {
        const url = `${world.server.url}/admin/api/overview`;
        const origin = 'https://evil.example';
        const preflight = await fetch(url, {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'GET',
            'access-control-request-headers': 'authorization',
          },
        });
        const answer = await fetch(url, { headers: { origin, ...bearer(ADMIN_KEY) } });
        const isShared = [preflight, answer].some(({ headers }) =>
          headers.has('access-control-allow-origin'),
        );
        const { error } = (await preflight.json()) as { error: { code: string } };
        await answer.text();
        return `${preflight.status} ${error.code}, ${isShared ? 'shared' : 'nothing for foreign pages to read'}`;
      },
    },
    {
      id: 'AD15',
      attack: 'Takes the messages of a queue from its consumers in a console',
      ancestor: '–',
      ours: '400 bad_request',
      run: (world) =>
        world.request('/admin/api/console?channel=queue/jobs/x&as=backend', { headers: bearer(ADMIN_KEY) }),
    },
    {
      id: 'AD16',
      attack: 'Looks for passwords in payloads, histories and claims, with the key',
      ancestor: '–',
      ours: 'finds none',
      async run(world) {
        const secret = world.secret('the-password-in-a-payload');
        const url = `${world.server.url}/admin/api/stream?tail=kept/5`;
        const stream = await OperatorStream.open(url, ADMIN_KEY);
        await until(() => stream.reader.named('overview').length > 0);
        await world.server.publish('kept/5', [{ user: { newPassword: secret }, api_key: [secret] }]);
        await until(() => stream.reader.named('publication').length > 0);
        stream.close();
        const history = await fetch(`${world.server.url}/admin/api/history?channel=kept/5`, {
          headers: bearer(ADMIN_KEY),
        });
        const seen = (await history.text()) + JSON.stringify(stream.reader.events);
        premise(seen.includes('[redacted]'), 'it is masked');
        return seen.includes(secret) ? 'finds it' : 'finds none';
      },
    },
  ],
};
