/** The process that makes the load of STOMP: does what its parent says over IPC, one request at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMicroseconds, processTree } from '../lib/process-tree.mjs';
import { Client } from './client.mjs';
import { QueueLoad } from './queue-load.mjs';

const PATIENCE_MS = 30_000;
const FILLING = 'x'.repeat(80);

let pid;
let publisher;
const subscribers = [];
let queueLoad;
let published = 0;

const requests = {
  /** One publisher, and subscribers to a topic. */
  async topic({ server, count, ...how }) {
    pid = server;
    publisher = await Client.connect(how);
    while (subscribers.length < count) {
      const client = await Client.connect(how);
      const joined = new Promise((resolve) => (client.onFrame = resolve));
      client.send('SUBSCRIBE', { id: 's', destination: '/topic/bench.room', receipt: 'r' });
      const answer = await joined;
      if (!answer.startsWith('RECEIPT\n')) throw new Error(answer);
      client.becomeDeaf();
      subscribers.push(client);
    }
  },
  /** `depth` messages are under way at a time. */
  measureTopic: ({ seconds, depth }) =>
    measure(seconds, async (isOver) => {
      const before = published;
      while (!isOver()) {
        for (let n = 0; n < depth; n++) {
          const body = `{"seq":${++published},"data":"${FILLING}"}`;
          publisher.send(
            'SEND',
            { destination: '/topic/bench.room', 'content-type': 'application/json' },
            body,
          );
        }
        await heard();
      }
      return (published - before) * subscribers.length;
    }),
  async queue({ server, ...how }) {
    pid = server;
    queueLoad = await QueueLoad.start(how);
  },
  measureQueue: ({ seconds }) => measure(seconds, (isOver) => queueLoad.run(isOver)),
};

/** Waits until all subscribers have all that was published, the last of it last. */
async function heard() {
  const end = Date.now() + PATIENCE_MS;
  while (subscribers.some((client) => client.heard < published)) {
    if (Date.now() > end) throw new Error('messages were lost');
    await sleep(0);
  }
  const last = `"seq":${published},`;
  for (const client of subscribers) {
    if (client.heard > published) throw new Error('messages came twice');
    if (!client.last.includes(last)) throw new Error(`the last message is not that of ${last}`);
  }
}

/** What the server's processes used for each of what `work` counts. */
async function measure(seconds, work) {
  const cpu = cpuMicroseconds(processTree(pid));
  const start = performance.now();
  const count = await work(() => performance.now() - start > seconds * 1000);
  const elapsed = (performance.now() - start) / 1000;
  return { cpu: (cpuMicroseconds(processTree(pid)) - cpu) / count, rate: count / elapsed };
}

process.on('message', async ({ request, options }) => {
  try {
    process.send({ answer: (await requests[request](options)) ?? null });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.on('disconnect', () => process.exit());
