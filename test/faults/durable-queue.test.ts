import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testFolder } from '../support/folder.js';
import { ServerProcess } from '../support/server.js';
import type { StompReply } from '../support/stomp-frames.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';

const FILES = {
  'signalbox.yml': [
    'listen: { stomp_port: 0 }',
    'topics: { work: broadcast }',
    'limits: { messages: false, publishes: false }',
    '',
  ].join('\n'),
  'routing/work.yml': [
    'work:',
    '  channel: queue/work',
    '  handler: work',
    '  access: { subscribe: anyone, publish: anyone }',
    '  delivery: queue',
    '  durable: true',
    '',
  ].join('\n'),
};

const MANY = 1000;

/** Servers on one folder, one after the other. */
function lives(): () => Promise<{ server: ServerProcess; peer: StompTestPeer }> {
  const config = `${testFolder(FILES)}/signalbox.yml`;
  return async () => {
    const server = await ServerProcess.start({ config });
    onTestFinished(() => server.stop());
    const peer = await StompTestPeer.tcp(server.portOf('stomp'));
    await peer.connect({ 'accept-version': '1.2' });
    return { server, peer };
  };
}

/** Sends messages with these bodies, each with its body for a receipt, until one after another is sent or it `stops`. */
async function send(peer: StompTestPeer, bodies: readonly string[], stops: () => boolean): Promise<void> {
  for (const [n, body] of bodies.entries()) {
    if (peer.closed !== undefined || stops()) return;
    peer.send('SEND', { destination: '/queue/work', receipt: body }, body);
    if (n % 10 === 9) await turn();
  }
}

const receipts = (peer: StompTestPeer) =>
  peer.of('RECEIPT').map(({ headers }) => headers['receipt-id'] ?? '');

/** All that the queue holds, in the order in which it comes. */
async function drain(peer: StompTestPeer): Promise<readonly StompReply[]> {
  const headers = { id: '1', destination: '/queue/work', ack: 'client-individual', 'prefetch-count': '1000' };
  await peer.ask('SUBSCRIBE', headers);
  let count = -1;
  while (count < peer.of('MESSAGE').length) {
    count = peer.of('MESSAGE').length;
    await peer.ask('BEGIN', { transaction: `t${count}` });
  }
  return peer.of('MESSAGE');
}

const numbers = Array.from({ length: MANY }, (_, n) => String(n));

describe('a durable queue', { timeout: 60_000 }, () => {
  it('has all that it acknowledged to senders, in their order, when its process was killed meanwhile', async () => {
    const live = lives();
    const first = await live();
    await send(first.peer, numbers, () => first.peer.of('RECEIPT').length >= MANY / 3);
    await until(() => first.peer.of('RECEIPT').length > 0);
    await first.server.stop();
    await until(() => first.peer.closed !== undefined);
    const kept = receipts(first.peer);
    expect(kept.length).toBeGreaterThan(0);

    const { peer } = await live();
    const found = (await drain(peer)).map(({ body }) => body);
    expect(kept.filter((body) => !found.includes(body))).toEqual([]);
    expect(found).toEqual([...new Set(found)].sort((a, b) => Number(a) - Number(b)));
  });

  it('brings nothing back of which it acknowledged that it was consumed, and all else marked', async () => {
    const live = lives();
    const first = await live();
    await send(first.peer, numbers, () => false);
    await until(() => first.peer.of('RECEIPT').length === MANY);
    const messages = await drain(first.peer);
    expect(messages.map(({ body }) => body)).toEqual(numbers);
    for (const [n, { headers, body }] of messages.entries()) {
      if (first.peer.of('RECEIPT').length > MANY * 1.3) break;
      first.peer.send('ACK', { id: headers['ack'] ?? '', receipt: `consumed ${body}` });
      if (n % 10 === 9) await turn();
    }
    await until(() => receipts(first.peer).some((receipt) => receipt.startsWith('consumed ')));
    await first.server.stop();
    await until(() => first.peer.closed !== undefined);
    const consumed = new Set(receipts(first.peer).filter((receipt) => receipt.startsWith('consumed ')));
    expect(consumed.size).toBeGreaterThan(0);

    const { peer } = await live();
    const again = await drain(peer);
    expect(again.filter(({ body }) => consumed.has(`consumed ${body}`))).toEqual([]);
    expect(again.every(({ headers }) => headers['redelivered'] === 'true')).toBe(true);
    // What was being acknowledged at that moment is gone or not; all that nobody spoke of is there.
    const untouched = numbers.slice(-MANY / 4);
    expect(again.map(({ body }) => body).slice(-untouched.length)).toEqual(untouched);
  });

  it('has everything when its process was told to stop', async () => {
    const live = lives();
    const first = await live();
    await send(first.peer, numbers, () => first.peer.of('RECEIPT').length >= MANY / 3);
    first.server.signal('SIGTERM');
    await first.server.exit;
    await until(() => first.peer.closed !== undefined);
    const { peer } = await live();
    const found = (await drain(peer)).map(({ body }) => body);
    expect(receipts(first.peer).filter((body) => !found.includes(body))).toEqual([]);
  });
});
