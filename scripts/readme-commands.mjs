/**
 * Runs the `sh` blocks of README.md in order, in one shell, in a copy of the checkout, and fails with the first that
 * fails. A block that starts a server runs on in the background once it is ready. `console` blocks are only shown.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOT_COPIED = ['node_modules', '.git', 'dist', '.signalbox', 'coverage'];
const BLOCK = /^```sh\n([\s\S]*?)^```$/gm;
const SERVER = /^npm start\b/m;
const INSTALL = /^npm (?:install|ci)\n$/;
const SECONDS_TO_READY = 120;

const PROLOGUE = `set -euo pipefail
set -m
servers=()
stop_servers() { for server in "\${servers[@]}"; do kill -- "-$server" 2>/dev/null || true; done; wait; }
trap stop_servers EXIT
`;

const folder = mkdtempSync(join(tmpdir(), 'signalbox-readme-'));
try {
  copyCheckout();
  const port = await freePort();
  process.exitCode = await run(scriptOf(readBlocks(), port), port);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function copyCheckout() {
  cpSync(ROOT, folder, { recursive: true, filter: (path) => !NOT_COPIED.includes(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

function readBlocks() {
  const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(BLOCK)].map(([, text]) => text);
  if (blocks.length === 0) throw new Error('README.md has no sh blocks');
  return blocks;
}

/** The port of the README may be taken: another one stands in for it. */
function scriptOf(blocks, port) {
  const parts = blocks.map((block, i) => {
    const text = block.replaceAll(/\b8080\b/g, String(port));
    const title = `echo ${quote(`README block ${i + 1} of ${blocks.length}: ${block.trim().split('\n')[0]}`)}\n`;
    if (INSTALL.test(block)) return `${title}echo '(installed already)'\n`;
    return title + (SERVER.test(block) ? inBackground(text, `server-${i}.log`) : text);
  });
  return [PROLOGUE, ...parts, 'echo "all commands of README.md succeeded"\n'].join('\n');
}

function inBackground(text, log) {
  return `{
${text}} >${log} 2>&1 &
servers+=($!)
for second in $(seq ${SECONDS_TO_READY}); do
  if grep -q '^signalbox ready' ${log}; then break; fi
  kill -0 "\${servers[-1]}" 2>/dev/null || { cat ${log}; exit 1; }
  sleep 1
done
grep '^signalbox ready' ${log} || { cat ${log}; exit 1; }
`;
}

async function run(script, port) {
  writeFileSync(join(folder, 'readme-commands.sh'), script);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SIGNALBOX_'));
  const env = {
    ...Object.fromEntries(inherited),
    SIGNALBOX_PORT: String(port),
    SIGNALBOX_STOMP_PORT: '0',
    SIGNALBOX_XMLSOCKET_PORT: '0',
    SIGNALBOX_LIMITS_DRAIN: '100ms',
  };
  const shell = spawn('bash', ['readme-commands.sh'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(shell, 'close');
  return code ?? 1;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function quote(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
