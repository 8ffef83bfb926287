import { setTimeout as sleep } from 'node:timers/promises';
import { createJiti } from 'jiti';
import { CLIENTS } from './clients.mjs';
import { publisherTo } from './rate-load.mjs';

const { TcpProxy } = await createJiti(import.meta.url).import('../../faults/tcp-proxy.ts');

const CUT_MS = 2000;
const EVERY_MS = 10_000;
/** The slowest client comes back within it: the longest pause before a retry of `sync` is 30 seconds. */
const AFTERMATH_MS = 35_000;

/** Clients as their makers deliver them, each behind a network of its own that is cut for two seconds of ten. */
export async function deliveredUnderCuts({ ports, wire, publish, clients: count, channels, rate, seconds }) {
  const clients = [];
  for (let i = 0; i < count; i++) {
    const network = await TcpProxy.start(ports[i % ports.length]);
    const channel = Math.floor(i / ports.length) % channels;
    const got = new Set();
    const isCounted = ({ n }) => n !== 'first' || got.size === 0;
    const close = await CLIENTS[wire](
      network.port,
      `bench/${channel}`,
      (payload) => isCounted(payload) && got.add(payload.n),
    );
    clients.push({ network, channel, got, close });
  }
  const send = publisherTo(ports, publish);
  await allHear(clients, { send, channels });
  const published = Array.from({ length: channels }, () => 0);
  const end = performance.now() + seconds * 1000;
  const cutting = clients.map(({ network }, i) => cutAgain(network, { first: (i / count) * EVERY_MS, end }));
  for (let n = 0; performance.now() < end; n++) {
    await send(`bench/${n % channels}`, { n });
    published[n % channels]++;
    await sleep(1000 / rate);
  }
  await Promise.all(cutting);
  const owed = clients.reduce((sum, { channel }) => sum + published[channel], 0);
  const reached = () => clients.reduce((sum, { got }) => sum + got.size, 0);
  for (let waited = 0; waited < AFTERMATH_MS && reached() < owed; waited += 100) await sleep(100);
  const delivered = reached();
  for (const { close } of clients) await close();
  await Promise.all(clients.map(({ network }) => network.stop()));
  return { owed, delivered, share: delivered / owed };
}

/** Not every library says when it is subscribed: what is published before would count as lost. */
async function allHear(clients, { send, channels }) {
  while (clients.some(({ got }) => !got.has('first'))) {
    for (let channel = 0; channel < channels; channel++) await send(`bench/${channel}`, { n: 'first' });
    await sleep(200);
  }
  for (const { got } of clients) got.clear();
}

async function cutAgain(network, { first, end }) {
  await sleep(first);
  while (performance.now() < end - CUT_MS) {
    network.cut();
    await sleep(CUT_MS);
    network.heal();
    await sleep(EVERY_MS - CUT_MS);
  }
}
