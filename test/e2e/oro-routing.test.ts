import { existsSync, readdirSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Autobahn } from '../support/autobahn.js';
import { cli } from '../support/cli.js';
import { makeFolder, testFolder } from '../support/folder.js';
import { ORO_TOPICS } from '../support/oro-topics.js';
import { REPOSITORY, ServerProcess } from '../support/server.js';
import { until } from '../support/until.js';

/** The routing files of OroPlatform's bundles, unchanged, one for each bundle. */
const FIXTURES = `${REPOSITORY}../shared/fixtures/oro-routing`;
const present = existsSync(FIXTURES);
if (!present) console.log(`skipped OroPlatform's own routing files: there is no folder ${FIXTURES}`);

const CHANNELS = [
  'oro/attribute_import/{user_id}/{config_model_id}',
  'oro/conversation_event/{user_id}/{organization_id}',
  'oro/data/update',
  'oro/email_event/{user_id}/{organization_id}',
  'oro/imap_sync_fail/{user_id}',
  'oro/maintenance',
  'oro/message_queue_heartbeat',
  'oro/outdated_user_page',
  'oro/ping',
  'oro/reminder_remind/{user_id}',
];

interface ListedRoute {
  readonly name: string;
  readonly pattern: string;
  readonly source: unknown;
}

async function list(config: string): Promise<ListedRoute[]> {
  const { code, stdout, stderr } = await cli(['routes', '--json', '--config', config]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as ListedRoute[]).sort((a, b) => a.pattern.localeCompare(b.pattern));
}

describe.skipIf(!present)("OroPlatform's own routing files", () => {
  let folder: string;
  let config: string;

  beforeAll(() => {
    const settings = `routing: ${FIXTURES}\ntopics:${ORO_TOPICS}access: { subscribe: anyone, publish: backend }\n`;
    folder = makeFolder({ 'signalbox.yml': settings });
    config = `${folder}/signalbox.yml`;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are eight, load unchanged without any code, and give ten routes', async () => {
    expect(readdirSync(FIXTURES).filter((name) => name.endsWith('.yml'))).toHaveLength(8);
    const routes = await list(config);
    expect(routes.map(({ pattern }) => pattern)).toEqual(CHANNELS);
  });

  it('have nothing to report', async () => {
    const { code, stdout } = await cli(['check', '--config', config]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '10 routes, nothing to report\n' });
  });

  it('give the same routes as this repository has', async () => {
    const own = (await list(`${REPOSITORY}signalbox.yml`)).filter(({ pattern }) =>
      pattern.startsWith('oro/'),
    );
    const essence = ({ source, ...route }: ListedRoute) => route;
    expect(own.map(essence)).toEqual((await list(config)).map(essence));
  });

  it('serve', async () => {
    const server = await ServerProcess.start({ config });
    try {
      const page = await Autobahn.connect(server.webSocketUrl('5', ['7']));
      page.subscribe('oro/email_event/5/7');
      page.subscribe('oro/maintenance');
      await page.settle();
      await server.publish('oro/maintenance', { isOn: true, userId: null });
      await server.publish('oro/email_event/5/7', { hasNewEmail: true });
      await until(() => page.of(8).length === 2);
      expect(page.of(8)).toEqual([
        [8, 'oro/maintenance', { isOn: true, userId: null }],
        [8, 'oro/email_event/5/7', { hasNewEmail: true }],
      ]);
      page.socket.destroy();
    } finally {
      await server.stop();
    }
  });
});

describe('the routes of this repository', () => {
  it('are the ten of OroPlatform, the chat, and a few to try things out', async () => {
    const routes = await list(`${REPOSITORY}signalbox.yml`);
    expect(routes.map(({ pattern }) => pattern).toSorted()).toEqual(
      [
        'chat/room/{room}',
        'chat/rooms',
        'chat/user/{user_id}',
        'chat/announcements',
        'demo/{room}',
        'demo/readings/{sensor}',
        'demo/procedures/{name}',
        'queue/{name}',
        'test{name}',
        ...CHANNELS,
      ].toSorted(),
    );
  });

  it('load from a file of their own with the handler map alone', async () => {
    const folder = testFolder({
      'signalbox.yml': `routing: ${REPOSITORY}routing/oro.yml\ntopics:${ORO_TOPICS}`,
    });
    expect((await list(`${folder}/signalbox.yml`)).map(({ pattern }) => pattern)).toEqual(CHANNELS);
  });
});
