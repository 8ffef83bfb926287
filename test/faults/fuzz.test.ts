import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectHealth, type Health, takeHealth } from '../support/health.js';
import { frameOf, OPCODE, RawWebSocket } from '../support/raw-websocket.js';
import { KEY } from '../support/server.js';
import { useServer } from '../support/use-server.js';
import { bodies, messages, requests, wire } from './mutations.js';

/** Frames and requests in all; each part has its share. */
const COUNT = 10_000;
const AT_ONCE = 16;
const TIMEOUT = 120_000;

/** The same inputs each time, so that a failure belongs to a change. To look further: FUZZ_SEED=2, 3, … */
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

const server = useServer({
  env: {
    SIGNALBOX_LIMITS_MESSAGES: 'false',
    SIGNALBOX_LIMITS_HANDSHAKE_TIMEOUT: '2s',
    // thousands of peers from loopback, many with tickets that are none
    SIGNALBOX_LIMITS_HANDSHAKES: 'false',
    SIGNALBOX_LIMITS_FAILED_LOGINS: 'false',
    SIGNALBOX_LOG_LEVEL: 'warn',
    SIGNALBOX_LOG_FORMAT: 'json',
  },
});

let before: Health;
beforeAll(async () => {
  before = await takeHealth(server());
});
afterAll(() => before.witness.socket.destroy());

/** Does something with every sample, several at a time. */
async function each(
  arbitrary: fc.Arbitrary<Buffer>,
  share: number,
  act: (octets: Buffer) => Promise<void>,
): Promise<void> {
  const samples = fc.sample(arbitrary, { seed, numRuns: COUNT * share });
  const next = samples.values();
  const worker = async () => {
    for (const octets of next) await act(octets);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Resolves when the server has answered the mark, or has ended the connection. */
function answered(client: RawWebSocket, mark: string): Promise<void> {
  return new Promise((resolve) => {
    client.onend = resolve;
    client.onframe = ({ opcode, payload }) => {
      if (opcode === OPCODE.close) client.destroy();
      else if (payload.includes(mark)) resolve();
    };
    if (client.ended) resolve();
  });
}

/** Ends its own side at once; resolves when the server has ended the other. */
async function exchange(octets: Buffer): Promise<void> {
  const socket: Socket = connect(server().port, '127.0.0.1');
  const closed = once(socket.on('error', () => undefined).resume(), 'close');
  socket.end(octets);
  await closed;
}

describe(`${COUNT} random and mutated inputs leave the server as it was`, () => {
  it('as messages of a session', { timeout: TIMEOUT }, async () => {
    const idle: RawWebSocket[] = [];
    let marks = 0;
    await each(messages, 0.65, async (octets) => {
      const client = idle.pop() ?? (await RawWebSocket.open(server().webSocketUrl()));
      const mark = `mark-${++marks}`;
      const done = answered(client, mark);
      client.socket.write(
        Buffer.concat([frameOf(OPCODE.text, octets), frameOf(OPCODE.text, Buffer.from(`[2,"${mark}","x"]`))]),
      );
      await done;
      if (!client.ended && client.closeFrame === undefined) idle.push(client);
    });
    for (const client of idle) client.destroy();
    await expectHealth(server(), before);
  });

  it('as octets after the handshake', { timeout: TIMEOUT }, async () => {
    await each(wire, 0.1, async (octets) => {
      const client = await RawWebSocket.open(server().webSocketUrl());
      const ended = once(client.socket, 'close');
      client.socket.end(octets);
      await ended;
    });
    await expectHealth(server(), before);
  });

  it('as octets in place of a request', { timeout: TIMEOUT }, async () => {
    await each(requests, 0.1, exchange);
    await expectHealth(server(), before);
  });

  it('as bodies of a publish', { timeout: TIMEOUT }, async () => {
    const statuses = new Set<number>();
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    await each(bodies, 0.15, async (octets) => {
      const body = new Uint8Array(octets);
      const answer = await fetch(`${server().url}/api/publish`, { method: 'POST', headers, body });
      statuses.add(answer.status);
      await answer.arrayBuffer();
    });
    expect([...statuses].filter((status) => status >= 500)).toEqual([]);
    await expectHealth(server(), before);
  });
});
