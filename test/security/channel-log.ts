import { KEY } from '../support/server.js';
import type { AttackTopic } from './attack.js';
import { bearer, premise, summary } from './outcomes.js';
import { mark } from './scene.js';
import type { World } from './world.js';

const INJECTIONS = [
  `'; DROP TABLE log; --`,
  `' OR '1'='1`,
  '" OR "',
  'text:x OR channel:x',
  'NEAR(',
  '*',
  '"*',
  ')',
  'x\0y',
  '\\',
  `${'('.repeat(200)}`,
  'a '.repeat(120),
];

interface Page {
  readonly messages?: readonly unknown[];
  readonly error?: { readonly code: string };
}

/** What user 5 finds; of an error its status and code. */
async function search(world: World, query: string): Promise<string> {
  const headers = bearer(world.ticket('5'));
  const response = await fetch(`${world.server.url}/api/log?${query}`, { headers });
  const { messages, error } = (await response.json()) as Page;
  if (error !== undefined) return `${response.status} ${error.code}`;
  return messages?.length === 0 ? 'finds none' : `finds ${messages?.length}`;
}

async function all(world: World, queries: readonly string[]): Promise<string> {
  const results: string[] = [];
  for (const query of queries) results.push(await search(world, query));
  return summary(results);
}

/** A channel on which somebody has said something. */
async function said(world: World, count = 1): Promise<string> {
  const channel = `said/${mark()}`;
  const messages = Array.from({ length: count }, (_, i) => ({ channel, payload: `word ${i}` }));
  for (const { payload } of messages)
    premise((await world.server.publish(channel, payload)).ok, 'it is kept');
  return channel;
}

export const channelLog: AttackTopic = {
  title: 'The log of channels',
  attacks: [
    {
      id: 'R1',
      attack: 'Searches without a credential, or with a wrong one',
      ancestor: '–',
      ours: '401 unauthorized',
      async run(world) {
        const path = `/api/log?channel=${await said(world)}`;
        return summary([
          await world.request(path),
          await world.request(path, { headers: bearer('nonsense') }),
          await world.request(path, { headers: bearer(KEY.slice(0, -1)) }),
        ]);
      },
    },
    {
      id: 'R2',
      attack: 'User 5 reads what was said to user 6: alone, beside its own, in another spelling',
      ancestor: '–',
      ours: '403 forbidden / 404 no_such_route',
      async run(world) {
        await world.server.publish('diary/6', 'for 6 alone');
        premise((await search(world, 'channel=diary/5')) === 'finds none', 'user 5 reads its own');
        return all(world, [
          'channel=diary/6',
          'channel=diary/5&channel=diary/6',
          'channel=diary/6&q=for',
          'channel=diary/06',
          'channel=diary.6',
        ]);
      },
    },
    {
      id: 'R3',
      attack: 'Asks for patterns: `diary/*`, `said/%`, `said/#`, `**`',
      ancestor: '–',
      ours: '403 forbidden / finds none / 404 no_such_route',
      run: (world) => all(world, ['channel=diary/*', 'channel=said/%25', 'channel=said/%23', 'channel=**']),
    },
    {
      id: 'R4',
      attack: 'Writes SQL and operators of the search into `q`, quotes, brackets and NUL',
      ancestor: '–',
      ours: 'finds none, and what was said is there',
      async run(world) {
        const channel = await said(world);
        const result = await all(
          world,
          INJECTIONS.map((text) => `channel=${channel}&q=zz${encodeURIComponent(text)}`),
        );
        const there = (await search(world, `channel=${channel}&q=wor`)) === 'finds 1';
        return `${result}, ${there ? 'and what was said is there' : 'and the log is broken'}`;
      },
    },
    {
      id: 'R5',
      attack: 'Asks for 10^15 lines, negative ones, 21 channels, 300 characters, times that are none',
      ancestor: '–',
      ours: 'finds 3 / 400 bad_request',
      async run(world) {
        const channel = `channel=${await said(world, 3)}`;
        return all(world, [
          `${channel}&limit=999999999999999`,
          `${channel}&limit=-1`,
          Array.from({ length: 21 }, (_, i) => `channel=said/${i}`).join('&'),
          `${channel}&q=${'x'.repeat(300)}`,
          `${channel}&from=yesterday`,
          `${channel}&before=1e99`,
        ]);
      },
    },
    {
      id: 'R6',
      attack: 'Searches more often at once than `limits.log_searches`, for what is everywhere',
      ancestor: '–',
      ours: 'finds 3 / 429 limit_exceeded, and what is said meanwhile is delivered',
      async run(world) {
        const channel = await said(world, 3);
        const searches = Promise.all(
          Array.from({ length: 400 }, () => search(world, `channel=${channel}&q=w`)),
        );
        const page = await world.session();
        await page.subscribe(channel);
        const text = mark();
        await page.publish(channel, text, { exclude_me: false });
        const results = (await searches).sort();
        return `${summary(results.reverse())}, and what is said meanwhile is ${(await page.heard(text)) ? '' : 'not '}delivered`;
      },
    },
  ],
};
