import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { World } from './world.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

const connect = async (beats: string, transport: 'memory' | 'websocket' = 'memory') => {
  const client = new World().open({}, transport);
  const [connected] = await client.do('CONNECT', { 'accept-version': '1.2', 'heart-beat': beats });
  return { client, connected };
};

describe('heart-beats', () => {
  it.each([
    ['0,0', '0,0'],
    ['10000,10000', '1000,1000'],
    ['0,1000', '1000,1000'],
    ['100, 0', '1000,1000'],
  ])('of a peer that says %s are answered with %s', async (said, answered) => {
    expect((await connect(said)).connected?.headers['heart-beat']).toBe(answered);
  });

  it.each(['a,b', '1', '1,2,3', '-1,0', '1.5,2', ',', '9999999999,0'])('%j are refused', async (said) => {
    const { client, connected } = await connect(said);
    expect(connected).toMatchObject({ command: 'ERROR', headers: { code: 'bad_request' } });
    expect(client.ended?.code).toBe(4501);
  });

  it('are line ends, before the peer waits for them', async () => {
    const { client } = await connect('0,4000');
    vi.advanceTimersByTime(12_000);
    expect(client.peer.beats).toBe(4);
  });

  it('are never sent faster than the server says', async () => {
    const { client } = await connect('0,1');
    vi.advanceTimersByTime(3000);
    expect(client.peer.beats).toBe(4);
  });

  it.each(['0,0', '1000,0'])('are not sent to a peer that says %s', async (said) => {
    const { client } = await connect(said);
    vi.advanceTimersByTime(1500);
    expect(client.peer.beats).toBe(0);
  });

  it('are not sent to a peer of 1.0', async () => {
    const client = await new World().connect('1.0');
    vi.advanceTimersByTime(600_000);
    expect(client.peer.beats).toBe(0);
  });

  it('that stay away end the connection of a program after three intervals', async () => {
    const { client } = await connect('2000,0');
    vi.advanceTimersByTime(7999);
    expect(client.ended).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(client.peer.of('ERROR')[0]?.headers).toMatchObject({ code: '4012', reconnect: 'true' });
    expect(client.ended).toMatchObject({ code: 4012 });
  });

  it('that stay away do not end the connection of a page in the background for a minute', async () => {
    const { client } = await connect('2000,0', 'websocket');
    vi.advanceTimersByTime(61_000);
    expect(client.ended).toBeUndefined();
    vi.advanceTimersByTime(2000);
    expect(client.ended).toMatchObject({ code: 4012 });
  });

  it.each(['\n', '\r\n', 'SEND\ndestination:chat/1\n\nx\0', 'half a fra'])(
    'are any octets, such as %j',
    async (octets) => {
      const { client } = await connect('1000,0');
      for (let n = 0; n < 20; n++) {
        vi.advanceTimersByTime(1000);
        client.peer.write(octets === 'half a fra' ? 'A' : octets);
      }
      expect(client.ended).toBeUndefined();
    },
  );

  it('are not asked of a peer that offers none', async () => {
    const { client } = await connect('0,10000');
    vi.advanceTimersByTime(600_000);
    expect(client.ended).toBeUndefined();
  });

  it('stop with the connection', async () => {
    const { client } = await connect('1000,1000');
    const before = vi.getTimerCount();
    client.peer.drop();
    expect(vi.getTimerCount()).toBe(before - 2);
  });
});
