import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { testCertificate } from '../support/certificate.js';
import { makeFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { REPOSITORY } from '../support/server.js';
import { until } from '../support/until.js';

/** What a proxy of deploy/ is started for in place of what its file names. */
export interface ProxyPorts {
  /** Of HTTP, of two nodes. */
  readonly nodes: readonly [number, number];
  /** Of STOMP over TCP, of the same. */
  readonly stomp: readonly [number, number];
}

/** A real proxy with the configuration of deploy/, on free ports of loopback. */
export interface RunningProxy {
  readonly port: number;
  readonly stompPort: number;
  /** Its certificate, which is its authority, too. */
  readonly ca: string;
  stop(): Promise<void>;
}

interface Place {
  readonly folder: string;
  readonly port: number;
  readonly stompPort: number;
}

interface Kind {
  readonly file: string;
  /** Puts the ports and files of a test in place of those that the file names. */
  adapt(text: string, place: Place): string;
  readonly command: string;
  args(file: string, place: Place): readonly string[];
}

export const PROXIES = {
  nginx: {
    file: 'nginx.conf',
    adapt: (text, { folder, port }) => {
      const site = text
        .replace('listen 443 ssl http2', `listen 127.0.0.1:${port} ssl http2`)
        .replaceAll('/etc/ssl', folder);
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const temporary = paths.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n');
      return `pid ${folder}/pid;\nerror_log ${folder}/error.log;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${site}}\n`;
    },
    command: 'nginx',
    args: (file, { folder }) => ['-p', folder, '-e', `${folder}/error.log`, '-c', file, '-g', 'daemon off;'],
  },
  haproxy: {
    file: 'haproxy.cfg',
    adapt: (text, { folder, port, stompPort }) =>
      text
        .replace('maxconn 20000', 'maxconn 1000')
        .replace('bind :443', `bind 127.0.0.1:${port}`)
        .replace('bind :61613', `bind 127.0.0.1:${stompPort}`)
        .replaceAll('/etc/ssl', folder),
    command: 'haproxy',
    args: (file) => ['-db', '-f', file],
  },
  caddy: {
    file: 'Caddyfile',
    adapt: (text, { folder, port }) => {
      const site = `https://127.0.0.1:${port} {\n\tbind 127.0.0.1\n\ttls ${folder}/live.pem ${folder}/live.key`;
      const general = '{\n\tadmin off\n\tauto_https disable_redirects\n\tgrace_period 1s\n}\n';
      return general + text.replace('realtime.example.com {', site);
    },
    command: 'caddy',
    args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type ProxyName = keyof typeof PROXIES;

/** Starts one, and resolves when it takes connections. */
export async function startProxy(name: ProxyName, { nodes, stomp }: ProxyPorts): Promise<RunningProxy> {
  const kind: Kind = PROXIES[name];
  const folder = makeFolder();
  const { cert, key } = testCertificate('localhost');
  const files = { 'live.pem': cert, 'live.key': key, 'live-with-key.pem': cert + key };
  for (const [path, text] of Object.entries(files)) writeFileSync(`${folder}/${path}`, text);
  mkdirSync(`${folder}/home`);
  const place = { folder, port: await freePort(), stompPort: await freePort() };
  const text = readFileSync(`${REPOSITORY}deploy/${kind.file}`, 'utf8')
    .replaceAll(/\b8080\b/g, String(nodes[0]))
    .replaceAll(/\b8081\b/g, String(nodes[1]))
    .replaceAll('61614', String(stomp[0]))
    .replaceAll('61615', String(stomp[1]));
  const file = `${folder}/${kind.file}`;
  writeFileSync(file, kind.adapt(text, place));
  const home = { HOME: `${folder}/home`, XDG_DATA_HOME: `${folder}/home`, XDG_CONFIG_HOME: `${folder}/home` };
  const child = spawn(kind.command, kind.args(file, place), {
    env: { ...process.env, ...home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => (said += more));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${name} did not start:\n${said}`);
    return isOpen(place.port);
  });
  return { port: place.port, stompPort: place.stompPort, ca: cert, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
