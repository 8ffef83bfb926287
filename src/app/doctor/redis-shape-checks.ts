import { RedisConnection, type RedisReply, readRedisAddress } from '../../brokers/index.js';
import { type DoctorCheck, NotExamined, type Patient } from './doctor-check.js';
import { field, linkOf } from './redis-checks.js';

const SLOTS = 16_384;
/** Fewer cannot agree when one of them is lost. */
const LEAST_SENTINELS = 3;
/** Milliseconds of `down-after-milliseconds`: below it a pause is taken for a death, above it nobody publishes for long. */
const DOWN_AFTER = { least: 1000, most: 30_000 };
const TIMEOUT = 3000;

/** What several servers of Redis have to be to each other. */
export const REDIS_SHAPE_CHECKS: readonly DoctorCheck[] = [
  {
    name: 'redis-cluster',
    about: 'redis',
    severity: 'error',
    why: 'Channels whose slot nobody serves are refused; a Cluster that is not ok refuses all of them.',
    fix: 'look at redis-cli --cluster check, and mend with redis-cli --cluster fix',
    async run(patient) {
      const text = await clusterInfo(patient);
      const state = field(text, 'cluster_state');
      const ok = Number(field(text, 'cluster_slots_ok'));
      return [
        ...(state === 'ok' ? [] : [`cluster_state is ${state}`]),
        ...(ok === SLOTS ? [] : [`${ok} of ${SLOTS} slots are served`]),
      ];
    },
  },
  {
    name: 'redis-replicas',
    about: 'redis',
    severity: 'warning',
    why: 'Where a server without a replica is lost, what it kept is lost, and nobody takes its place.',
    fix: 'add a replica to each, on another machine',
    async run(patient) {
      const address = addressOf(patient);
      if (address.kind === 'single') throw new NotExamined('there is one server');
      if (address.kind === 'cluster')
        return mainsAlone(String(await linkOf(patient).command('', ['CLUSTER', 'NODES'])));
      const text = String(await linkOf(patient).command('', ['INFO', 'replication']));
      return Number(field(text, 'connected_slaves')) > 0 ? [] : [`${address.name} has no replica`];
    },
  },
  {
    name: 'redis-sentinel',
    about: 'redis',
    severity: 'error',
    why: 'Sentinels that cannot agree name no other main server when this one is lost.',
    fix: 'run three Sentinels on three machines, with a quorum of two and a down-after-milliseconds of some seconds, and name all in broker',
    run: sentinelFaults,
  },
];

type Address = ReturnType<typeof readRedisAddress>;

function addressOf(patient: Patient): Address {
  linkOf(patient);
  return readRedisAddress(patient.application.settings.broker);
}

async function clusterInfo(patient: Patient): Promise<string> {
  if (addressOf(patient).kind !== 'cluster') throw new NotExamined('it is no Cluster');
  return String(await linkOf(patient).command('', ['CLUSTER', 'INFO']));
}

/** Main servers with slots, and without a replica. Lines are `ID PLACE FLAGS MAIN ... SLOTS`. */
function mainsAlone(text: string): readonly string[] {
  const nodes = text
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const followed = new Set(
    nodes.filter(([, , flags = '']) => !/fail/.test(flags)).map(([, , , main]) => main),
  );
  return nodes.flatMap(([id = '', place = '', flags = '', , , , , , ...slots]) =>
    flags.includes('master') && slots.length > 0 && !followed.has(id)
      ? [`${place.replace(/@.*/, '')} has no replica`]
      : [],
  );
}

async function sentinelFaults(patient: Patient): Promise<readonly string[]> {
  const { broker } = patient.application.settings;
  if (broker === 'memory') throw new NotExamined('the broker is not Redis');
  const address = readRedisAddress(broker);
  if (address.kind !== 'sentinel') throw new NotExamined('there is no Sentinel');
  const found: string[] = [];
  let known: readonly string[] | undefined;
  for (const sentinel of address.sentinels) {
    const place = `${sentinel.host}:${sentinel.port}`;
    try {
      known = await judgeSentinel(sentinel, address.name);
    } catch (error) {
      found.push(`Sentinel ${place}: ${(error as Error).message}`);
    }
  }
  return [...found, ...(known ?? [])];
}

/** What one of them thinks of the main server, and of the others. */
async function judgeSentinel(endpoint: SentinelEndpoint, name: string): Promise<readonly string[]> {
  const connection = await RedisConnection.open(endpoint, { name: 'signalbox-doctor', timeout: TIMEOUT });
  try {
    const state = pairs(await connection.send(['SENTINEL', 'MASTER', name]));
    const number = (key: string) => Number(state.get(key) ?? 0);
    const sentinels = number('num-other-sentinels') + 1;
    const quorum = number('quorum');
    const downAfter = number('down-after-milliseconds');
    const flags = state.get('flags') ?? '';
    return [
      ...(sentinels < LEAST_SENTINELS
        ? [`there are ${sentinels} Sentinels, and should be ${LEAST_SENTINELS}`]
        : []),
      ...(quorum > sentinels ? [`${quorum} have to agree, and there are ${sentinels}`] : []),
      ...(quorum === 1 ? ['one Sentinel alone takes the main server for lost: quorum is 1'] : []),
      ...(downAfter < DOWN_AFTER.least || downAfter > DOWN_AFTER.most
        ? [`down-after-milliseconds is ${downAfter}`]
        : []),
      ...(/down/.test(flags) ? [`${name} is ${flags}`] : []),
    ];
  } finally {
    connection.close();
  }
}

type SentinelEndpoint = Extract<Address, { kind: 'sentinel' }>['sentinels'][number];

function pairs(reply: RedisReply): ReadonlyMap<string, string> {
  const texts = (Array.isArray(reply) ? reply : []).map(String);
  return new Map(texts.flatMap((text, i) => (i % 2 === 0 ? [[text, texts[i + 1] ?? ''] as const] : [])));
}
