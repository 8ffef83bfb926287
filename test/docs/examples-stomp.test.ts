import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useBrowser } from '../support/browser.js';
import { findChromium } from '../support/chromium.js';
import { REPOSITORY, ServerProcess, testEnvironment } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';

const EXTENSION = "exit(extension_loaded('Stomp') ? 0 : 1);";
const php = spawnSync('php', ['-v']).status === 0;
const phpStomp = php && spawnSync('php', ['-r', EXTENSION]).status === 0;
if (!php)
  console.log('skipped examples/sales-dashboard/*.php: there is no php here (apt-get install php-cli)');
else if (!phpStomp) console.log('skipped examples/sales-dashboard/sale.php: apt-get install php-stomp');

const chromium = findChromium();
const run = promisify(execFile);
const IN_REPOSITORY = { cwd: REPOSITORY, env: testEnvironment({ SIGNALBOX_LIMITS_DRAIN: '100ms' }) };
const SHOP = { login: 'shop', passcode: 'secret-of-the-shop', 'accept-version': '1.2' };

it('examples/telnet prints the session that its README shows', async () => {
  const server = await ServerProcess.start({ env: { SIGNALBOX_STOMP_PORT: '0' } });
  onTestFinished(() => server.stop());
  const port = server.portOf('stomp');
  const args = ['examples/telnet/transcript.mjs', String(port)];
  const { stdout } = await run(process.execPath, args, IN_REPOSITORY);
  const readme = readFileSync(`${REPOSITORY}examples/telnet/README.md`, 'utf8');
  const [, shown] = /```console\n([\s\S]*?)```/.exec(readme) ?? [];
  const plain = (text = '') =>
    text
      .replace(/127\.0\.0\.1 \d+/, 'PORT')
      .replace(/session:\d+/, 'SESSION')
      .replace(/signalbox\/\S+/, 'SERVER');
  expect(plain(stdout)).toBe(plain(shown));
});

/** The example, which is ended with its test. */
async function dashboard(): Promise<{ readonly page: string; readonly port: number }> {
  const child = spawn(process.execPath, ['examples/sales-dashboard/main.mjs', '0', '0'], IN_REPOSITORY);
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  await until(() => /stomp:\S+:\d+\n/.test(output) || child.exitCode !== null);
  const [, page = '', port = ''] = /sales at (\S+), publish to stomp:\S+:(\d+)/.exec(output) ?? [];
  onTestFinished(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'close');
  });
  return { page, port: Number(port) };
}

async function shop(port: number): Promise<StompTestPeer> {
  const peer = await StompTestPeer.tcp(port);
  onTestFinished(() => peer.drop());
  await peer.connect(SHOP);
  return peer;
}

function sell(script: string, port: number, ...args: readonly string[]) {
  return run(
    'php',
    [`examples/sales-dashboard/${script}`, `tcp://127.0.0.1:${port}`, ...args],
    IN_REPOSITORY,
  );
}

describe('examples/sales-dashboard', () => {
  const open = useBrowser(chromium);

  it.skipIf(!phpStomp)('gives each sale to one who packs, even to one who comes later', async () => {
    const { port } = await dashboard();
    await sell('sale.php', port, '12.50', '3');
    const packers = [await shop(port), await shop(port)];
    for (const packer of packers) await packer.ask('SUBSCRIBE', { id: '1', destination: '/queue/sales' });
    await sell('sale.php', port, '99.00', '1');
    const heard = () => packers.flatMap((packer) => packer.of('MESSAGE').map(({ body }) => body));
    await until(() => heard().length >= 2);
    expect(
      heard()
        .map((sale) => sale.replace(/^\w+ /, ''))
        .sort(),
    ).toEqual(['Total: $12.50 Items: 3', 'Total: $99.00 Items: 1']);
  });

  it.skipIf(!php)('takes the octets of Zend_Queue', async () => {
    const { port } = await dashboard();
    const viewer = await shop(port);
    await viewer.ask('SUBSCRIBE', { id: '1', destination: '/topic/sales' });
    await sell('zend-sale.php', port, '/topic/sales', '7.00', '2');
    await until(() => viewer.of('MESSAGE').length > 0);
    expect(viewer.of('MESSAGE')[0]?.body).toMatch(/^\w+ Total: \$7\.00 Items: 2$/);
  });

  it.skipIf(chromium === undefined || !phpStomp)(
    'shows the sales to a page that was open, and to a later one',
    async () => {
      const { page: url, port } = await dashboard();
      await sell('sale.php', port, '1.00', '1');
      const first = await open(url);
      await first.page.getByText('Total: $1.00').waitFor();
      await sell('sale.php', port, '2.00', '2');
      const second = await open(url);
      for (const { page, faults } of [first, second]) {
        await page.getByText('Total: $2.00').waitFor();
        const items = await page.locator('#sales > li').allTextContents();
        expect(items.map((text) => text.replace(/^\w+ Total: /, ''))).toEqual([
          '$2.00 Items: 2',
          '$1.00 Items: 1',
        ]);
        expect(faults).toEqual([]);
      }
    },
  );
});
