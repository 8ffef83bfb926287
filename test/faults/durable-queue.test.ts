import { setTimeout as sleep } from 'node:timers/promises';
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
/** Frames that are not answered yet, at most, so that the end comes in the middle. */
const WINDOW = 100;

const numbers = Array.from({ length: MANY }, (_, n) => String(n));

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

/** Sends all numbers, each with itself for a receipt, until the connection ends or `stops` says so. */
async function send(peer: StompTestPeer, stops: () => boolean): Promise<void> {
  for (const body of numbers) {
    await room(peer, () => Number(body) - receipts(peer).length);
    if (peer.closed !== undefined || stops()) return;
    peer.send('SEND', { destination: '/queue/work', receipt: body }, body);
  }
}

/** Waits while too much is unanswered. */
async function room(peer: StompTestPeer, unanswered: () => number): Promise<void> {
  while (peer.closed === undefined && unanswered() >= WINDOW) await sleep(1);
}

const receipts = (peer: StompTestPeer) =>
  peer.of('RECEIPT').map(({ headers }) => headers['receipt-id'] ?? '');

/** The numbers of messages of which the server said that it had noted the ACK. */
const consumedBy = (peer: StompTestPeer) =>
  receipts(peer).flatMap((receipt) => (receipt.startsWith('ACK ') ? [receipt.slice('ACK '.length)] : []));

const bodies = (messages: readonly StompReply[]) => messages.map(({ body }) => body);

/** Waits for all that a process that has ended had written, too. */
async function killed({ server, peer }: { server: ServerProcess; peer: StompTestPeer }): Promise<void> {
  await server.stop();
  await until(() => peer.closed !== undefined);
}

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

describe('a durable queue', { timeout: 60_000 }, () => {
  it('has all that it acknowledged to senders, in their order, when its process was killed meanwhile', async () => {
    const live = lives();
    const first = await live();
    await send(first.peer, () => first.peer.of('RECEIPT').length >= MANY / 3);
    await killed(first);
    const kept = receipts(first.peer);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept).toEqual(numbers.slice(0, kept.length));

    const found = await drain((await live()).peer);
    expect(found.length).toBeGreaterThanOrEqual(kept.length);
    // Nothing came before something that is missing.
    expect(bodies(found)).toEqual(numbers.slice(0, found.length));
    expect(found.filter(({ headers }) => headers['redelivered'] !== 'true')).toEqual([]);
  });

  it('brings nothing back of which it acknowledged that it was consumed, and all else marked', async () => {
    const live = lives();
    const first = await live();
    await send(first.peer, () => false);
    await until(() => first.peer.of('RECEIPT').length === MANY);
    const messages = await drain(first.peer);
    expect(bodies(messages)).toEqual(numbers);
    const answered = new Set<string>();
    for (const { headers, body } of messages.slice(0, MANY / 2)) {
      await room(first.peer, () => answered.size - consumedBy(first.peer).length);
      answered.add(body);
      first.peer.send('ACK', { id: headers['ack'] ?? '', receipt: `ACK ${body}` });
    }
    await killed(first);
    const consumed = consumedBy(first.peer);
    expect(consumed.length).toBeGreaterThan(0);

    const again = await drain((await live()).peer);
    const found = bodies(again);
    expect(found.filter((body) => consumed.includes(body))).toEqual([]);
    // What was being acknowledged at that moment is gone or not; all that nobody spoke of is there.
    expect(found.filter((body) => !answered.has(body))).toEqual(
      numbers.filter((body) => !answered.has(body)),
    );
    expect(found).toEqual(numbers.filter((body) => found.includes(body)));
    expect(again.filter(({ headers }) => headers['redelivered'] !== 'true')).toEqual([]);
  });

  it('has everything when its process was told to stop', async () => {
    const live = lives();
    const first = await live();
    await send(first.peer, () => first.peer.of('RECEIPT').length >= MANY / 3);
    first.server.signal('SIGTERM');
    expect(await first.server.exit).toMatchObject({ code: 0 });
    await until(() => first.peer.closed !== undefined);

    const found = await drain((await live()).peer);
    expect(found.length).toBeGreaterThanOrEqual(receipts(first.peer).length);
    expect(bodies(found)).toEqual(numbers.slice(0, found.length));
  });
});
