import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testFolder } from '../support/folder.js';
import { KEY, ServerProcess } from '../support/server.js';
import { StompTestPeer } from '../support/stomp-peer.js';
import { until } from '../support/until.js';

const FILES = {
  'signalbox.yml': [
    'listen: { stomp_port: 0 }',
    'topics: { talk: broadcast }',
    'limits: { messages: false, publishes: false }',
    '',
  ].join('\n'),
  'routing/talk.yml': [
    'talk:',
    '  channel: talk/{user_id}',
    '  handler: talk',
    '  access: { subscribe: anyone, publish: anyone, history: [owner, backend] }',
    '  log: true',
    '',
  ].join('\n'),
};

const MANY = 1000;

function lives(): () => Promise<ServerProcess> {
  const config = `${testFolder(FILES)}/signalbox.yml`;
  return async () => {
    const server = await ServerProcess.start({ config });
    onTestFinished(() => server.stop());
    return server;
  };
}

async function peerOf(server: ServerProcess): Promise<StompTestPeer> {
  const peer = await StompTestPeer.tcp(server.portOf('stomp'));
  await peer.connect({ 'accept-version': '1.2' });
  return peer;
}

interface Answer {
  readonly status: number;
  readonly texts: readonly unknown[];
  readonly next: number | undefined;
}

async function read(server: ServerProcess, query: string, credential: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${credential}` };
  const response = await fetch(`${server.url}/api/log?${query}`, { headers });
  const { messages = [], next } = (await response.json()) as {
    messages?: { payload: unknown }[];
    next?: number;
  };
  return { status: response.status, texts: messages.map(({ payload }) => payload), next };
}

/** All pages, from the newest back; the oldest message first. */
async function readAll(
  server: ServerProcess,
  query: string,
  credential: string,
): Promise<readonly unknown[]> {
  let texts: readonly unknown[] = [];
  let before = '';
  for (;;) {
    const page = await read(server, `${query}${before}`, credential);
    texts = [...page.texts, ...texts];
    if (page.next === undefined) return texts;
    before = `&before=${page.next}`;
  }
}

describe('a log', { timeout: 60_000 }, () => {
  it('has all that a subscriber got, once and in order, when its process was killed meanwhile', async () => {
    const live = lives();
    const server = await live();
    const [reader, writer] = [await peerOf(server), await peerOf(server)];
    await reader.ask('SUBSCRIBE', { id: '1', destination: '/topic/talk.5' });
    for (let n = 0; n < MANY && reader.of('MESSAGE').length < MANY / 3; n++) {
      writer.send('SEND', { destination: '/topic/talk.5', receipt: String(n) }, `word ${n}`);
      if (n % 10 === 9) await turn();
    }
    await until(() => reader.of('MESSAGE').length > 0);
    await server.stop();
    await until(() => reader.closed !== undefined);
    const heard = reader.of('MESSAGE').map(({ body }) => body);
    const promised = writer.of('RECEIPT').map(({ headers }) => `word ${headers['receipt-id']}`);

    const kept = await readAll(await live(), 'channel=talk/5&limit=100', KEY);
    expect(kept.slice(0, heard.length)).toEqual(heard);
    expect(promised.filter((word) => !kept.includes(word))).toEqual([]);
    expect(kept).toEqual(kept.map((_, n) => `word ${n}`));
  });

  it('is read by those whom its route lets, and by nobody else', async () => {
    const server = await lives()();
    const writer = await peerOf(server);
    for (const [user, text] of [
      ['5', "Five o'clock at the café"],
      ['6', "six o'clock"],
    ] as const)
      await writer.ask('SEND', { destination: `/topic/talk.${user}` }, text);
    expect(await read(server, 'channel=talk/5&q=CLOCK+cafe', server.ticket('5'))).toMatchObject({
      status: 200,
      texts: ["Five o'clock at the café"],
    });
    expect((await read(server, 'channel=talk/5&channel=talk/6&q=clock', KEY)).texts).toHaveLength(2);
    expect(await read(server, 'channel=talk/6', server.ticket('5'))).toMatchObject({
      status: 403,
      texts: [],
    });
    const both = await read(server, 'channel=talk/5&channel=talk/6', server.ticket('5'));
    expect(both).toMatchObject({ status: 403, texts: [] });
    expect((await read(server, 'channel=talk/5', 'forged')).status).toBe(401);
    expect((await read(server, 'channel=nowhere', KEY)).status).toBe(404);
    expect((await read(server, 'channel=talk/5&limit=x', KEY)).status).toBe(400);
  });
});
