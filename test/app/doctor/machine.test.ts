import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NotExamined } from '../../../src/app/doctor/doctor-check.js';
import type { Diagnosis } from '../../../src/app/doctor/examine.js';
import { type Machine, THIS_MACHINE } from '../../../src/app/doctor/machine.js';
import { COMMAND, testEnvironment } from '../../support/server.js';
import { findings, settings } from './kit.js';

const DURABLE = 'jobs: { channel: jobs, handler: broadcast, history: { size: 10, durable: true } }\n';

/** A machine on which nothing is wrong. */
const SOUND = {
  node: '20.19.0',
  heap: 4 * 1024 ** 3,
  limits: 'Max open files            10128                65536                files     \n',
  somaxconn: '4096\n',
  ports: '32768\t60999\n',
  room: 1024 ** 3,
};

function machine(more: Partial<typeof SOUND>): Machine {
  const { node, heap, limits, somaxconn, ports, room } = { ...SOUND, ...more };
  const files: Readonly<Record<string, string>> = {
    '/proc/self/limits': limits,
    '/proc/sys/net/core/somaxconn': somaxconn,
    '/proc/sys/net/ipv4/ip_local_port_range': ports,
  };
  return {
    node,
    heap,
    read: async (path) => files[path] ?? Promise.reject(new Error(path)),
    room: async (path) => (path.endsWith('/not-yet') ? Promise.reject(new Error(path)) : room),
  };
}

describe('the doctor and a machine', () => {
  it.each([
    ['node-version', { node: '20.18.3' }, ['this is Node 20.18.3']],
    ['node-version', { node: '20.19.0' }, []],
    ['node-version', { node: '22.1.0' }, []],
    [
      'file-descriptors',
      { limits: 'Max open files            10127                10127                files     \n' },
      ['ulimit -n is 10127, and limits.connections with what else is open needs 10128'],
    ],
    ['file-descriptors', {}, []],
    ['file-descriptors', { limits: 'Max open files            unlimited            unlimited  files\n' }, []],
    ['listen-backlog', { somaxconn: '128\n' }, ['net.core.somaxconn is 128']],
    ['listen-backlog', {}, []],
    ['local-ports', { ports: '60000\t60999\n' }, ['there are 1000 local ports']],
    ['local-ports', {}, []],
    [
      'heap',
      { heap: 100 * 1024 ** 2 },
      ['the heap may have 100 MB, and for 10000 connections should have 313 MB'],
    ],
    ['heap', { heap: 313 * 1024 ** 2 }, []],
  ])('looks at %s: %o', async (name, more, found) => {
    expect(await findings(name, { machine: machine(more) })).toEqual(found);
  });

  it.each(['file-descriptors', 'listen-backlog', 'local-ports'])(
    'does not judge by %s where the system does not tell',
    async (name) => {
      const silent = { ...machine({}), read: () => Promise.reject(new Error('none')) };
      await expect(findings(name, { machine: silent })).rejects.toThrow(NotExamined);
    },
  );

  it('needs no more than what was to be mended', async () => {
    const few = { text: 'limits: { connections: 900 }\n' };
    const limits = 'Max open files            1028                 1028                 files     \n';
    expect(await findings('file-descriptors', { machine: machine({ limits }), ...few })).toEqual([]);
    const ports = '60000\t60999\n';
    expect(await findings('local-ports', { machine: machine({ ports }), ...few })).toEqual([]);
  });

  it('looks for room where the store will be, also before the server has made its folder', async () => {
    const kept = { text: 'store: { path: /somewhere/not-yet/signalbox.db }\n', routes: DURABLE };
    const look = (room: number) => findings('disk-space', { machine: machine({ room }), ...kept });
    expect(await look(0)).toEqual(['/somewhere/not-yet has room for 0 MB']);
    expect(await look(1024 ** 2)).toEqual(['/somewhere/not-yet has room for 1 MB']);
    expect(await look(1024 ** 3)).toEqual([]);
    await expect(findings('disk-space', {})).rejects.toThrow('no route keeps anything on the disk');
  });

  it('sees this one', async () => {
    expect(THIS_MACHINE.node).toBe(process.versions.node);
    expect(THIS_MACHINE.heap).toBeGreaterThan(0);
    expect(await THIS_MACHINE.room('/')).toBeGreaterThan(0);
    await expect(THIS_MACHINE.room('/no/such/folder')).rejects.toThrow();
    expect(await THIS_MACHINE.read('/proc/self/limits')).toBe(readFileSync('/proc/self/limits', 'utf8'));
  });
});

/** Whether a test may have a file system of its own; it ends with the command. */
const mayMount =
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'])
    .status === 0;
if (!mayMount) console.log('skipped what needs a file system of its own: unshare may not mount a tmpfs here');

describe.skipIf(!mayMount)('the doctor and a disk', () => {
  /** Runs the doctor beside a file system of 16 MB that is filled. */
  function besideFull(path: string): Diagnosis {
    const config = settings(`store: { path: ${path} }\n`, DURABLE);
    const mount = 'mount -t tmpfs -o size=16m none /mnt && cd /';
    const script = `${mount} && { cat /dev/zero >/mnt/filled 2>/dev/null; "$@"; }`;
    const own = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh'];
    const asked = [process.execPath, COMMAND, 'doctor', '--json', '--config', config];
    const { stdout } = spawnSync('unshare', [...own, ...asked], {
      env: testEnvironment(),
      encoding: 'utf8',
    });
    const all = JSON.parse(stdout) as readonly Diagnosis[];
    return all.find(({ name }) => name === 'disk-space') as Diagnosis;
  }

  it('finds one that is full, and is content with another one, as it says', async () => {
    const full = besideFull('/mnt/var/signalbox.db');
    expect(full).toMatchObject({ outcome: 'error', findings: ['/mnt/var has room for 0 MB'] });
    expect(full.fix).toContain('put store.path on another disk');
    expect(await findings('disk-space', { routes: DURABLE })).toEqual([]);
  });
});
