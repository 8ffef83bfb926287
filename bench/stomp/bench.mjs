import { inTurn } from '../lib/in-turn.mjs';
import { digits, pairedRatio, spread, spreadText } from '../lib/stats.mjs';
import { printTable } from '../lib/table.mjs';
import { judge } from '../lib/verdicts.mjs';
import { missingRabbitMq, startRabbitMq } from './rabbitmq.mjs';
import { startSignalbox } from './servers.mjs';

const MAIN = new URL('./main.mjs', import.meta.url);
const SUBSCRIBERS = 500;
const DEPTHS = [1, 16];
const ROW = { topic: 19, queue: 20, durable: 21 };

/** Topics and queues of STOMP, beside RabbitMQ. */
export async function benchStomp({ rounds, seconds }) {
  const missing = missingRabbitMq();
  if (missing !== undefined) console.log(missing);
  const starts = { signalbox: startSignalbox, ...(missing === undefined && { rabbitmq: startRabbitMq }) };
  const servers = Object.entries(starts).map(([name, start]) => ({ name, start }));
  const topics = {};
  for (const over of ['webSocket', 'tcp']) {
    for (const depth of DEPTHS)
      topics[`${over} ${depth}`] = await benchTopic(servers, { over, depth }, { rounds, seconds });
  }
  const transient = await benchQueue(servers, { kind: 'transient' }, { rounds, seconds });
  const durable = await benchQueue(servers, { kind: 'durable' }, { rounds, seconds });
  return { topics, transient, durable };
}

async function benchTopic(servers, { over, depth }, options) {
  console.log(`\nstomp topic over ${over}: ${SUBSCRIBERS} subscribers, ${depth} messages under way`);
  const samples = await inTurn(MAIN, servers, options, {
    prepare: (_, at) => ['topic', { ...at, over, count: SUBSCRIBERS }],
    measure: () => ['measureTopic', { depth }],
  });
  report('delivery', samples);
  judgeRatio(samples, { row: ROW.topic, what: `topic, ${over} ${depth}`, atMost: 1 });
  return Object.fromEntries(samples);
}

async function benchQueue(servers, { kind }, options) {
  console.log(`\nstomp queue, ${kind}: a receipt for each message, an acknowledgement for each`);
  const destination = `/queue/${kind}.jobs`;
  const samples = await inTurn(MAIN, servers, options, {
    prepare: (_, at) => ['queue', { ...at, over: 'tcp', destination, persistent: kind === 'durable' }],
    measure: () => ['measureQueue', {}],
  });
  report('message', samples);
  const isDurable = kind === 'durable';
  const row = isDurable ? ROW.durable : ROW.queue;
  judgeRatio(samples, { row, what: `queue, ${kind}`, atMost: isDurable ? 2 : 1 });
  return Object.fromEntries(samples);
}

const costs = (samples) => samples.map(({ cpu }) => cpu);

function judgeRatio(samples, { row, what, atMost }) {
  const theirs = samples.get('rabbitmq');
  if (theirs === undefined) return;
  const value = pairedRatio(costs(samples.get('signalbox')), costs(theirs));
  judge({ row, what: `${what}, signalbox / rabbitmq`, value, limit: { atMost } });
}

function report(unit, samples) {
  printTable([
    ['', `CPU us/${unit}`, `${unit === 'delivery' ? 'deliveries' : 'messages'}/s`],
    ...[...samples].map(([name, list]) => [
      name,
      spreadText(spread(costs(list))),
      digits(spread(list.map(({ rate }) => rate)).median),
    ]),
  ]);
}
