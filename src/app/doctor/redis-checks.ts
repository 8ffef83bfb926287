import type { RedisLink } from '../../brokers/index.js';
import { type DoctorCheck, NotExamined, type Patient } from './doctor-check.js';

const LEAST_VERSION = 7;
/** Milliseconds. */
const SLOW = 20;
const PROBES = 10;
const SKEW = 1000;
/** Octets that a node may have to be sent at once. */
const LEAST_OUTPUT = 32 * 1024 ** 2;

/** What Redis has to be. They are about the first server that answers; those of a Cluster should be alike. */
export const REDIS_CHECKS: readonly DoctorCheck[] = [
  {
    name: 'redis-reachable',
    about: 'redis',
    severity: 'error',
    why: 'The server does not start without its broker, and answers 503 while it is away.',
    fix: 'check broker in the settings, the password, and that Redis runs',
    run(patient) {
      const { redisFault } = patient;
      if (redisFault !== undefined) return [redisFault];
      linkOf(patient);
      return [];
    },
  },
  {
    name: 'redis-version',
    about: 'redis',
    severity: 'error',
    why: 'The scripts of the server use what older versions do not have.',
    fix: 'install Redis 7.0 or later, or Valkey',
    async run(patient) {
      const version = field(await info(patient), 'redis_version');
      return Number.parseInt(version, 10) >= LEAST_VERSION ? [] : [`this is Redis ${version}`];
    },
  },
  {
    name: 'redis-eviction',
    about: 'redis',
    severity: 'error',
    why: 'A Redis that is full drops histories, queues and the memory of used tickets, which are then taken again. The volatile policies drop what has an end: histories and tickets.',
    fix: 'set maxmemory-policy noeviction by CONFIG SET, and in redis.conf for the next start',
    async run(patient) {
      const policy = field(await info(patient), 'maxmemory_policy');
      return policy === 'noeviction' || policy === '' ? [] : [`maxmemory-policy is ${policy}`];
    },
  },
  {
    name: 'redis-persistence',
    about: 'redis',
    severity: 'warning',
    why: 'After a restart of Redis histories begin anew, so peers that come back are told that they missed something, and queues are empty.',
    fix: 'set appendonly yes by CONFIG SET, which keeps what is there, and then in redis.conf, unless nothing has to outlive a restart',
    async run(patient) {
      const hasFile = field(await info(patient), 'aof_enabled') === '1';
      if (hasFile) return [];
      const save = await setting(patient, 'save');
      return save === '' ? ['there is neither an append-only file nor a snapshot'] : [];
    },
  },
  {
    name: 'redis-output-buffer',
    about: 'redis',
    severity: 'warning',
    why: 'Redis cuts off a node that it sends more to than this: the node repairs the gap, and falls behind again.',
    fix: "set client-output-buffer-limit 'pubsub 256mb 64mb 60' by CONFIG SET, and in redis.conf without the quotes",
    async run(patient) {
      const text = await setting(patient, 'client-output-buffer-limit');
      const [, hard = '0'] = /pubsub (\d+)/.exec(text) ?? [];
      const isEnough = hard === '0' || Number(hard) >= LEAST_OUTPUT;
      return isEnough ? [] : [`client-output-buffer-limit of pubsub is ${hard} octets`];
    },
  },
  {
    name: 'redis-latency',
    about: 'redis',
    severity: 'warning',
    why: 'Each publication waits for Redis once before it is acknowledged.',
    fix: 'run Redis near the servers, and look at what it does with SLOWLOG GET',
    async run(patient) {
      const redis = linkOf(patient);
      const times: number[] = [];
      for (let n = 0; n < PROBES; n++) {
        const before = performance.now();
        await redis.command('', ['PING']);
        times.push(performance.now() - before);
      }
      const middle = times.sort((a, b) => a - b)[PROBES / 2] ?? 0;
      return middle <= SLOW ? [] : [`an answer takes ${middle.toFixed(1)} ms`];
    },
  },
  {
    name: 'redis-clock',
    about: 'redis',
    severity: 'error',
    why: 'The age of histories and the ends of tickets are measured by both clocks.',
    fix: 'run a time service (chrony, systemd-timesyncd) on both machines',
    async run(patient) {
      const before = Date.now();
      const [seconds, micros] = (await linkOf(patient).command('', ['TIME'])) as unknown[];
      const skew = Number(seconds) * 1000 + Number(micros) / 1000 - (before + Date.now()) / 2;
      return Math.abs(skew) < SKEW ? [] : [`the clock of Redis is ${Math.round(skew)} ms from this one`];
    },
  },
];

/** Throws `NotExamined` where there is no Redis. */
export function linkOf({ redis, redisFault }: Patient): RedisLink {
  if (redis !== undefined) return redis;
  throw new NotExamined(redisFault === undefined ? 'the broker is not Redis' : 'Redis cannot be reached');
}

async function info(patient: Patient): Promise<string> {
  return String(await linkOf(patient).command('', ['INFO', 'everything']));
}

/** One line of what `INFO` says; empty where it has none. */
export function field(text: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
}

/** Hosted servers may not show their configuration. */
async function setting(patient: Patient, name: string): Promise<string> {
  const redis = linkOf(patient);
  try {
    const [, value] = (await redis.command('', ['CONFIG', 'GET', name])) as unknown[];
    return String(value ?? '');
  } catch {
    throw new NotExamined('this Redis does not show its configuration');
  }
}
