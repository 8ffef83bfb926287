import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSync } from '../../src/client/node.js';
import { autobahnPython } from '../support/autobahn-python.js';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { installed } from '../support/run.js';
import { REPOSITORY, testEnvironment } from '../support/server.js';
import { DEBIAN_PYTHON, stompClients } from '../support/stomp-clients.js';
import { until } from '../support/until.js';
import { useServer } from '../support/use-server.js';

const chromium = findChromium();
const php = installed('php', 'apt-get install php-cli');
const ruby = installed('ruby', 'apt-get install ruby');

const FOLDER = `${REPOSITORY}examples/clients/`;
const server = useServer({ env: { SIGNALBOX_STOMP_PORT: '0', SIGNALBOX_ORIGINS: '*' } });

/** What has arrived in the lobby since the test began. */
async function lobby(): Promise<readonly string[]> {
  const heard: string[] = [];
  const sync = createSync({ url: server().webSocketUrl() });
  onTestFinished(() => sync.close());
  await sync.subscribe('demo/lobby', (said) => void heard.push((said as { text: string }).text));
  await until(() => sync.state === 'open');
  return heard;
}

function start(program: string, ...args: readonly string[]): { output: string; code: number | null } {
  const child = spawn(program, args, { cwd: REPOSITORY, env: testEnvironment() });
  const running: { output: string; code: number | null } = { output: '', code: null };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (running.output += chunk));
  child.once('close', (code) => (running.code = code ?? 0));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  });
  return running;
}

describe('examples/clients', () => {
  const addresses = { webSocket: '', stompWebSocket: '', tcp: '', port: '', http: '' };
  beforeAll(() => {
    const port = String(server().portOf('stomp'));
    Object.assign(addresses, {
      webSocket: server().webSocketUrl(),
      stompWebSocket: `${server().url.replace('http', 'ws')}/stomp`,
      tcp: `tcp://127.0.0.1:${port}`,
      port,
      http: server().url,
    });
  });

  const listeners = [
    ['sync.mjs', 'sync', process.execPath, true, () => [addresses.webSocket]],
    ['autobahn.mjs', 'AutobahnJS', process.execPath, true, () => [addresses.webSocket]],
    ['wampy.mjs', 'wampy', process.execPath, true, () => [addresses.webSocket]],
    ['stompjs.mjs', 'stompjs', process.execPath, true, () => [addresses.stompWebSocket]],
    ['stomp.php', 'php-stomp', 'php', stompClients.php, () => [addresses.tcp]],
    [
      'listen_wamp.py',
      'autobahn-python',
      autobahnPython,
      autobahnPython !== undefined,
      () => [addresses.webSocket],
    ],
    ['listen_stomp.py', 'stomp.py', DEBIAN_PYTHON, stompClients.python, () => ['127.0.0.1', addresses.port]],
    ['stomp.rb', 'Ruby', 'ruby', stompClients.ruby, () => ['127.0.0.1', addresses.port]],
  ] as const;

  for (const [file, name, program = '', isHere, args] of listeners)
    it.skipIf(!isHere)(`${file} hears the lobby, and is heard there`, async () => {
      const heard = await lobby();
      const running = start(program, FOLDER + file, ...args());
      await until(() => heard.includes(`hello from ${name}`) || running.code !== null);
      await until(async () => {
        await server().publish('demo/lobby', { text: 'good evening' });
        return running.output.includes('heard good evening') || running.code !== null;
      });
      expect(running).toMatchObject({ code: null, output: expect.stringContaining('heard good evening') });
      expect(heard[0]).toBe(`hello from ${name}`);
    });

  const publishers = [
    ['publish.mjs', 'fetch', process.execPath, true],
    ['publish.php', 'PHP', 'php', php],
    ['publish.py', 'Python', DEBIAN_PYTHON, true],
    ['publish.rb', 'net/http', 'ruby', ruby],
  ] as const;

  for (const [file, name, program, isHere] of publishers)
    it.skipIf(!isHere)(`${file} is heard in the lobby`, async () => {
      const heard = await lobby();
      const running = start(program, FOLDER + file, addresses.http);
      await until(() => running.code !== null && heard.length > 0);
      expect(running.code, running.output).toBe(0);
      expect(heard).toEqual([`hello from ${name}`]);
    });
});

describe('the pages of examples/clients', () => {
  const open = useBrowser(chromium);

  it.skipIf(chromium === undefined).each(['sync.html', 'eventsource.html'])(
    '%s shows what is said',
    async (file) => {
      const site = createServer((_request, response) => response.end(readFileSync(FOLDER + file)));
      await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void site.close());
      const heard = await lobby();
      const { port } = site.address() as AddressInfo;
      const { page, faults } = await open(`http://127.0.0.1:${port}/?server=${server().url}`);
      await until(async () => {
        await server().publish('demo/lobby', { text: 'good evening' });
        return (await page.locator('li').allTextContents()).includes('good evening');
      });
      if (file === 'sync.html') expect(heard).toContain('hello from sync');
      expect(faults.filter((fault) => !fault.includes('favicon'))).toEqual([]);
    },
  );
});
