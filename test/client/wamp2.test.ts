import { describe, expect, it, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { eventually, ManualClock, reached, record, settled, until, useServer } from './kit.js';
import type { TestCall } from './scripted-server.js';
import { TYPE, type Wamp2Call } from './wamp2-server.js';

const test = useServer('wamp.2.json');

/** The answers of a test to calls. */
function answer(how: (call: Wamp2Call) => void): void {
  test.server.answer = (call: TestCall) => how(call as Wamp2Call);
}

describe('the greeting', () => {
  it('names the realm, the client and what it can do', async () => {
    await test.connected();
    const [hello] = test.server.peer.received;
    expect(hello).toMatchObject([
      TYPE.hello,
      'realm1',
      { roles: { publisher: {}, subscriber: {}, caller: {} } },
    ]);
    const [, , { agent }] = hello as unknown as [number, string, { agent: string }];
    expect(agent).toBe(`signalbox-sync/${manifest.version.split('.').slice(0, 2).join('.')}`);
  });

  it('names another realm where the options do', async () => {
    await test.connected({ realm: 'other' });
    expect(test.server.peer.received[0]).toMatchObject([TYPE.hello, 'other', {}]);
  });

  it('is followed by goodbye at the end', async () => {
    const sync = await test.connected();
    sync.close();
    await until(() => test.server.peer.received.at(-1)?.[0] === TYPE.goodbye);
    expect(test.server.peer.received.at(-1)).toEqual([TYPE.goodbye, {}, 'wamp.close.normal']);
  });
});

describe('requests', () => {
  it('are numbered from one without a gap', async () => {
    const sync = await test.connected();
    sync.subscribe('a', () => {});
    expect(() => sync.publish('a', 1n)).toThrow(TypeError);
    sync.publish('a', 1);
    await settled(sync);
    const numbered = test.server.peer.received.filter(([type]) => type !== TYPE.hello);
    expect(numbered.map(([, id]) => id)).toEqual([1, 2, 3, 4]);
  });
});

describe('a publication', () => {
  it('is acknowledged and reaches its publisher, unless the options say otherwise', async () => {
    const sync = await test.connected();
    sync.publish('a', { n: 1 });
    sync.publish('a', undefined, { excludeMe: true, retain: true });
    sync.publish('a', 3, { exclude: ['7'], eligible: ['9007199254740992'] });
    await settled(sync);
    expect(test.server.peer.wire('publish')).toEqual([
      [{ acknowledge: true, exclude_me: false }, 'a', [{ n: 1 }]],
      [{ acknowledge: true, exclude_me: true, retain: true }, 'a', [null]],
      [{ acknowledge: true, exclude_me: false, exclude: [7], eligible: [2 ** 53] }, 'a', [3]],
    ]);
  });

  it('for a session whose id is no number is refused, since it would be for everybody', async () => {
    const sync = await test.connected();
    expect(() => sync.publish('a', 1, { eligible: ['session-1'] })).toThrow('not a session id: session-1');
    await settled(sync);
    expect(test.server.peer.of('publish')).toEqual([]);
  });
});

describe('a payload', () => {
  it.each([
    [[[5]], 5],
    [[], null],
    [[[]], null],
    [[[], { a: 1 }], { a: 1 }],
    [[[1, 2]], { args: [1, 2], kwargs: {} }],
    [[[1], { a: 1 }], { args: [1], kwargs: { a: 1 } }],
    [[null, { a: 1 }], { a: 1 }],
  ])('of the arguments %j is %j', async (given, payload) => {
    const sync = await test.connected();
    const heard = vi.fn();
    sync.subscribe('a', heard);
    await settled(sync);
    const { peer } = test.server;
    peer.send(TYPE.event, peer.subscriptions.get('a'), 1, {}, ...given);
    answer(({ id }) => peer.send(TYPE.result, id, {}, ...given));
    await expect(sync.call('x')).resolves.toEqual(payload);
    expect(heard).toHaveBeenCalledExactlyOnceWith(payload, { channel: 'a' });
  });
});

describe('a pattern', () => {
  it('is subscribed with its match, and tells the channel of each message', async () => {
    const sync = await test.connected();
    const [prefix, wildcard, exact] = [vi.fn(), vi.fn(), vi.fn()];
    sync.subscribe('a/', prefix, { match: 'prefix' });
    sync.subscribe('a//b', wildcard, { match: 'wildcard' });
    sync.subscribe('a/1', exact);
    await settled(sync);
    expect(test.server.peer.wire('subscribe').slice(1)).toEqual([
      [{ match: 'prefix' }, 'a/'],
      [{ match: 'wildcard' }, 'a//b'],
      [{ _recover: true }, 'a/1'],
    ]);
    test.server.peer.tell('a/', 1, { topic: 'a/1' });
    test.server.peer.tell('a//b', 2, { topic: 'a/5/b' });
    test.server.peer.tell('a/1', 3);
    await settled(sync);
    expect(prefix).toHaveBeenCalledExactlyOnceWith(1, { channel: 'a/1' });
    expect(wildcard).toHaveBeenCalledExactlyOnceWith(2, { channel: 'a/5/b' });
    expect(exact).toHaveBeenCalledExactlyOnceWith(3, { channel: 'a/1' });
  });

  it('is another thing than the channel of the same name', async () => {
    const sync = await test.connected();
    const heard = vi.fn();
    sync.subscribe('a', heard);
    const end = sync.subscribe('a', heard, { match: 'prefix' });
    await settled(sync);
    expect(test.server.peer.of('subscribe')).toEqual([['a'], ['a']]);
    sync.unsubscribe('a', heard);
    await settled(sync);
    expect(test.server.peer.of('unsubscribe')).toEqual([]); // the server gave both one id
    end();
    await settled(sync);
    expect(test.server.peer.of('unsubscribe')).toEqual([['a']]);
  });

  it('and the wish for what is kept come back with the connection', async () => {
    const sync = await test.connected();
    const heard = vi.fn();
    sync.subscribe('a/', () => {}, { match: 'prefix' });
    sync.subscribe('b', heard, { getRetained: true });
    sync.reconnect();
    await reached(sync, 'open');
    await settled(sync);
    expect(test.server.peers).toHaveLength(2);
    expect(test.server.peer.wire('subscribe').slice(1)).toEqual([
      [{ match: 'prefix' }, 'a/'],
      [{ get_retained: true, _recover: true }, 'b'],
    ]);
    test.server.peer.tell('b', 'old', { retained: true });
    await settled(sync);
    expect(heard).toHaveBeenCalledExactlyOnceWith('old', { channel: 'b', retained: true });
  });
});

describe('a subscription that the server has not answered yet', () => {
  it('is taken back once it is answered', async () => {
    const sync = await test.connected();
    test.server.prompt = false;
    sync.subscribe('a', () => {})();
    await settled(sync);
    expect(test.server.peer.wire('unsubscribe')).toEqual([]);
    test.server.catchUp();
    await until(() => test.server.peer.wire('unsubscribe').length === 1);
  });

  it('and ends and begins again is one, and lasts', async () => {
    const sync = await test.connected();
    const [first, second] = [vi.fn(), vi.fn()];
    test.server.prompt = false;
    sync.subscribe('a', first);
    sync.unsubscribe('a', first);
    sync.subscribe('a', second);
    await settled(sync);
    test.server.catchUp();
    await settled(sync);
    test.server.broadcast('a', 1);
    await settled(sync);
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledTimes(1);
    expect(test.server.peer.said.filter(([verb]) => verb !== 'call')).toEqual([['subscribe', 'a']]);
  });

  it('lasts too when it ends after the answer and begins again before that is answered', async () => {
    const sync = await test.connected();
    const [first, second] = [vi.fn(), vi.fn()];
    const end = sync.subscribe('a', first);
    await settled(sync);
    test.server.prompt = false;
    end();
    sync.subscribe('a', second);
    test.server.broadcast('a', 'between');
    await settled(sync);
    test.server.catchUp();
    await settled(sync);
    test.server.broadcast('a', 1);
    await settled(sync);
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledExactlyOnceWith(1, { channel: 'a' });
  });
});

describe('a subscription that the server ends', () => {
  it('is refused, and is asked for again by another subscribe', async () => {
    const sync = await test.connected();
    const errors = record(sync, 'error');
    const heard = vi.fn();
    sync.subscribe('a', heard);
    await settled(sync);
    const { peer } = test.server;
    const subscription = peer.subscriptions.get('a');
    const details = { subscription, reason: 'wamp.error.not_authorized', message: 'no more', request: 'r-9' };
    peer.send(TYPE.unsubscribed, 0, details);
    peer.tell('a', 'late');
    await settled(sync);
    expect(errors).toMatchObject([
      { code: 'forbidden', channel: 'a', event: 'onSubscribe', message: 'no more', request: 'r-9' },
    ]);
    expect(heard).not.toHaveBeenCalled();
    sync.subscribe('a', () => {});
    await settled(sync);
    peer.tell('a', 1);
    await settled(sync);
    expect(heard).toHaveBeenCalledExactlyOnceWith(1, { channel: 'a' });
  });
});

describe('a refusal of another router', () => {
  it.each([
    ['wamp.error.not_authorized', 'forbidden'],
    ['wamp.error.authorization_failed', 'unavailable'],
    ['wamp.error.no_such_procedure', 'no_such_procedure'],
    ['wamp.error.invalid_uri', 'invalid_channel'],
    ['signalbox.error.no_such_route', 'no_such_route'],
    ['com.example.error.out_of_stock', 'com.example.error.out_of_stock'],
  ])('of the name %s has the code %s', async (uri, code) => {
    const sync = await test.connected();
    answer(({ id, peer }) => peer.send(TYPE.error, TYPE.call, id, {}, uri, ['none left'], { of: 'tea' }));
    await expect(sync.call('x')).rejects.toMatchObject({
      code,
      message: 'none left',
      status: undefined,
      payload: { args: ['none left'], kwargs: { of: 'tea' } },
    });
  });

  it('of the channel of notices is nobody’s business', async () => {
    test.server.forbidden.add('signalbox.session');
    const sync = test.client();
    const errors = record(sync, 'error');
    await settled(sync);
    expect(test.server.peer.wire('subscribe')).toEqual([[{}, 'signalbox.session']]);
    expect(errors).toEqual([]);
  });
});

describe('a call', () => {
  it('says its arguments, its time, and whether it wants parts', async () => {
    const sync = await test.connected({ callTimeout: 1_000 });
    await sync.call('x');
    await sync.call({ procedure: 'x', args: [1], timeout: 5, onProgress: () => {} }).catch(() => {});
    await sync.call({ procedure: 'x', kwargs: { a: 1 }, timeout: 0 });
    expect(test.server.peer.wire('call')).toEqual([
      [{ timeout: 1_000 }, 'x'],
      [{ timeout: 5, receive_progress: true }, 'x', [1]],
      [{}, 'x', [], { a: 1 }],
    ]);
  });

  it('hands on the parts of the result before its end, each within the time', async () => {
    const clock = new ManualClock();
    const sync = await test.connected({ clock });
    const parts: unknown[] = [];
    let part = (_: unknown) => {};
    let end = () => {};
    answer(({ peer, id, result }) => {
      part = (value) => peer.send(TYPE.result, id, { progress: true }, [value]);
      end = () => result('done');
    });
    const onProgress = (value: unknown) => parts.push(value);
    const call = sync.call({ procedure: 'x', timeout: 1_000, onProgress });
    await until(() => test.server.peer.of('call').length === 1);
    for (const value of [1, 2]) {
      clock.advance(900);
      part(value);
      await until(() => parts.length === value);
    }
    clock.advance(900);
    end();
    await expect(call).resolves.toBe('done');
    expect(parts).toEqual([1, 2]);
  });

  it('whose next part does not come is too late', async () => {
    const clock = new ManualClock();
    const sync = await test.connected({ clock });
    const onProgress = vi.fn();
    answer(({ peer, id }) => peer.send(TYPE.result, id, { progress: true }, [1]));
    const call = sync.call({ procedure: 'x', timeout: 1_000, onProgress });
    await eventually(() => expect(onProgress).toHaveBeenCalledExactlyOnceWith(1));
    clock.advance(1_000);
    await expect(call).rejects.toMatchObject({ code: 'timeout' });
  });

  it('goes on when its callback for parts throws', async () => {
    const sync = await test.connected();
    const errors = record(sync, 'error');
    answer(({ peer, id, result }) => {
      peer.send(TYPE.result, id, { progress: true }, [1]);
      result('done');
    });
    const onProgress = () => {
      throw new Error('broken page');
    };
    await expect(sync.call({ procedure: 'x', onProgress })).resolves.toBe('done');
    expect(errors).toMatchObject([{ code: 'callback_failed', channel: 'x' }]);
  });

  it('that is aborted is canceled at the server, and what still comes is ignored', async () => {
    const sync = await test.connected();
    const errors = record(sync, 'error');
    const abort = new AbortController();
    answer(() => {});
    const call = sync.call({ procedure: 'slow', signal: abort.signal });
    await until(() => test.server.peer.of('call').length === 1);
    const [, id] = test.server.peer.received.at(-1) ?? [];
    abort.abort(new Error('the page has gone on'));
    await expect(call).rejects.toMatchObject({
      code: 'canceled',
      cause: { message: 'the page has gone on' },
    });
    test.server.peer.send(TYPE.error, TYPE.call, id, {}, 'wamp.error.canceled');
    answer(({ result }) => result(1));
    await settled(sync);
    expect(test.server.peer.received).toContainEqual([TYPE.cancel, id, { mode: 'killnowait' }]);
    expect(errors).toEqual([]);
  });

  it('that was aborted before is not sent', async () => {
    const sync = await test.connected();
    const signal = AbortSignal.abort();
    await expect(sync.call({ procedure: 'x', signal })).rejects.toMatchObject({ code: 'canceled' });
    await settled(sync);
    expect(test.server.peer.of('call')).toEqual([['settled']]);
  });

  it('that takes too long is canceled at the server, too', async () => {
    const clock = new ManualClock();
    const sync = await test.connected({ clock });
    answer(() => {});
    const call = sync.call({ procedure: 'slow', timeout: 1_000 });
    clock.advance(1_000);
    await expect(call).rejects.toMatchObject({ code: 'timeout' });
    await until(() => test.server.peer.received.at(-1)?.[0] === TYPE.cancel);
  });
});

describe('a farewell of the server', () => {
  it('is answered, and the client comes back', async () => {
    const sync = await test.connected();
    const lost = record(sync, 'connection_lost');
    answer(() => {});
    const call = sync.call('open');
    const { peer } = test.server;
    peer.send(TYPE.goodbye, { message: 'the server restarts' }, 'wamp.close.system_shutdown');
    await expect(call).rejects.toMatchObject({ code: 'connection_lost' });
    await until(() => test.server.peers.length === 2);
    await reached(sync, 'open');
    expect(peer.received.at(-1)).toEqual([TYPE.goodbye, {}, 'wamp.close.goodbye_and_out']);
    expect(lost).toMatchObject([{ code: 4000, reason: 'the server restarts' }]);
  });

  it('leaves the last word to the code of the close that follows', async () => {
    const sync = await test.connected();
    const errors = record(sync, 'error');
    test.server.peer.send(TYPE.goodbye, {}, 'wamp.close.killed');
    test.server.peer.socket.close(4503, 'ended by the application');
    await reached(sync, 'closed');
    expect(errors).toMatchObject([{ code: 'disconnected', status: 4503 }]);
  });

  it('keeps what is published after it for the next connection', async () => {
    const sync = await test.connected();
    test.server.peer.send(TYPE.goodbye, {}, 'wamp.close.close_realm');
    await until(() => test.server.peer.received.at(-1)?.[0] === TYPE.goodbye);
    sync.publish('a', 1);
    await eventually(() => expect(test.server.peers[1]?.of('publish')).toEqual([['a', 1]]));
    expect(test.server.peers[0]?.of('publish')).toEqual([]);
  });

  it.each([
    [4_000, 4_000],
    [400, 500],
    [90_000, 30_000],
    ['soon', 500],
  ])('that wants everybody back within %s ms is obeyed, within bounds: %i', async (retry_after_ms, delay) => {
    const clock = new ManualClock();
    const options = { clock, random: () => 1, minRetryDelay: 500, maxRetryDelay: 30_000 };
    const sync = await test.connected(options);
    const retries = record(sync, 'retry');
    test.server.peer.send(TYPE.goodbye, { retry_after_ms }, 'wamp.close.system_shutdown');
    test.server.peer.socket.close(4001, 'the server restarts');
    await reached(sync, 'waiting');
    expect(retries).toEqual([{ retries: 1, delay }]);
  });

  it('whose close never comes ends in time', async () => {
    const clock = new ManualClock();
    const sync = await test.connected({ clock, random: () => 0 });
    const { socket } = test.server.peer;
    const call = sync.call('open');
    socket.pause();
    test.server.peer.send(TYPE.goodbye, {}, 'wamp.close.system_shutdown');
    await expect(call).rejects.toMatchObject({ code: 'connection_lost' });
    clock.advance(1_000);
    await reached(sync, 'waiting');
    socket.terminate();
  });
});

describe('an ABORT', () => {
  it.each([
    'wamp.error.no_such_realm',
    'wamp.error.not_authorized',
    'wamp.error.authentication_failed',
    'wamp.error.authentication_denied',
    'wamp.error.no_matching_auth_method',
  ])('for %s is final', async (uri) => {
    test.server.welcomes = false;
    const sync = test.client();
    const errors = record(sync, 'error');
    sync.connect();
    await until(() => test.server.peers[0]?.received.length === 1);
    test.server.peer.send(TYPE.abort, { message: 'not here' }, uri);
    await reached(sync, 'closed');
    expect(errors).toMatchObject([{ code: 'disconnected', status: 4500, message: 'not here (4500)' }]);
  });

  it.each(['wamp.error.unavailable', 'wamp.error.authorization_failed', 'com.example.busy'])(
    'for %s is not',
    async (uri) => {
      test.server.welcomes = false;
      const sync = test.client();
      const lost = record(sync, 'connection_lost');
      sync.connect();
      await until(() => test.server.peers[0]?.received.length === 1);
      test.server.peer.send(TYPE.abort, {}, uri);
      test.server.welcomes = true;
      await reached(sync, 'open');
      expect(lost).toMatchObject([{ code: 4000, reason: uri }]);
    },
  );
});

it('a protocol that there is not is an error that no retry would mend', async () => {
  const sync = test.client({ protocol: 'wamp2' as never });
  const errors = record(sync, 'error');
  sync.connect();
  await reached(sync, 'closed');
  expect(errors).toMatchObject([{ code: 'bad_protocol', hint: 'give one of wamp, wamp.2.json' }]);
});
