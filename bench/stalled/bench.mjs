import { setTimeout as sleep } from 'node:timers/promises';
import { startGenerator, startServer } from '../lib/launch.mjs';
import { processTree, residentKilobytes } from '../lib/process-tree.mjs';
import { digits, spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { judge } from '../lib/verdicts.mjs';
import { SERVERS } from '../servers/index.mjs';

const STALLED = 20;
const READERS = 5;
const SIZE = 1024;
/** What is published to each, of which the kernel takes some megabytes. */
const MEGABYTES = 40;
const SETTLING_MS = 1000;
/** Fresh processes for each server, since memory does not come back. */
const SETS = 3;
/** More than is published, for as long as it takes. */
const WITHOUT_LIMIT = { SIGNALBOX_LIMITS_BUFFER: '64mb', SIGNALBOX_LIMITS_BUFFER_TIME: '1h' };
/** Row 13: of the growth of `ws`, which has no limit; and `limits.buffer`, 1 MB, for each that stalls. */
const GOALS = { share: 1 / 3, megabytes: STALLED };

/** What a server keeps for subscribers that read nothing, while others go on. */
export async function benchStalled() {
  console.log(`\nstalled: ${STALLED} subscribers read nothing while ${MEGABYTES} MB are published to each`);
  const found = {};
  for (const one of cases()) {
    found[one.name] = [];
    for (let set = 0; set < SETS; set++) found[one.name].push(await measure(one));
  }
  report(found);
  return found;
}

function cases() {
  const named = (wanted) => SERVERS.find(({ name }) => name === wanted);
  return [
    named('ws'),
    named('socket-io'),
    { ...named('signalbox'), name: 'signalbox, all read', stalled: 0 },
    named('signalbox'),
    { ...named('signalbox'), name: 'signalbox, no limit', more: WITHOUT_LIMIT },
  ];
}

async function measure({ name, wire, prepare, more, stalled = STALLED }) {
  const { env, ...rest } = prepare();
  const { pid, port, stop } = await startServer({ name, ...rest, env: { ...env, ...more } });
  const generator = startGenerator();
  try {
    const plan = { wire, channels: 1, subscribers: STALLED + READERS, unheard: 0, size: SIZE };
    await generator.ask('connect', { ...plan, pid, port });
    await generator.ask('greet');
    const before = residentKilobytes(processTree(pid));
    await generator.ask('stall', { count: stalled, publications: (MEGABYTES * 1024 * 1024) / SIZE });
    await sleep(SETTLING_MS);
    const growth = (residentKilobytes(processTree(pid)) - before) / 1024;
    return { growth, ...(await generator.ask('release')) };
  } finally {
    await Promise.all([stop(), generator.stop()]);
  }
}

function report(found) {
  const growths = (name) => spread(found[name].map(({ growth }) => growth));
  const sum = (name, key) => found[name].reduce((all, sample) => all + sample[key], 0);
  printTable([
    ['', 'MB more', 'got all in the end', 'disconnected'],
    ...Object.keys(found).map((name) => [
      ...[name, spreadText(growths(name))],
      ...['complete', 'disconnected'].map((key) => `${digits(sum(name, key))} of ${STALLED * SETS}`),
    ]),
  ]);
  const share = growths('signalbox, no limit').median / growths('ws').median;
  judge({
    row: 13,
    what: 'stalled, without a limit, signalbox / ws',
    value: { median: share, min: share, max: share },
    limit: { atMost: GOALS.share },
  });
  const among = growths('signalbox, all read').median;
  const { median, min, max } = growths('signalbox');
  judge({
    row: 13,
    what: 'stalled, MB more with its limits than if all read',
    value: { median: median - among, min: min - among, max: max - among },
    limit: { atMost: GOALS.megabytes },
  });
}
