import { describe, expect, it } from 'vitest';
import { useServer } from '../../client/kit.js';
import type { Wamp2Call } from '../../client/wamp2-server.js';
import { cli } from '../../support/cli.js';

const test = useServer('wamp.2.json');

function at(args: readonly string[]) {
  return cli([...args, '--url', test.server.url.replace('ws:', 'http:'), '--protocol', 'wamp.2.json']);
}

describe('signalbox call', () => {
  it('prints the result as one line of JSON', async () => {
    const { code, stdout } = await at(['call', 'sum', '1', '{"a":[2]}']);
    expect(code).toBe(0);
    expect(stdout).toBe('{"procedure":"sum","args":[1,{"a":[2]}]}\n');
  });

  it('says arguments by name, a time and who calls', async () => {
    const more = ['--kwargs', '{"a":1}', '--timeout', '500', '--key', 'secret', '--realm', 'other'];
    expect((await at(['call', 'sum', ...more])).code).toBe(0);
    expect(test.server.peer.wire('call')).toEqual([[{ timeout: 500 }, 'sum', [], { a: 1 }]]);
    expect(test.server.peer.request.headers.authorization).toBe('Bearer secret');
    expect(test.server.peer.request.url).toBe('/ws');
    expect(test.server.peer.received[0]).toMatchObject([1, 'other', {}]);
  });

  it('prints the parts of the result first, where they are wanted', async () => {
    test.server.answer = (call) => {
      const { id, options, peer } = call as Wamp2Call;
      if (options['receive_progress']) peer.send(50, id, { progress: true }, [1]);
      call.result('done');
    };
    expect((await at(['call', 'x', '--progress'])).stdout).toBe('1\n"done"\n');
    expect((await at(['call', 'x'])).stdout).toBe('"done"\n');
  });

  it('fails with the reason and the remedy when it is refused', async () => {
    test.server.answer = ({ refuse }) => refuse({ code: 'forbidden', message: 'not you', hint: 'ask' });
    const { code, stdout, stderr } = await at(['call', 'x']);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: forbidden: not you\nask\n',
    });
  });

  it('fails at once where nobody answers, or nobody is wanted', async () => {
    const closed = test.server.url.replace(/:\d+/, ':1');
    const nobody = await cli(['call', 'x', '--url', closed]);
    expect(nobody).toEqual({ code: 1, stdout: '', stderr: `error: no connection to ${closed}\n` });
    test.server.answer = ({ peer }) => peer.socket.close(4500, 'bad credentials');
    expect(await at(['call', 'x'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('bad credentials'),
    });
  });

  it.each([
    [['call', 'x', 'not json'], 'an argument is not JSON'],
    [['call', 'x', '--kwargs', '[]'], 'what follows --kwargs is not a JSON object'],
    [['call', 'x', '--timeout', '0'], 'a whole number of at least 1'],
  ])('is used wrongly with %j', async (args, words) => {
    const { code, stderr } = await at(args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(test.server.peers).toEqual([]);
  });
});

describe('signalbox subscribe', () => {
  it('takes patterns, and names the channel of each message', async () => {
    const outcome = at(['subscribe', 'orders/', '--match', 'prefix', '--retained', '--count', '2']);
    await expect.poll(() => test.server.peers[0]?.channels.has('orders/')).toBe(true);
    const asked = [{ match: 'prefix', get_retained: true }, 'orders/'];
    expect(test.server.peer.wire('subscribe')).toContainEqual(asked);
    test.server.peer.tell('orders/', 1, { topic: 'orders/5' });
    test.server.peer.tell('orders/', 2, { topic: 'orders/6' });
    const { code, stdout } = await outcome;
    expect(code).toBe(0);
    expect(stdout).toBe('{"channel":"orders/5","payload":1}\n{"channel":"orders/6","payload":2}\n');
  });
});
