import { expect, it } from 'vitest';
import { Mailbox, type Recipient } from '../../src/core/mailbox.js';

/** Handles a message when its turn is let through; `at once` needs none. */
class SlowPeer implements Recipient<string> {
  readonly seen: string[] = [];
  readonly #turns: (() => void)[] = [];

  handle(message: string): Promise<void> | undefined {
    this.seen.push(message);
    if (message === 'at once') return undefined;
    return new Promise((resolve) => this.#turns.push(resolve));
  }

  overfilled(): void {
    this.seen.push('overfilled');
  }

  drained(): void {
    this.seen.push('drained');
  }

  /** Ends the request that runs, and lets what follows from it happen. */
  async finish(): Promise<void> {
    this.#turns.shift()?.();
    for (let i = 0; i < 10; i++) await undefined;
  }
}

function peerWith(limit?: number): { peer: SlowPeer; mailbox: Mailbox<string> } {
  const peer = new SlowPeer();
  return { peer, mailbox: new Mailbox(peer, limit) };
}

it('handles one request of a peer after the other, in the order in which they came', async () => {
  const { peer, mailbox } = peerWith();
  for (const message of ['a', 'b', 'at once', 'c']) mailbox.push(message);
  expect(peer.seen).toEqual(['a']);
  await peer.finish();
  expect(peer.seen).toEqual(['a', 'b']);
  mailbox.push('d');
  await peer.finish();
  expect(peer.seen).toEqual(['a', 'b', 'at once', 'c']);
  await peer.finish();
  await peer.finish();
  mailbox.push('e');
  expect(peer.seen).toEqual(['a', 'b', 'at once', 'c', 'd', 'e']);
});

it('handles a request at once where none runs', () => {
  const { peer, mailbox } = peerWith();
  for (let i = 0; i < 3; i++) mailbox.push('at once');
  expect(peer.seen).toEqual(['at once', 'at once', 'at once']);
});

it('has a peer read no more from the limit of waiting requests on, said once, until all are handled', async () => {
  const { peer, mailbox } = peerWith(2);
  mailbox.push('a');
  mailbox.push('b');
  expect(peer.seen).toEqual(['a']);
  mailbox.push('c');
  mailbox.push('d');
  expect(peer.seen).toEqual(['a', 'overfilled']);
  for (let i = 0; i < 4; i++) await peer.finish();
  expect(peer.seen).toEqual(['a', 'overfilled', 'b', 'c', 'd', 'drained']);
  for (const message of ['e', 'f', 'g']) mailbox.push(message);
  expect(peer.seen.slice(6)).toEqual(['e', 'overfilled']);
});

it('lets 63 requests of a peer wait unless it is told otherwise, and stops reading at the 64th', () => {
  const { peer, mailbox } = peerWith();
  for (let i = 0; i < 64; i++) mailbox.push(`${i}`);
  expect(peer.seen).toEqual(['0']);
  mailbox.push('64');
  expect(peer.seen).toEqual(['0', 'overfilled']);
});

it('drops what waits when it is closed, takes nothing more, and has the peer read again', async () => {
  const { peer, mailbox } = peerWith(2);
  for (const message of ['a', 'b', 'c']) mailbox.push(message);
  mailbox.close();
  mailbox.push('d');
  expect(peer.seen).toEqual(['a', 'overfilled', 'drained']);
  await peer.finish();
  mailbox.push('e');
  expect(peer.seen).toEqual(['a', 'overfilled', 'drained']);
});

it('handles nothing of the batch that it is at once it is closed, and says nothing of a peer that was never held', async () => {
  const { peer, mailbox } = peerWith();
  for (const message of ['a', 'b', 'c']) mailbox.push(message);
  await peer.finish();
  mailbox.close();
  await peer.finish();
  expect(peer.seen).toEqual(['a', 'b']);
});
