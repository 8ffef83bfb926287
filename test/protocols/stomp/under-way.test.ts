import { beforeEach, describe, expect, it } from 'vitest';
import { RouterError } from '../../../src/core/errors.js';
import { testRoute } from '../../../src/testing.js';
import { type Client, World } from './world.js';

/** What the handler waits for after it has published. */
let disk: Promise<void>;
let kept: () => void;
let broken: (error: Error) => void;

beforeEach(() => {
  disk = new Promise((resolve, reject) => {
    kept = resolve;
    broken = reject;
  });
  disk.catch(() => undefined);
});

async function connect(version = '1.2'): Promise<Client> {
  const world = new World({
    routes: [testRoute('kept', 'kept/{room}')],
    handlers: {
      kept: {
        onPublish: (_session, topic, _request, event) => {
          void topic.broadcast(event.payload, event);
          return disk;
        },
      },
    },
  });
  const client = await world.connect(version);
  await client.do('SUBSCRIBE', { id: 's', destination: 'kept/1' });
  return client;
}

const commands = (frames: readonly { readonly command: string }[]) => frames.map(({ command }) => command);

describe('a sender whose messages wait for the disk', () => {
  it('sends on meanwhile, and has each receipt when its message is kept', async () => {
    const client = await connect();
    for (const n of ['1', '2', '3']) client.send('SEND', { destination: 'kept/1', receipt: n }, n);
    expect(commands(await client.news())).toEqual(['MESSAGE', 'MESSAGE', 'MESSAGE']);
    kept();
    expect((await client.news()).map(({ headers }) => headers['receipt-id'])).toEqual(['1', '2', '3']);
  });

  it('is told that it may go when all is kept', async () => {
    const client = await connect();
    client.send('SEND', { destination: 'kept/1', receipt: 'message' }, 'last');
    client.send('DISCONNECT', { receipt: 'bye' });
    expect(commands(await client.news())).toEqual(['MESSAGE']);
    expect(client.ended).toBeUndefined();
    kept();
    expect((await client.news()).map(({ headers }) => headers['receipt-id'])).toEqual(['message', 'bye']);
    expect(client.ended).toBeDefined();
  });

  it('is told which one was not kept', async () => {
    const client = await connect('1.0');
    client.send('SEND', { destination: 'kept/1', receipt: '1' }, 'lost');
    await client.news();
    broken(new RouterError('unavailable', 'the disk is full'));
    const [error] = await client.news();
    expect(error).toMatchObject({ command: 'ERROR', headers: { 'receipt-id': '1' } });
  });

  it('is not read any more when too many wait', async () => {
    const client = await connect();
    for (let n = 0; n < 400; n++) client.send('SEND', { destination: 'kept/1' }, `${n}`);
    const before = await client.bodies();
    expect(before.length).toBe(256);
    expect(client.connection.paused).toBe(true);
    kept();
    while (client.peer.of('MESSAGE').length < 400) await client.news();
    expect(client.connection.paused).toBe(false);
    expect(client.peer.of('MESSAGE').map(({ body }) => Number(body))).toEqual(
      Array.from({ length: 400 }, (_, n) => n),
    );
  });
});
