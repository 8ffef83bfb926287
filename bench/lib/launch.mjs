import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/** Servers run on the first core and the generator on another, where there are two and `taskset` is installed. */
const CAN_PIN = availableParallelism() > 1 && spawnSync('taskset', ['-V']).error === undefined;
const CORE = { server: 0, generator: 1 };
export const PINNING = CAN_PIN ? 'server on core 0, generator on core 1' : 'not pinned to cores';

process.setMaxListeners(64);

/** Starts a program on a core. It dies with this process. */
export function start([command, ...args], { core, env, ...options }) {
  const line = CAN_PIN ? ['taskset', '-c', String(core), command, ...args] : [command, ...args];
  const child = spawn(line[0], line.slice(1), { ...options, env: { ...process.env, ...env } });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

/** Starts a server and waits for the line that names its port. */
export async function startServer({ name, command, env, ready }) {
  const child = start(command, { core: CORE.server, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const port = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      const found = ready.exec((said = (said + chunk).slice(-8192)));
      if (found !== null) resolve(Number(found[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`${name} ended with status ${status}:\n${said}`)));
  });
  return { pid: child.pid, port, stop: () => stop(child) };
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Runs a program on the servers' core and answers what it printed. */
export async function runToEnd(command, { env, timeout } = {}) {
  const child = start(command, { core: CORE.server, env, timeout, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${command.join(' ')} ended with status ${status ?? child.signalCode}`);
  return said;
}

const GENERATOR = new URL('../generator/main.mjs', import.meta.url);

/** Starts a load generator and returns the means to ask it. */
export function startGenerator(main = GENERATOR) {
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'];
  const child = start([process.execPath, main.pathname], { core: CORE.generator, stdio });
  return { ask: (request, options) => ask(child, request, options), stop: () => stop(child) };
}

async function ask(child, request, options) {
  child.send({ request, options });
  const answer = await new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the load generator died'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.answer;
}
