import { GOALS, IDLE_KILOBYTES } from '../goals.mjs';
import { digits, pairedRatio, spread, spreadText } from './stats.mjs';
import { printTable } from './table.mjs';
import { judge } from './verdicts.mjs';

const SUBJECT = 'signalbox';

/** What one unit costs: CPU of the server in microseconds, or KB of its memory. */
const COSTS = {
  delivery: (sample) => sample.cpu / sample.deliveries,
  publication: (sample) => sample.cpu / sample.publications,
  connection: (sample) => sample.resident / sample.connections,
};

const median = (samples, of) => digits(spread(samples.map(of)).median);

const COLUMNS = [
  ['k', (sample) => sample.deliveries / sample.reads],
  ['deliveries/s', (sample) => sample.deliveries / sample.seconds],
  ['publications/s', (sample) => sample.publications / sample.seconds],
  ['server busy', (sample) => sample.cpu / 1e6 / sample.seconds],
  ['generator busy', (sample) => sample.generatorCpu / 1e6 / sample.seconds],
];
const IDLE_COLUMNS = [
  ['connects/s', (sample) => sample.connections / sample.seconds],
  ['CPU us/connect', (sample) => sample.cpu / sample.connections],
];

/** Prints what a work load cost each server, and how its goals were met. */
export function reportLoad(key, work, samples) {
  const cost = COSTS[work.unit];
  const columns = work.isIdle ? IDLE_COLUMNS : COLUMNS;
  const heading = work.isIdle ? 'KB/connection' : `CPU us/${work.unit}`;
  const costs = new Map([...samples].map(([name, list]) => [name, list.map(cost)]));
  printTable([
    ['', heading, ...columns.map(([title]) => title)],
    ...[...samples].map(([name, list]) => [
      name,
      spreadText(spread(costs.get(name))),
      ...columns.map(([, of]) => median(list, of)),
    ]),
  ]);
  judgeCosts(key, costs);
}

function judgeCosts(key, costs) {
  const mine = costs.get(SUBJECT);
  if (mine === undefined) return;
  for (const { row, work, against, ours, theirs } of GOALS) {
    const other = costs.get(against);
    if (work !== key || other === undefined) continue;
    if (ours === undefined) {
      judgeRatio({ row, what: `${key}, ${against} / ${SUBJECT}`, value: pairedRatio(other, mine), theirs });
    } else {
      judgeRatio({ row, what: `${key}, ${SUBJECT} / ${against}`, value: pairedRatio(mine, other), ours });
    }
  }
  const { row, work, atMost } = IDLE_KILOBYTES;
  if (work === key) judge({ row, what: `${key}, KB/connection`, value: spread(mine), limit: { atMost } });
}

function judgeRatio({ row, what, value, ours, theirs }) {
  judge({ row, what, value, limit: ours === undefined ? { atLeast: theirs } : { atMost: ours } });
}
