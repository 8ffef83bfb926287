import { describe, expect, it } from 'vitest';
import { EventStream } from '../../../../src/protocols/http/admin/event-stream.js';
import { FakeBody } from './fake-body.js';

function open(isSlow = false): { readonly body: FakeBody; readonly stream: EventStream } {
  const body = new FakeBody(isSlow);
  return { body, stream: new EventStream(body) };
}

function look(stream: EventStream, times: number): void {
  for (let i = 0; i < times; i++) stream.look();
}

const COMMENT = ':\n\n';

describe('a stream of events to an operator', () => {
  it('is written to as long as 256 KiB wait, and dropped with an octet more', () => {
    const { body, stream } = open();
    body.waiting = 262_144;
    stream.send('a', 1);
    expect([body.ending, body.text]).toEqual([undefined, 'event: a\ndata: 1\n\n']);
    body.waiting++;
    stream.send('a', 2);
    expect([body.ending, body.text]).toEqual(['drop', 'event: a\ndata: 1\n\n']);
  });

  it('is written to no more once its reader has gone', () => {
    const { body, stream } = open();
    expect(stream.isOver).toBe(false);
    body.end();
    expect(stream.isOver).toBe(true);
    stream.send('a', 1);
    expect(body.text).toBe('');
  });

  it.each(['end', 'drop'] as const)(
    'is over at once after %s, though its connection is still closing',
    (how) => {
      const { body, stream } = open(true);
      stream[how]();
      stream.send('a', 1);
      expect([stream.isOver, body.ending, body.text]).toEqual([true, how, '']);
    },
  );

  it('is not ended in good order after it was dropped', () => {
    const { body, stream } = open(true);
    stream.drop();
    body.ending = undefined;
    stream.end();
    expect(body.ending).toBeUndefined();
  });

  it('hears a comment after eleven silent seconds, counted from the last thing that it was sent', () => {
    const { body, stream } = open();
    look(stream, 10);
    expect(body.text).toBe('');
    look(stream, 1);
    expect(body.text).toBe(COMMENT);
    look(stream, 10);
    expect(body.text).toBe(COMMENT);
    look(stream, 1);
    expect(body.text).toBe(`${COMMENT}${COMMENT}`);
    look(stream, 10);
    stream.write('x');
    look(stream, 10);
    expect(body.text).toBe(`${COMMENT}${COMMENT}x`);
  });

  it('is dropped where something waits at eleven looks in a row, and not where it went out between', () => {
    const { body, stream } = open();
    for (const waiting of [5, 0, 5]) {
      body.waiting = waiting;
      look(stream, waiting === 0 ? 1 : 10);
    }
    expect(body.ending).toBeUndefined();
    look(stream, 1);
    expect(body.ending).toBe('drop');
  });

  it('tells others that it has ended', () => {
    const { body, stream } = open();
    let ended = 0;
    stream.whenEnded(() => ended++);
    body.drop();
    expect(ended).toBe(1);
  });
});
