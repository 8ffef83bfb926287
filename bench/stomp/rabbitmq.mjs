/** RabbitMQ as a child process: its own node, ports, folders and epmd, on loopback only, and never a system service. */
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { start, startServer } from '../lib/launch.mjs';
import { temporaryFolder } from '../lib/temporary-folder.mjs';

/** Debian's own script, without the wrapper that changes the user. */
const COMMAND = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const READY = /completed with (\d+) plugins/;

/** Why it cannot be measured here; undefined where it can. */
export function missingRabbitMq() {
  if (existsSync(COMMAND)) return undefined;
  return 'RabbitMQ is left out: it is not installed here (apt-get install rabbitmq-server, and stop its service)';
}

/** Starts one with STOMP over TCP and WebSocket. Its queues and messages go with it. */
export async function startRabbitMq() {
  const [port, web, dist, epmdPort] = await freePorts(4);
  const epmd = await startEpmd(epmdPort);
  const { pid, stop } = await startServer({
    name: 'rabbitmq',
    command: [COMMAND],
    env: environment({ port, web, dist, epmd: epmdPort }),
    ready: READY,
  });
  return {
    pid,
    tcp: port,
    webSocket: `ws://127.0.0.1:${web}/ws`,
    async stop() {
      await stop();
      epmd.kill('SIGKILL');
    },
  };
}

/** In the foreground, so that it ends with us: the Erlang VM would leave one behind. */
async function startEpmd(port) {
  const epmd = start(['epmd', '-address', '127.0.0.1', '-port', String(port)], { core: 0, stdio: 'ignore' });
  await once(epmd, 'spawn');
  return epmd;
}

/** As delivered but for ports and folders, and that a message may be confirmed only when the disk has it is its own default. */
function environment({ port, web, dist, epmd }) {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'rabbitmq.conf'),
    `listeners.tcp = none
stomp.listeners.tcp.1 = 127.0.0.1:${port}
web_stomp.tcp.ip = 127.0.0.1
web_stomp.tcp.port = ${web}
disk_free_limit.absolute = 50MB
log.file = false
log.console = true
log.console.level = warning
`,
  );
  writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_stomp,rabbitmq_web_stomp].\n');
  return {
    HOME: folder,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(epmd),
    RABBITMQ_ALLOW_INPUT: 'true',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_DIST_PORT: String(dist),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_NODENAME: `bench${port}@localhost`,
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_SERVER_START_ARGS: `-noinput -kernel inet_dist_use_interface {127,0,0,1}`,
  };
}

async function freePorts(count) {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(probes.map((probe) => once(probe, 'listening')));
  const ports = probes.map((probe) => probe.address().port);
  await Promise.all(probes.map((probe) => once(probe.close(), 'close')));
  return ports;
}
