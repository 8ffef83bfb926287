import { inTurn } from '../lib/in-turn.mjs';
import { startServer } from '../lib/launch.mjs';
import { digits, pairedRatio, spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { judge } from '../lib/verdicts.mjs';
import { foxWamp, signalbox } from './servers.mjs';

const MAIN = new URL('./main.mjs', import.meta.url);
const CALLERS = 10;
const DEPTH = 20;
const SUBSCRIBERS = [0, 1, 1000];
const PATTERNS = [0, 100, 10_000];
const ROW = { calls: 17, patterns: 18 };

/** Calls, publications and patterns of WAMP v2, beside another router in JavaScript. */
export async function benchWamp({ rounds, seconds }) {
  const fox = foxWamp();
  const calls = await benchCalls(fox, { rounds, seconds });
  const publications = await benchPublications(fox, { rounds, seconds });
  const patterns = await benchPatterns({ rounds, seconds });
  return { calls, publications, patterns };
}

async function benchCalls(fox, options) {
  console.log(`\nwamp calls: ${CALLERS} callers with ${DEPTH} calls each under way`);
  const cases = [
    { name: 'signalbox, a callee', start: startSignalbox, procedure: 'bench.callee' },
    { name: 'signalbox, a routed procedure', start: startSignalbox, procedure: 'bench.add' },
    ...(fox
      ? [{ name: 'fox-wamp, a callee', start: () => startServer(fox), procedure: 'bench.callee' }]
      : []),
  ];
  const samples = await inTurn(MAIN, cases, options, {
    prepare: ({ procedure }, at) => ['calls', { ...at, procedure, count: CALLERS }],
    measure: ({ procedure }) => ['measureCalls', { procedure, depth: DEPTH }],
  });
  report('call', samples);
  const [ours, , theirs] = [...samples.values()];
  if (theirs !== undefined) {
    const value = pairedRatio(costs(theirs), costs(ours));
    judge({ row: ROW.calls, what: 'call, fox-wamp / signalbox', value, limit: { atLeast: 3 } });
  }
  return Object.fromEntries(samples);
}

async function benchPublications(fox, options) {
  const results = {};
  for (const count of SUBSCRIBERS) {
    console.log(`\nwamp publications: ${count} subscribers`);
    const serializers = ['json', 'msgpack', 'cbor'];
    const cases = [
      ...serializers.map((serializer) => ({
        name: `signalbox, ${serializer}`,
        start: startSignalbox,
        serializer,
      })),
      ...(fox ? [{ name: 'fox-wamp, json', start: () => startServer(fox), serializer: 'json' }] : []),
    ];
    const samples = await inTurn(MAIN, cases, options, {
      prepare: ({ serializer }, at) => ['publications', { ...at, serializer, count, name: 'bench.topic' }],
      measure: () => ['measurePublications', {}],
    });
    report('publication', samples);
    results[count] = Object.fromEntries(samples);
  }
  return results;
}

async function benchPatterns(options) {
  console.log('\nwamp patterns: publications that no pattern matches, nobody hears them');
  const cases = PATTERNS.map((count) => ({
    name: `${digits(count)} prefixes`,
    start: startSignalbox,
    count,
  }));
  const samples = await inTurn(MAIN, cases, options, {
    prepare: (_, at) => ['publications', { ...at, serializer: 'json', count: 0, name: 'bench.topic' }],
    also: ({ count }, at) => ['patterns', { ...at, count, match: 'prefix' }],
    measure: () => ['measurePublications', {}],
  });
  report('publication', samples);
  const [none, , many] = [...samples.values()];
  const value = pairedRatio(costs(many), costs(none));
  judge({ row: ROW.patterns, what: '10,000 patterns / none', value, limit: { atMost: 1.2 } });
  return Object.fromEntries(samples);
}

const startSignalbox = () => startServer(signalbox());

const costs = (samples) => samples.map(({ cpu }) => cpu);

function report(unit, samples) {
  printTable([
    ['', `CPU us/${unit}`, `${unit}s/s`],
    ...[...samples].map(([name, list]) => [
      name,
      spreadText(spread(costs(list))),
      digits(spread(list.map(({ rate }) => rate)).median),
    ]),
  ]);
}
