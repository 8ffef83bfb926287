import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NULL_METER } from '../../../../src/core/meter.js';
import type { EventStream } from '../../../../src/protocols/http/admin/event-stream.js';
import { OperatorStreams } from '../../../../src/protocols/http/admin/operator-streams.js';
import { FakeBody } from './fake-body.js';

function streamsOf(most = 8): OperatorStreams {
  return new OperatorStreams({ most, meter: NULL_METER });
}

function open(
  streams: OperatorStreams,
  body = new FakeBody(),
): { readonly body: FakeBody; readonly stream: EventStream } {
  let begun: EventStream | undefined;
  streams.reply((stream) => (begun = stream)).open?.(body);
  return { body, stream: begun as EventStream };
}

describe('streams of operators', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('end the oldest for one too many, which is told why', () => {
    const reached: unknown[] = [];
    const meter = { count: (name: string, labels?: object) => void reached.push([name, labels]) };
    const streams = new OperatorStreams({ most: 3, meter });
    const [first, second] = [open(streams), open(streams), open(streams)];
    open(streams);
    expect(first?.body).toMatchObject({
      ending: 'end',
      text: expect.stringMatching(/^event: ended\ndata: {"code":"limit_exceeded",.*admin\.streams of 3/),
    });
    expect(second?.body.ending).toBeUndefined();
    expect(streams.size).toBe(3);
    expect(reached).toEqual([['signalbox_limits_reached_total', { limit: 'admin.streams' }]]);
  });

  it('end none where one that has ended makes room', () => {
    const streams = streamsOf(2);
    const [first, second] = [open(streams), open(streams)];
    first.body.end();
    const third = open(streams);
    expect([second.body.ending, third.body.ending, streams.size]).toEqual([undefined, undefined, 2]);
  });

  it('are forgotten when their readers go, and nobody looks after them any more', () => {
    const streams = streamsOf();
    const [first, second] = [open(streams), open(streams)];
    expect([streams.size, vi.getTimerCount()]).toEqual([2, 1]);
    first.body.end();
    expect([streams.size, vi.getTimerCount()]).toEqual([1, 1]);
    second.body.drop();
    expect([streams.size, vi.getTimerCount()]).toEqual([0, 0]);
    const third = open(streams);
    third.body.waiting = 1;
    vi.advanceTimersByTime(11_000);
    expect(third.body.ending).toBe('drop');
  });

  it('count no more once they are told to go, though their connection is still closing', () => {
    const streams = streamsOf(1);
    const first = open(streams, new FakeBody(true));
    const second = open(streams);
    expect([first.body.ending, second.body.ending, streams.size]).toEqual(['end', undefined, 1]);
    first.body.closed();
    expect(streams.size).toBe(1);
  });

  it('are told to be kept by nobody, and never to be made smaller on their way', () => {
    expect(streamsOf().reply(() => undefined)).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' },
    });
  });

  it('are never more, also where all were let in at the same time', () => {
    const streams = streamsOf(8);
    const replies = Array.from({ length: 10 }, () => streams.reply(() => undefined));
    const bodies = replies.map(({ open }) => {
      const body = new FakeBody();
      open?.(body);
      return body;
    });
    expect(bodies.map(({ ending }) => ending === 'end')).toEqual([true, true, ...Array(8).fill(false)]);
    expect(streams.size).toBe(8);
  });

  it('are dropped with more than 256 KiB that wait', () => {
    const { body, stream } = open(streamsOf());
    stream.send('a', 1);
    body.waiting = 300_000;
    stream.send('a', 2);
    expect([body.ending, body.text]).toEqual(['drop', 'event: a\ndata: 1\n\n']);
  });

  it('are dropped when something waits for more than ten seconds', () => {
    const { body } = open(streamsOf());
    body.waiting = 1;
    vi.advanceTimersByTime(10_000);
    expect(body.ending).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(body.ending).toBe('drop');
  });

  it('say something now and then, so that nothing between takes them for dead', () => {
    const { body } = open(streamsOf());
    vi.advanceTimersByTime(11_000);
    expect(body.text).toBe(':\n\n');
  });

  it('end with the server, which takes no more', () => {
    const streams = streamsOf();
    const { body } = open(streams);
    streams.close();
    expect(body.ending).toBe('end');
    expect(() => open(streams)).toThrow('about to stop');
  });

  it('end at once where the server has begun to stop since they were asked for', () => {
    const streams = streamsOf();
    const begin = vi.fn();
    const reply = streams.reply(begin);
    streams.close();
    const body = new FakeBody();
    reply.open?.(body);
    expect([body.ending, streams.size, vi.getTimerCount()]).toEqual(['end', 0, 0]);
    expect(begin).not.toHaveBeenCalled();
  });
});
