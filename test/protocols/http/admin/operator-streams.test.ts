import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OpenBody } from '../../../../src/core/http.js';
import { NULL_METER } from '../../../../src/core/meter.js';
import type { EventStream } from '../../../../src/protocols/http/admin/event-stream.js';
import { OperatorStreams } from '../../../../src/protocols/http/admin/operator-streams.js';

/** A reader that takes what it is sent, or does not. */
class FakeBody implements OpenBody {
  waiting = 0;
  text = '';
  ending: 'end' | 'drop' | undefined;
  readonly #listeners: (() => void)[] = [];

  write(octets: string | Buffer): void {
    this.text += octets;
  }

  end(): void {
    this.#close('end');
  }

  drop(): void {
    this.#close('drop');
  }

  whenEnded(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #close(how: 'end' | 'drop'): void {
    this.ending ??= how;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

function streamsOf(most = 8): OperatorStreams {
  return new OperatorStreams({ most, meter: NULL_METER });
}

function open(streams: OperatorStreams): { readonly body: FakeBody; readonly stream: EventStream } {
  const body = new FakeBody();
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
});
