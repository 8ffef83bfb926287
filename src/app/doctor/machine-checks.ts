import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RESERVED_DESCRIPTORS } from '../../transports/index.js';
import { needsStore } from '../bind-brokers.js';
import { type DoctorCheck, NotExamined, type Patient } from './doctor-check.js';
import type { Machine } from './machine.js';

/** Octets of a connection with a few subscriptions, in V8's heap. */
const PER_CONNECTION = 16_384;
const LEAST_BACKLOG = 1024;
const LEAST_PORTS = 28_000;
const LEAST_DISK = 1024 ** 3;
const DAY = 86_400_000;
const LEAST_DAYS = 14;

/** What this machine allows. It is that of the server where it is run beside it. */
export const MACHINE_CHECKS: readonly DoctorCheck[] = [
  {
    name: 'node-version',
    about: 'machine',
    severity: 'error',
    why: 'Older versions of Node lack what the server is built with.',
    fix: 'install Node 20.19 or later',
    run({ machine: { node } }) {
      const [major = 0, minor = 0] = node.split('.').map(Number);
      const isNew = major > 20 || (major === 20 && minor >= 19);
      return isNew ? [] : [`this is Node ${node}`];
    },
  },
  {
    name: 'file-descriptors',
    about: 'machine',
    severity: 'error',
    why: 'Each connection takes one; without any left, nobody is let in and nothing is logged about it by peers.',
    fix: 'raise LimitNOFILE of the unit or ulimit -n, or lower limits.connections',
    async run({ application: { settings }, machine }) {
      const text = await read(machine, '/proc/self/limits');
      const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(text) ?? [];
      const needed = settings.limits.connections + RESERVED_DESCRIPTORS;
      if (soft === 'unlimited' || Number(soft) >= needed) return [];
      return [`ulimit -n is ${soft}, and limits.connections with what else is open needs ${needed}`];
    },
  },
  {
    name: 'listen-backlog',
    about: 'machine',
    severity: 'warning',
    why: 'When all peers come back at once, the kernel drops those that the server has not taken yet.',
    fix: 'sysctl -w net.core.somaxconn=4096, with a file in /etc/sysctl.d to last, and a restart of the server, which asks for it once',
    async run({ machine }) {
      const backlog = Number(await read(machine, '/proc/sys/net/core/somaxconn'));
      return backlog >= LEAST_BACKLOG ? [] : [`net.core.somaxconn is ${backlog}`];
    },
  },
  {
    name: 'local-ports',
    about: 'machine',
    severity: 'warning',
    why: 'A proxy on this machine takes a port for each connection to the server: there are no more connections than ports.',
    fix: "sysctl -w net.ipv4.ip_local_port_range='10240 65535', with a file in /etc/sysctl.d to last, or several addresses of the server",
    async run({ application: { settings }, machine }) {
      const [first = 0, last = 0] = (await read(machine, '/proc/sys/net/ipv4/ip_local_port_range'))
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
    fix: 'start with NODE_OPTIONS=--max-old-space-size= and so many megabytes, or lower limits.connections',
    run({ application: { settings }, machine: { heap } }) {
      const { connections } = settings.limits;
      // Half of it is for what they send and keep.
      const needed = 2 * connections * PER_CONNECTION;
      if (heap >= needed) return [];
      return [
        `the heap may have ${inMegabytes(heap)}, and for ${connections} connections should have ${inMegabytes(needed)}`,
      ];
    },
  },
  {
    name: 'disk-space',
    about: 'machine',
    severity: 'error',
    why: 'What durable queues, histories and logs would keep is refused where the disk is full.',
    fix: 'make room, shorten ttl of the logs, or put store.path on another disk',
    run: diskSpace,
  },
  {
    name: 'certificate-file',
    about: 'machine',
    severity: 'error',
    why: 'Browsers refuse a certificate that has expired, and do not tell the page why.',
    fix: 'renew the certificate of listen.tls.cert; the server takes it without a restart',
    async run({ application: { settings } }) {
      const { tls } = settings.listen;
      if (tls === undefined) throw new NotExamined('the server speaks no TLS itself');
      const { validTo } = new X509Certificate(await readFile(tls.cert));
      const days = Math.floor((Date.parse(validTo) - Date.now()) / DAY);
      if (days < 0) return [`${tls.cert} has expired on ${validTo}`];
      return days < LEAST_DAYS ? [`${tls.cert} expires in ${days} days`] : [];
    },
  },
];

async function diskSpace({ application, machine }: Patient): Promise<readonly string[]> {
  const { settings, routes } = application;
  if (!needsStore({ settings, routes })) throw new NotExamined('no route keeps anything on the disk');
  const folder = dirname(settings.store.path);
  const room = await roomOf(machine, folder);
  return room >= LEAST_DISK ? [] : [`${folder} has room for ${inMegabytes(room)}`];
}

/** The folder itself may be made by the server only: then that of the nearest above it. */
async function roomOf(machine: Machine, folder: string): Promise<number> {
  const parent = dirname(folder);
  const room = machine.room(folder);
  return parent === folder ? room : room.catch(() => roomOf(machine, parent));
}

async function read(machine: Machine, path: string): Promise<string> {
  try {
    return await machine.read(path);
  } catch {
    throw new NotExamined(`${path} cannot be read: this is no Linux`);
  }
}

function inMegabytes(octets: number): string {
  return `${Math.ceil(octets / 1024 ** 2)} MB`;
}
