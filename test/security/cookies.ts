import type { AttackTopic } from './attack.js';
import { token } from './forging.js';
import { premise, summary } from './outcomes.js';
import { mark } from './scene.js';
import type { World } from './world.js';

/** Cookies that say who user 5 is, each by itself. */
const cookiesOf = (world: World) => [
  'PHPSESSID=good',
  `live=${world.ticket('5')}`,
  `live=${world.secret(token())}`,
];

/** Who a peer with these headers is. */
async function become(world: World, headers: Readonly<Record<string, string | undefined>>): Promise<string> {
  const page = await world.page(undefined, { headers });
  const { kind, id } = (await page.call('signalbox.identity')) as { kind: string; id: string | null };
  return id === null ? `is ${kind}` : `is ${kind} ${id}`;
}

function comeWith(world: World, Origin: string): Promise<string> {
  const all = cookiesOf(world).map((Cookie) => world.enter({ headers: { Origin, Cookie } }));
  return Promise.all(all).then(summary);
}

export const cookies: AttackTopic = {
  title: 'Cookies, and the application that is asked',
  attacks: [
    {
      id: 'B1',
      attack: 'A foreign page connects in the browser of a user, which sends the cookies along',
      ancestor: 'shares PHP sessions by cookie; Gos leaves `origin_check` off, OroPlatform sets it',
      ours: '403 forbidden',
      async run(world) {
        const Origin = world.server.url;
        for (const Cookie of cookiesOf(world)) {
          premise((await become(world, { Origin, Cookie })) === 'is user 5', 'the own page is let in');
        }
        const origins = ['https://evil.example', 'null', 'https://app.example.com.evil', 'http://localhost'];
        return summary(await Promise.all(origins.map((origin) => comeWith(world, origin))));
      },
    },
    {
      id: 'B2',
      attack: 'The same without an `Origin`',
      ancestor: 'answers 403 where `origin_check` is set',
      ours: 'is anonymous',
      async run(world) {
        const all = cookiesOf(world).map((Cookie) => become(world, { Cookie, Origin: undefined }));
        return summary(await Promise.all(all));
      },
    },
    {
      id: 'B3',
      attack: 'The same over HTTP: publishes, ends sessions, makes tickets by a cookie',
      ancestor: '–',
      ours: '401 unauthorized',
      async run(world) {
        const bodies = {
          '/api/publish': { channel: 'open/x', payload: 1 },
          '/api/disconnect': { user: '5' },
          '/api/tickets': { user: '5' },
        };
        const requests = Object.entries(bodies).flatMap(([path, body]) =>
          cookiesOf(world).map((cookie) => {
            const headers = { cookie, origin: world.server.url };
            return world.request(path, { headers, body });
          }),
        );
        return summary(await Promise.all(requests));
      },
    },
    {
      id: 'B4',
      attack: 'Presents a cookie that the application does not know, or a used ticket as cookie',
      ancestor: 'lets it in as nobody',
      ours: 'closed: 4500, the application does not know who this is / closed: 4500, the ticket was used already',
      async run(world) {
        const Origin = world.server.url;
        const ticket = world.ticket('5');
        premise((await world.present(ticket)) === 'let in', 'the ticket is good once');
        const cookies = ['PHPSESSID=guess', `live=${ticket}`];
        return summary(
          await Promise.all(cookies.map((Cookie) => world.enter({ headers: { Origin, Cookie } }))),
        );
      },
    },
    {
      id: 'B5',
      attack:
        'Comes while the application fails, or answers what cannot be understood, to be taken for a visitor',
      ancestor: 'lets it in as nobody',
      ours: '503 unavailable',
      async run(world) {
        const Origin = world.server.url;
        const sessions = ['broken', 'odd', 'nobody', 'backend'];
        const all = sessions.map((id) => world.enter({ headers: { Origin, Cookie: `PHPSESSID=${id}` } }));
        return summary(await Promise.all(all));
      },
    },
    {
      id: 'B6',
      attack: 'Has a wrong ticket beside the right cookie',
      ancestor: '–',
      ours: 'closed: 4500, the ticket is malformed',
      run: (world) =>
        world.enter({
          query: '?ticket=wrong',
          headers: { Origin: world.server.url, Cookie: 'PHPSESSID=good' },
        }),
    },
    {
      id: 'B7',
      attack: 'Shows the application headers and cookies that only a proxy may set, such as `X-Remote-User`',
      ancestor: '–',
      ours: 'is user 5, and the application is not shown them',
      async run(world) {
        const text = mark();
        const who = await become(world, {
          Origin: world.server.url,
          Cookie: `PHPSESSID=good; admin=${text}`,
          'X-Remote-User': text,
          'X-Forwarded-User': text,
          'X-Forwarded-For': `${text}, 203.0.113.1`,
          Authorization: undefined,
        });
        const seen = JSON.stringify(world.application.requests.at(-1)?.headers);
        premise(seen.includes('PHPSESSID=good'), 'the application was asked');
        return `${who}, and the application is ${/mark-|203\.0/.test(seen) ? 'shown' : 'not shown'} them`;
      },
    },
  ],
};
