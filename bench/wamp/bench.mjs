import { startGenerator, startServer } from '../lib/launch.mjs';
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
    { name: 'signalbox, a callee', server: signalbox(), procedure: 'bench.callee' },
    { name: 'signalbox, a routed procedure', server: signalbox(), procedure: 'bench.add' },
    ...(fox ? [{ name: 'fox-wamp, a callee', server: fox, procedure: 'bench.callee' }] : []),
  ];
  const samples = await inTurn(cases, options, {
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
        server: signalbox(),
        serializer,
      })),
      ...(fox ? [{ name: 'fox-wamp, json', server: fox, serializer: 'json' }] : []),
    ];
    const samples = await inTurn(cases, options, {
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
  const cases = PATTERNS.map((count) => ({ name: `${digits(count)} prefixes`, server: signalbox(), count }));
  const samples = await inTurn(cases, options, {
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

/** Measures cases in turn, round by round, each against a server and with a generator of its own. */
async function inTurn(cases, { rounds, seconds }, { prepare, also, measure }) {
  const samples = new Map(cases.map(({ name }) => [name, []]));
  const running = [];
  try {
    for (const one of cases) {
      const server = await startServer(one.server);
      const generator = startGenerator(MAIN);
      running.push({ one, server, generator });
      const at = { port: server.port, server: server.pid };
      for (const request of [prepare, also])
        if (request !== undefined) await generator.ask(...request(one, at));
    }
    for (let round = -1; round < rounds; round++) {
      for (const { one, generator } of running) {
        const [request, more] = measure(one);
        const sample = await generator.ask(request, { seconds, ...more });
        if (round >= 0) samples.get(one.name).push(sample);
      }
    }
  } finally {
    await Promise.all(running.flatMap(({ server, generator }) => [server.stop(), generator.stop()]));
  }
  return samples;
}

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
