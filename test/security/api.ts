import { KEY } from '../support/server.js';
import type { AttackTopic } from './attack.js';
import { bearer, premise, summary } from './outcomes.js';
import { HASH, HASHED_KEY, SCOPED_KEY } from './scene.js';
import type { HttpAttempt, World } from './world.js';

/** What only back ends may ask for, each with a body that would be right. */
const COMMANDS: readonly (readonly [path: string, body: unknown])[] = [
  ['/api/disconnect', { user: 'nobody-at-all' }],
  ['/api/rights', { user: 'nobody-at-all', roles: ['ROLE_ADMIN'], organizations: [] }],
  ['/api/tickets', { user: '5' }],
];

async function tryAll(world: World, headers: () => Readonly<Record<string, string>>): Promise<string> {
  const answers = [await world.request('/metrics', { headers: headers() })];
  for (const [path, body] of COMMANDS) answers.push(await world.request(path, { headers: headers(), body }));
  return summary(answers);
}

function basic(name: string, key: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${name}:${key}`).toString('base64')}` };
}

function publishing(channel: string, headers: Readonly<Record<string, string>>): HttpAttempt {
  return { headers, body: { channel, payload: 1 } };
}

export const api: AttackTopic = {
  title: 'Keys and the HTTP addresses',
  attacks: [
    {
      id: 'K1',
      attack: 'Publishes, ends sessions, changes rights, makes tickets or reads the metrics without a key',
      ancestor: 'has no such addresses; every WAMP peer is a publisher',
      ours: '401 unauthorized',
      run: async (world) =>
        summary([
          await tryAll(world, () => ({})),
          await world.request('/api/publish', publishing('room/a', {})),
        ]),
    },
    {
      id: 'K2',
      attack: 'Does so with a wrong key, a part of the key, the key in capitals, or an empty one',
      ancestor: '–',
      ours: '401 unauthorized',
      async run(world) {
        const wrong = ['guess', KEY.slice(0, -1), `${KEY}x`, KEY.toUpperCase(), '""', 'undefined'];
        return summary(await Promise.all(wrong.map((key) => tryAll(world, () => bearer(key)))));
      },
    },
    {
      id: 'K3',
      attack: 'Presents the hash of a key, as it stands in the settings',
      ancestor: '–',
      ours: '401 unauthorized',
      run: (world) => tryAll(world, () => bearer(HASH)),
    },
    {
      id: 'K4',
      attack: 'Finds out names of keys: a right key under a wrong name, a wrong key under a right name',
      ancestor: '–',
      ours: '401 unauthorized',
      async run(world) {
        premise(
          (await world.request('/metrics', { headers: basic('hashed', HASHED_KEY) })) === '200',
          'the key is right',
        );
        const attempts = [
          basic('env', HASHED_KEY),
          basic('hashed', 'guess'),
          basic('nobody', HASHED_KEY),
          basic('', ''),
        ];
        return summary(await Promise.all(attempts.map((headers) => tryAll(world, () => headers))));
      },
    },
    {
      id: 'K5',
      attack: 'Presents a key in the address: `?ticket=`, `?token=`, `?key=`',
      ancestor: '–',
      ours: '401 unauthorized / closed: 4500, the ticket is malformed',
      async run(world) {
        const queries = ['ticket', 'token', 'key', 'authorization'].map((name) => `?${name}=${KEY}`);
        const answers = await Promise.all(queries.map((query) => world.request(`/metrics${query}`)));
        return summary([...answers, await world.enter({ query: `?ticket=${KEY}` })]);
      },
    },
    {
      id: 'K6',
      attack: 'A key that is bound to `room/a` publishes elsewhere',
      ancestor: '–',
      ours: '403 forbidden',
      async run(world) {
        const headers = bearer(SCOPED_KEY);
        premise(
          (await world.request('/api/publish', publishing('room/a', headers))) === '200',
          'room/a is its own',
        );
        const others = ['room/b', 'room/a/', 'oro/maintenance', 'open/x', 'room/A'];
        const answers = await Promise.all(
          others.map((channel) => world.request('/api/publish', publishing(channel, headers))),
        );
        return summary(answers.filter((answer) => answer !== '404 no_such_route'));
      },
    },
    {
      id: 'K7',
      attack: 'The same over WebSocket, to publish and to subscribe',
      ancestor: '–',
      ours: 'refused: forbidden',
      async run(world) {
        const page = await world.page(undefined, { headers: { Authorization: `Bearer ${SCOPED_KEY}` } });
        const victim = await world.listener(await world.page(), 'open/x');
        return summary([await world.forge(page, 'open/x', victim), await world.listen(page, 'open/y')]);
      },
    },
    {
      id: 'K8',
      attack: 'A key that is bound to channels ends sessions, changes rights, makes tickets',
      ancestor: '–',
      ours: '403 forbidden',
      run: async (world) =>
        summary(
          await Promise.all(
            COMMANDS.map(([path, body]) => world.request(path, { headers: bearer(SCOPED_KEY), body })),
          ),
        ),
    },
    {
      id: 'K9',
      attack: 'A user does so with a ticket, of an administrator as well',
      ancestor: '–',
      ours: '403 forbidden',
      run: (world) => tryAll(world, () => bearer(world.ticket('5', { roles: ['ROLE_ADMINISTRATOR'] }))),
    },
    {
      id: 'K10',
      attack: 'A user publishes over HTTP where only back ends may',
      ancestor: '–',
      ours: '403 forbidden',
      async run(world) {
        const victim = await world.listener(await world.user('5'), 'room/a');
        const answer = await world.request('/api/publish', publishing('room/a', bearer(world.ticket('6'))));
        await victim.settle();
        premise(
          victim.events('room/a').every((event) => event !== 1),
          'nothing is delivered',
        );
        return answer;
      },
    },
    {
      id: 'K11',
      attack: 'A back end makes a ticket with the role `backend`, or gives it to a user',
      ancestor: '–',
      ours: '400 bad_request',
      run: async (world) =>
        summary([
          await world.request('/api/tickets', {
            headers: bearer(KEY),
            body: { user: '5', roles: ['backend'] },
          }),
          await world.request('/api/rights', {
            headers: bearer(KEY),
            body: { user: '5', roles: ['backend'], organizations: [] },
          }),
        ]),
    },
    {
      id: 'K12',
      attack:
        'A foreign page sends a form to `/api/disconnect` from the browser of an administrator, with their cookies',
      ancestor: '–',
      ours: '401 unauthorized',
      async run(world) {
        const response = await fetch(`${world.server.url}/api/disconnect`, {
          method: 'POST',
          headers: {
            origin: 'https://evil.example',
            'content-type': 'text/plain',
            cookie: `live=${KEY}; ticket=${world.ticket('5')}`,
          },
          body: '{"user":"5"}',
        });
        premise(!response.headers.has('access-control-allow-origin'), 'foreign pages cannot read the answer');
        const { error } = (await response.json()) as { error: { code: string } };
        return `${response.status} ${error.code}`;
      },
    },
    {
      id: 'K13',
      attack:
        'Looks for doors: `/admin/config`, `/debug`, `/api`, `/../signalbox.yml`, `/.signalbox/secrets.json`',
      ancestor: '–',
      ours: '404',
      async run(world) {
        const paths = [
          '/admin/config',
          '/debug',
          '/api',
          '/%2e%2e/signalbox.yml',
          '/.signalbox/secrets.json',
          '/metrics/',
        ];
        const answers = await Promise.all(paths.map((path) => world.request(path)));
        return summary(answers.map((answer) => answer.slice(0, 3)));
      },
    },
  ],
};
