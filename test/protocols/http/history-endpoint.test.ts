import { describe, expect, it } from 'vitest';
import { Payload } from '../../../src/core/payload.js';
import { Reading } from './reading.js';

interface Page {
  readonly position: string;
  readonly more: boolean;
  readonly recovered?: boolean;
  readonly publications: readonly { readonly payload: unknown; readonly offset: number }[];
}

async function withFive(): Promise<Reading> {
  const reading = new Reading();
  for (let n = 1; n <= 5; n++) await reading.publish('news/1', n);
  return reading;
}

const payloads = ({ publications }: Page) => publications.map(({ payload }) => payload);

describe('GET /api/history', () => {
  it('gives what is kept, oldest first, and where the channel is', async () => {
    const reading = await withFive();
    const page = await reading.read<Page>('history?channel=news/1');
    expect(page).toMatchObject({ channel: 'news/1', offset: 5, more: false, epoch: expect.any(String) });
    expect(page.publications.map(({ payload, offset }) => [payload, offset])).toEqual(
      [1, 2, 3, 4, 5].map((n) => [n, n]),
    );
  });

  it('gives all of it page by page', async () => {
    const reading = await withFive();
    const found: unknown[] = [];
    let since = '';
    for (let more = true; more; ) {
      const page = await reading.read<Page>(`history?channel=news.1&limit=2&since=${since}`);
      found.push(...payloads(page));
      ({ more } = page);
      since = page.position;
    }
    expect(found).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives the newest first where that is asked for', async () => {
    const reading = await withFive();
    const page = await reading.read<Page>('history?channel=news/1&limit=2&reverse=true');
    expect(payloads(page)).toEqual([5, 4]);
  });

  it('says when what follows a position is not known', async () => {
    const reading = await withFive();
    const page = await reading.read<Page>('history?channel=news/1&since=abcdefgh.3.0123456789ab');
    expect(page.recovered).toBe(false);
  });

  it('has octets as texts of NUL and base64', async () => {
    const reading = new Reading();
    await reading.publish('news/1', Payload.fromBytes(Buffer.from([0, 255]), 'image/png'));
    const page = await reading.read<Page>('history?channel=news/1');
    expect(payloads(page)).toEqual(['\0AP8=']);
  });

  it('is for those whom access.history lets', async () => {
    const reading = new Reading();
    await expect(reading.get('history?channel=private/1')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(reading.get('history?channel=mine/5', 'ticket-6')).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect((await reading.get('history?channel=private/1', 'key')).status).toBe(200);
    expect((await reading.get('history?channel=mine/5', 'ticket-5')).status).toBe(200);
    await expect(reading.get('history?channel=news/1', 'wrong')).rejects.toMatchObject({
      code: 'unauthorized',
    });
  });

  it.each([
    ['history', 'bad_request'],
    ['history?channel=news/1&channel=news/2', 'bad_request'],
    ['history?channel=news/1&limit=0', 'bad_request'],
    ['history?channel=news/1&limit=1001', 'bad_request'],
    ['history?channel=news/1&limit=x', 'bad_request'],
    ['history?channel=news/1&reverse=1', 'bad_request'],
    ['history?channel=news/1&since=yesterday', 'bad_request'],
    ['history?channel=nix', 'no_such_route'],
    ['history?channel=a%00', 'invalid_channel'],
  ])('refuses %s', async (path, code) => {
    await expect(new Reading().get(path)).rejects.toMatchObject({ code });
  });
});

describe('GET /api/channels', () => {
  it('lists the channels that somebody hears, with their promise', async () => {
    const reading = await withFive();
    const peer = reading.server.connect();
    for (const channel of ['plain/2', 'news/1']) await peer.subscribe(channel);
    await reading.server.connect().subscribe('news/1');
    expect(await reading.read('channels', 'key')).toEqual({
      channels: [
        {
          channel: 'news/1',
          route: 'news',
          subscribers: 2,
          position: expect.stringMatching(/^\w+\.5\.\w+$/),
          kind: 'recoverable',
          promise: 'recoverable: the newest 10',
        },
        {
          channel: 'plain/2',
          route: 'plain',
          subscribers: 1,
          position: null,
          kind: 'at_most_once',
          promise: 'at most once',
        },
      ],
      nodes: 1,
      silent: [],
    });
  });

  it('adds what other nodes have, says which are silent, and asks nobody else where it is told so', async () => {
    const reading = await withFive();
    await reading.server.connect().subscribe('plain/2');
    const plain = { route: 'plain', position: null, kind: 'at_most_once', promise: 'at most once' };
    const channels = ['plain/1', 'plain/2'].map((channel) => ({ ...plain, channel, subscribers: 3 }));
    reading.others = [['there', { channels, more: false }]];
    reading.silent = ['asleep'];
    expect(await reading.read('channels', 'key')).toEqual({
      channels: [channels[0], { ...channels[1], subscribers: 4 }],
      nodes: 2,
      silent: ['asleep'],
    });
    expect(await reading.read('channels?local=true', 'key')).toEqual({
      channels: [{ ...channels[1], subscribers: 1 }],
      nodes: 1,
      silent: [],
    });
  });

  it('lists those of a prefix, page by page', async () => {
    const reading = new Reading();
    const peer = reading.server.connect();
    for (const channel of ['news/3', 'plain/1', 'news/1', 'news/2']) await peer.subscribe(channel);
    const names = async (query: string) => {
      const page = await reading.read<{ channels: { channel: string }[]; next?: string }>(
        `channels?${query}`,
        'key',
      );
      return [page.channels.map(({ channel }) => channel), page.next];
    };
    expect(await names('prefix=news/&limit=2')).toEqual([['news/1', 'news/2'], 'news/2']);
    expect(await names('prefix=news/&limit=2&after=news/2')).toEqual([['news/3'], undefined]);
  });

  it.each([undefined, 'ticket-5', 'bound'])(
    'is for back ends that are not bound to channels, not %s',
    async (bearer) => {
      await expect(new Reading().get('channels', bearer)).rejects.toMatchObject({
        code: bearer === undefined ? 'unauthorized' : 'forbidden',
      });
    },
  );
});
