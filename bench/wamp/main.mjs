/** The process that makes the load of WAMP v2: does what its parent says over IPC, one request at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMicroseconds, processTree } from '../lib/process-tree.mjs';
import { Client } from './client.mjs';

const [PUBLISH, SUBSCRIBE, CALL, REGISTER] = [16, 32, 48, 64];
const BATCH = 50;
const PATIENCE_MS = 30_000;
const PAYLOAD = 'x'.repeat(86);

let pid;
let callers = [];
let publisher;
let subscribers = [];
let topic;
let published = 0;
const base = [];

const requests = {
  /** One callee, or a procedure of the server, and callers. */
  async calls({ port, server, procedure, count }) {
    pid = server;
    if (procedure === 'bench.callee') {
      const callee = await Client.connect(port, 'json');
      base.push(callee);
      await callee.ask(REGISTER, {}, procedure);
    }
    callers = await Promise.all(Array.from({ length: count }, () => Client.connect(port, 'json')));
    return callers[0].ask(CALL, {}, procedure, [1, 2]);
  },
  measureCalls: ({ seconds, procedure, depth }) =>
    measure(seconds, async (isOver) => {
      let done = 0;
      const one = async (caller) => {
        while (!isOver()) {
          const [, , , [sum]] = await caller.ask(CALL, {}, procedure, [2, 3]);
          if (sum !== 5) throw new Error(`2 + 3 is ${sum}`);
          done++;
        }
      };
      await Promise.all(callers.flatMap((caller) => Array.from({ length: depth }, () => one(caller))));
      return done;
    }),
  /** One publisher, and subscribers to what it publishes. */
  async publications({ port, server, serializer, count, name }) {
    pid = server;
    topic = name;
    published = 0;
    publisher = await Client.connect(port, serializer);
    subscribers = [];
    while (subscribers.length < count) {
      const client = await Client.connect(port, serializer);
      await client.ask(SUBSCRIBE, {}, topic);
      client.becomeDeaf();
      subscribers.push(client);
    }
  },
  /** Subscriptions to patterns that match nothing of what is published. */
  async patterns({ port, count, match }) {
    let client;
    for (let i = 0; i < count; i += 100) {
      if (i % 1000 === 0) base.push((client = await Client.connect(port, 'json')));
      const some = Array.from({ length: Math.min(100, count - i) }, (_, n) => `bench.other${i + n}`);
      const patterns = match === 'wildcard' ? some.map((pattern) => `${pattern}..end`) : some;
      await Promise.all(patterns.map((pattern) => client.ask(SUBSCRIBE, { match }, pattern)));
    }
  },
  measurePublications: ({ seconds }) =>
    measure(seconds, async (isOver) => {
      const before = published;
      const args = [{ seq: 1, data: PAYLOAD }];
      while (!isOver()) {
        const size = subscribers.length > 100 ? 4 : BATCH;
        for (let i = 1; i < size; i++) publisher.send([PUBLISH, publisher.nextRequest(), {}, topic, args]);
        await publisher.ask(PUBLISH, { acknowledge: true }, topic, args);
        published += size;
        await heard();
      }
      return published - before;
    }),
};

/** Waits until all subscribers have all that was published. */
async function heard() {
  const end = Date.now() + PATIENCE_MS;
  while (subscribers.some(({ events }) => events < published)) {
    if (Date.now() > end) throw new Error('publications were lost');
    await sleep(1);
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
    process.send({ error: error.message });
  }
});
process.on('disconnect', () => process.exit());
