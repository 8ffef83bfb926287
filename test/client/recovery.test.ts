import { describe, expect, it, vi } from 'vitest';
import { reached, record, settled, useServer } from './kit.js';

const test = useServer('wamp.2.json');

/** What was asked with each SUBSCRIBE but that of notices. */
function asked(): unknown[] {
  return test.server.peer.wire('subscribe').slice(1);
}

/** The server begins at a position, or resumes after the one that it is asked for. */
function at(_position: string, _recovered?: boolean): void {
  test.server.begins = () => ({ _position, ...(_recovered !== undefined && { _recovered }) });
}

async function comesBack(sync: Awaited<ReturnType<typeof test.connected>>): Promise<void> {
  sync.reconnect();
  await reached(sync, 'open');
  await settled(sync);
}

describe('a subscription', () => {
  it('asks for positions, and tells those of its messages', async () => {
    const sync = await test.connected();
    const heard = vi.fn();
    at('e.4.t');
    sync.subscribe('a', heard);
    await settled(sync);
    expect(asked()).toEqual([[{ _recover: true }, 'a']]);
    test.server.peer.tell('a', 'x', { _position: 'e.5.u' });
    await settled(sync);
    expect(heard).toHaveBeenCalledExactlyOnceWith('x', { channel: 'a', position: 'e.5.u', offset: 5 });
  });

  it('comes back after where it began, and then after its newest message', async () => {
    const sync = await test.connected();
    const recovered = record(sync, 'recovered');
    const gaps = record(sync, 'gap');
    at('e.4.t');
    sync.subscribe('a', () => {});
    await settled(sync);
    at('e.4.t', true);
    await comesBack(sync);
    expect(asked()).toEqual([[{ _recover: 'e.4.t' }, 'a']]);
    test.server.peer.tell('a', 'x', { _position: 'e.5.u' });
    await settled(sync);
    await comesBack(sync);
    expect(asked()).toEqual([[{ _recover: 'e.5.u' }, 'a']]);
    expect(recovered).toEqual([{ channel: 'a' }, { channel: 'a' }]);
    expect(gaps).toEqual([]);
  });

  it('is not given what it has had', async () => {
    const sync = await test.connected();
    const heard = vi.fn();
    at('e.4.t');
    sync.subscribe('a', heard);
    await settled(sync);
    test.server.peer.tell('a', 5, { _position: 'e.5.t' });
    at('e.5.t', true);
    await comesBack(sync);
    for (const n of [4, 5, 6, 6]) test.server.peer.tell('a', n, { _position: `e.${n}.t` });
    test.server.peer.tell('a', 'another history', { _position: 'f.1.t' });
    test.server.peer.tell('a', 'no history');
    await settled(sync);
    expect(heard.mock.calls.map(([payload]) => payload)).toEqual([5, 6, 'another history', 'no history']);
  });

  it.each([
    ['e.90.t', 'too_far'],
    ['f.4.t', 'new_history'],
    [undefined, 'no_history'],
  ])('that is at %s when it comes back has a gap: %s', async (position, reason) => {
    const sync = await test.connected();
    const gaps = record(sync, 'gap');
    const [first, second] = [vi.fn(), vi.fn()];
    at('e.4.t');
    sync.subscribe('a', () => {}, { onGap: first });
    sync.subscribe('a', () => {}, { onGap: second });
    sync.subscribe('a', () => {});
    await settled(sync);
    test.server.begins = () => ({ _position: position, _recovered: false });
    await comesBack(sync);
    expect(gaps).toEqual([{ channel: 'a', reason }]);
    expect(first).toHaveBeenCalledExactlyOnceWith({ channel: 'a', reason });
    expect(second).toHaveBeenCalledTimes(1);
    await comesBack(sync);
    expect(asked()).toEqual([[{ _recover: position ?? true }, 'a']]);
  });

  it('takes what a route repeats for who begins, and resumes after it', async () => {
    const sync = await test.connected();
    const heard = vi.fn();
    at('e.9.t');
    sync.subscribe('a', heard);
    await settled(sync);
    for (const n of [7, 8, 9, 9, 8]) test.server.peer.tell('a', n, { _position: `e.${n}.t` });
    await settled(sync);
    expect(heard.mock.calls.map(([payload]) => payload)).toEqual([7, 8, 9]);
  });

  it('is given what is retained, which is no progress', async () => {
    const sync = await test.connected();
    const heard = vi.fn();
    at('e.9.t');
    sync.subscribe('a', heard, { getRetained: true });
    await settled(sync);
    test.server.peer.tell('a', 'kept', { _position: 'e.2.t', retained: true });
    await settled(sync);
    at('e.9.t', true);
    await comesBack(sync);
    expect(asked()).toEqual([[{ get_retained: true, _recover: 'e.9.t' }, 'a']]);
    test.server.peer.tell('a', 'kept', { _position: 'e.2.t', retained: true });
    await settled(sync);
    expect(heard.mock.calls.map(([payload]) => payload)).toEqual(['kept']);
  });

  it('that ends and begins anew forgets where it was', async () => {
    const sync = await test.connected();
    const gaps = record(sync, 'gap');
    const heard = vi.fn();
    at('e.4.t');
    sync.subscribe('a', heard)();
    sync.subscribe('a', heard);
    await settled(sync);
    test.server.peer.tell('a', 5, { _position: 'e.5.t' });
    await settled(sync);
    at('e.7.t');
    sync.unsubscribe('a');
    sync.subscribe('a', heard);
    await settled(sync);
    expect(asked().at(-1)).toEqual([{ _recover: true }, 'a']);
    expect(gaps).toEqual([]);
  });
});

describe('since', () => {
  it('is where the first subscription of a channel begins', async () => {
    const sync = await test.connected();
    const recovered = record(sync, 'recovered');
    at('e.4.t', true);
    sync.subscribe('a', () => {}, { since: 'e.4.t' });
    sync.subscribe('a', () => {}, { since: 'e.2.t' });
    await settled(sync);
    expect(asked()).toEqual([[{ _recover: 'e.4.t' }, 'a']]);
    expect(recovered).toEqual([{ channel: 'a' }]);
  });

  it('that a server does not understand is a gap', async () => {
    const sync = await test.connected();
    const onGap = vi.fn();
    sync.subscribe('a', () => {}, { since: 'e.4.t', onGap });
    await settled(sync);
    expect(onGap).toHaveBeenCalledExactlyOnceWith({ channel: 'a', reason: 'no_history' });
  });
});

describe('positions are not asked for', () => {
  it('where the page does not want to recover, and by patterns', async () => {
    const sync = await test.connected();
    const heard = vi.fn();
    sync.subscribe('a', () => {}, { recover: false });
    sync.subscribe('b', heard, { match: 'prefix' });
    await settled(sync);
    expect(asked()).toEqual([
      [{}, 'a'],
      [{ match: 'prefix' }, 'b'],
    ]);
    for (const topic of ['b1', 'b2']) test.server.peer.tell('b', topic, { topic, _position: 'e.1.t' });
    await settled(sync);
    expect(heard).toHaveBeenCalledTimes(2);
  });
});

describe('a server that knows nothing of positions', () => {
  it('is spoken to as ever, and has no gaps', async () => {
    const sync = await test.connected();
    const [gaps, recovered] = [record(sync, 'gap'), record(sync, 'recovered')];
    const heard = vi.fn();
    sync.subscribe('a', heard);
    await settled(sync);
    await comesBack(sync);
    test.server.broadcast('a', 1);
    await settled(sync);
    expect(heard).toHaveBeenCalledExactlyOnceWith(1, { channel: 'a' });
    expect([gaps, recovered]).toEqual([[], []]);
  });
});

it('what a listener for gaps throws is reported, and stops nobody', async () => {
  const sync = await test.connected();
  const errors = record(sync, 'error');
  const onGap = vi.fn();
  const broken = () => {
    throw new Error('broken page');
  };
  sync.subscribe('a', () => {}, { since: 'e.1.t', onGap: broken });
  sync.subscribe('a', () => {}, { onGap });
  sync.subscribe('a', broken);
  await settled(sync);
  expect(errors).toMatchObject([{ code: 'callback_failed', channel: 'a' }]);
  expect(onGap).toHaveBeenCalledTimes(1);
});
