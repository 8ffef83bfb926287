import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const REMEDY = 'install Chromium or Chrome, or name it in CHROMIUM_PATH';

/** The path of a Chromium that starts; undefined, and one printed line, if this machine has none. */
export function findChromium(): string | undefined {
  const found = places().find((path) => spawnSync(path, ['--version']).status === 0);
  if (found === undefined) console.log(`skipped what needs a browser, which is not here: ${REMEDY}`);
  return found;
}

/** Installs Chromium where that can be done without asking: as root on a Debian that has none. */
export function installChromium(): void {
  if (places().length > 0 || process.getuid?.() !== 0 || !isDebian()) return;
  console.log('installing chromium for the browser tests: apt-get install chromium');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const { status, stderr } = spawnSync('apt-get', ['-q', ...args], { env, encoding: 'utf8' });
    if (status === 0) continue;
    console.log(`apt-get ${args[0]} failed: ${String(stderr).trim()}`);
    return;
  }
}

function places(): string[] {
  return PLACES.filter((path) => path !== undefined && path !== '' && existsSync(path)) as string[];
}

/** Not its derivatives: the package of Ubuntu is a door to a snap, which containers cannot open. */
function isDebian(): boolean {
  return existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}
