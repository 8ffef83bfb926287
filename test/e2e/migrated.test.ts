import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createServer, type RunningServer } from '../../src/app/server.js';
import { createSync } from '../../src/client/node.js';
import { cli } from '../support/cli.js';
import { testFolder } from '../support/folder.js';
import { ORO_COMMERCE } from '../support/oro-commerce.js';
import { installed, run } from '../support/run.js';
import { KEY, SECRET } from '../support/server.js';
import { until } from '../support/until.js';

const php = installed('php', 'apt-get install php-cli');

// The first command of a process loads the built-in handlers, which takes long where nothing is cached yet.
beforeAll(async () => void (await cli(['routes'])), 180_000);

async function migrated(): Promise<RunningServer> {
  const out = `${testFolder()}/live`;
  expect(await cli(['migrate', 'gos', testFolder(ORO_COMMERCE), '--out', out])).toMatchObject({ code: 0 });
  const server = await createServer({
    config: `${out}/signalbox.yml`,
    flags: { 'listen.host': '127.0.0.1', 'listen.port': '0', 'log.level': 'silent', 'limits.drain': '50ms' },
    env: { SIGNALBOX_API_KEY: KEY, SIGNALBOX_SECRET: SECRET },
  });
  onTestFinished(() => server.close());
  return server;
}

/** A page as OroSyncBundle's `Wamp` connects it: WAMP v1, and a ticket that PHP makes for each attempt. */
function pageOf(server: RunningServer, user: string) {
  const ticket = async () => {
    const { stdout } = await run('php', ['examples/php-ticket/ticket.php', user, '1'], {
      env: { SIGNALBOX_SECRET: SECRET },
    });
    return stdout.trim();
  };
  const page = createSync({ url: `${server.url.replace('http', 'ws')}/ws`, protocol: 'wamp', ticket });
  onTestFinished(() => page.close());
  const heard: unknown[] = [];
  const refused: unknown[] = [];
  page.on('error', ({ code, channel }) => void refused.push([code, channel]));
  return {
    page,
    heard,
    refused,
    hear: (channel: string) => page.subscribe(channel, (payload) => void heard.push(payload)),
  };
}

describe.skipIf(!php)('an application of OroCommerce that was taken over', { timeout: 60_000 }, () => {
  it('tells its pages what its PHP code publishes, and each user only what is his', async () => {
    const server = await migrated();
    const [ann, ben] = [pageOf(server, '5'), pageOf(server, '6')];
    for (const { hear } of [ann, ben]) {
      hear('acme/order/5');
      hear('oro/data/update');
    }
    const publish = (channel: string, payload: unknown) =>
      run('php', ['examples/php-publish/publish.php', channel, JSON.stringify(payload)], {
        env: { SIGNALBOX_URL: server.url, SIGNALBOX_API_KEY: KEY },
      });
    await until(() => ben.refused.length > 0 && ann.page.state === 'open');
    expect(await publish('acme/order/5', { changed: true })).toMatchObject({ code: 0, stderr: '' });
    expect(await publish('oro/data/update', [{ username: null, tagname: 'Acme_Order_5' }])).toMatchObject({
      code: 0,
    });
    await until(() => ann.heard.length === 2 && ben.heard.length === 1);
    expect(ann.heard).toEqual([{ changed: true }, [{ username: null, tagname: 'Acme_Order_5' }]]);
    expect(ann.refused).toEqual([]);
    expect(ben.heard).toEqual([[{ username: null, tagname: 'Acme_Order_5' }]]);
    expect(ben.refused).toEqual([['forbidden', 'acme/order/5']]);
  });
});
