import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OpenBody } from '../../../../src/core/http.js';
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

function open(streams: OperatorStreams): { readonly body: FakeBody; readonly stream: EventStream } {
  const body = new FakeBody();
  let begun: EventStream | undefined;
  streams.reply((stream) => (begun = stream)).open?.(body);
  return { body, stream: begun as EventStream };
}

describe('streams of operators', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are 8 at most, and one that has ended makes room', () => {
    const streams = new OperatorStreams();
    const all = Array.from({ length: 8 }, () => open(streams));
    expect(() => open(streams)).toThrow('8 streams of operators are open already');
    all[0]?.body.end();
    expect(() => open(streams)).not.toThrow();
  });

  it('are 8 at most where more have been let in at the same time', () => {
    const streams = new OperatorStreams();
    const replies = Array.from({ length: 10 }, () => streams.reply(() => undefined));
    const bodies = replies.map(({ open }) => {
      const body = new FakeBody();
      open?.(body);
      return body;
    });
    expect(bodies.filter(({ ending }) => ending === 'end')).toHaveLength(2);
    expect(streams.size).toBe(8);
  });

  it('are dropped with more than 256 KiB that wait', () => {
    const { body, stream } = open(new OperatorStreams());
    stream.send('a', 1);
    body.waiting = 300_000;
    stream.send('a', 2);
    expect([body.ending, body.text]).toEqual(['drop', 'event: a\ndata: 1\n\n']);
  });

  it('are dropped when something waits for more than ten seconds', () => {
    const { body } = open(new OperatorStreams());
    body.waiting = 1;
    vi.advanceTimersByTime(10_000);
    expect(body.ending).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(body.ending).toBe('drop');
  });

  it('say something now and then, so that nothing between takes them for dead', () => {
    const { body } = open(new OperatorStreams());
    vi.advanceTimersByTime(11_000);
    expect(body.text).toBe(':\n\n');
  });

  it('end with the server, which takes no more', () => {
    const streams = new OperatorStreams();
    const { body } = open(streams);
    streams.close();
    expect(body.ending).toBe('end');
    expect(() => open(streams)).toThrow('about to stop');
  });
});
