import { readFile } from 'node:fs/promises';
import { getHeapStatistics } from 'node:v8';
import { type DoctorCheck, NotExamined } from './doctor-check.js';

/** Octets of a connection with a few subscriptions, in V8's heap. */
const PER_CONNECTION = 16_384;
/** Descriptors beside those of connections: files, the store, Redis. */
const OTHER_DESCRIPTORS = 100;
const LEAST_BACKLOG = 1024;
const LEAST_PORTS = 28_000;

/** What this machine allows. It is that of the server where it is run beside it. */
export const MACHINE_CHECKS: readonly DoctorCheck[] = [
  {
    name: 'node-version',
    about: 'machine',
    severity: 'error',
    why: 'Older versions of Node lack what the server is built with.',
    fix: 'install Node 20.19 or later',
    run() {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      const isNew = major > 20 || (major === 20 && minor >= 19);
      return isNew ? [] : [`this is Node ${process.versions.node}`];
    },
  },
  {
    name: 'file-descriptors',
    about: 'machine',
    severity: 'error',
    why: 'Each connection takes one; without any left, nobody is let in and nothing is logged about it by peers.',
    fix: 'raise LimitNOFILE of the unit or ulimit -n, or lower limits.connections',
    async run({ application: { settings } }) {
      const text = await read('/proc/self/limits');
      const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(text) ?? [];
      const needed = settings.limits.connections + OTHER_DESCRIPTORS;
      if (soft === 'unlimited' || Number(soft) >= needed) return [];
      return [`ulimit -n is ${soft}, and limits.connections with what else is open needs ${needed}`];
    },
  },
  {
    name: 'listen-backlog',
    about: 'machine',
    severity: 'warning',
    why: 'When all peers come back at once, the kernel drops those that the server has not taken yet.',
    fix: `sysctl -w net.core.somaxconn=4096`,
    async run() {
      const backlog = Number(await read('/proc/sys/net/core/somaxconn'));
      return backlog >= LEAST_BACKLOG ? [] : [`net.core.somaxconn is ${backlog}`];
    },
  },
  {
    name: 'local-ports',
    about: 'machine',
    severity: 'warning',
    why: 'A proxy on this machine takes a port for each connection to the server: there are no more connections than ports.',
    fix: "sysctl -w net.ipv4.ip_local_port_range='1024 65535', or several addresses of the server",
    async run({ application: { settings } }) {
      const [first = 0, last = 0] = (await read('/proc/sys/net/ipv4/ip_local_port_range'))
        .trim()
        .split(/\s+/)
        .map(Number);
      const ports = last - first + 1;
      const isEnough = ports >= Math.min(LEAST_PORTS, settings.limits.connections);
      return isEnough ? [] : [`there are ${ports} local ports`];
    },
  },
  {
    name: 'heap',
    about: 'machine',
    severity: 'warning',
    why: 'A process out of memory ends with all its connections.',
    fix: 'start with NODE_OPTIONS=--max-old-space-size=4096, or lower limits.connections',
    run({ application: { settings } }) {
      const { heap_size_limit: limit } = getHeapStatistics();
      const needed = settings.limits.connections * PER_CONNECTION;
      if (needed <= limit / 2) return [];
      return [
        `the heap may have ${inMegabytes(limit)}, and ${settings.limits.connections} connections take about ${inMegabytes(needed)}`,
      ];
    },
  },
];

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new NotExamined(`${path} cannot be read: this is no Linux`);
  }
}

function inMegabytes(octets: number): string {
  return `${Math.round(octets / 1024 ** 2)} MB`;
}
