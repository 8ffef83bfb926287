import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkInvariants, holds, sum } from '../../faults/invariants.js';
import type { Acknowledged, Seen } from '../../faults/records.js';

const CHANNEL = 'room/1';

/** A history of a store: each publication has a place and a token. */
class History {
  readonly acknowledged: Acknowledged[] = [];
  readonly epoch: string;
  offset: number;
  #fork: string;

  constructor(epoch = 'e1', { offset = 0, fork = '' } = {}) {
    this.epoch = epoch;
    this.offset = offset;
    this.#fork = fork;
  }

  /** The next publication of a publisher, as its subscribers see it. */
  publish(publisher: string, sequence: number, at = this.offset): Seen {
    const offset = ++this.offset;
    this.acknowledged.push({ channel: CHANNEL, publisher, sequence, epoch: this.epoch, offset, at });
    return { type: 'event', position: this.position(offset), publisher, sequence, at };
  }

  /** So many of one publisher. */
  many(count: number, from = 1): Seen[] {
    return Array.from({ length: count }, (_, i) => this.publish('p', from + i));
  }

  position(offset: number) {
    return { epoch: this.epoch, offset, token: `${this.#fork}t${offset}` };
  }

  begins(offset: number, recovered?: boolean, at = 0): Seen {
    return { type: 'began', position: this.position(offset), recovered, at };
  }
}

function check(histories: History | readonly History[], ...logs: readonly (readonly Seen[])[]) {
  const acknowledged = [histories].flat().flatMap((history) => history.acknowledged);
  return checkInvariants(
    acknowledged,
    logs.map((seen, i) => ({ subscriber: `s${i}`, channel: CHANNEL, seen })),
  );
}

describe('a run in which the promise was kept', () => {
  it('holds where everybody got everything', () => {
    const history = new History();
    const events = history.many(10);
    const verdict = check(history, [history.begins(0), ...events], [history.begins(4), ...events.slice(4)]);
    expect(holds(verdict)).toBe(true);
    expect(verdict).toMatchObject({ acknowledged: 10, owed: 16, delivered: 16, told: 0, findings: [] });
  });

  it('holds where a subscriber came back and got what it had missed', () => {
    const history = new History();
    const events = history.many(10);
    const seen = [history.begins(0), ...events.slice(0, 3), history.begins(3, true), ...events.slice(3)];
    expect(holds(check(history, seen))).toBe(true);
  });

  it('holds where something came again at its place: a client throws it away', () => {
    const history = new History();
    const events = history.many(5);
    const seen = [history.begins(0), ...events, history.begins(5, true), ...events.slice(3)];
    expect(check(history, seen)).toMatchObject({ repeated: 2, delivered: 5, duplicated: 0, unannounced: 0 });
  });

  it('holds where a subscriber was told of a gap, and counts what is in it', () => {
    const history = new History();
    const events = history.many(10);
    const seen = [history.begins(0), ...events.slice(0, 3), history.begins(7, false), ...events.slice(7)];
    const verdict = check(history, seen);
    expect(holds(verdict)).toBe(true);
    expect(verdict).toMatchObject({ owed: 10, delivered: 6, told: 4, announced: 1 });
  });

  it('holds where a new history began and was announced', () => {
    const [old, young] = [new History('e1'), new History('e2')];
    const before = old.many(5);
    const after = young.many(5, 6);
    const seen = [old.begins(0), ...before.slice(0, 2), young.begins(1, false, 9), ...after.slice(1)];
    const verdict = check([old, young], seen);
    expect(holds(verdict)).toBe(true);
    expect(verdict.told).toBe(4);
  });

  it('covers a history that came and went while a subscriber was away', () => {
    const [first, second, third] = [new History('a'), new History('b'), new History('c')];
    const before = first.many(2);
    for (let n = 3; n < 6; n++) second.publish('p', n, 10 + n);
    const after = [third.publish('p', 6, 20)];
    const seen = [first.begins(0), ...before, third.begins(0, false, 19), ...after];
    expect(check([first, second, third], seen)).toMatchObject({ told: 3, announced: 1, findings: [] });
  });

  it('holds where a subscriber that was ahead of a store that went back was told so', () => {
    const history = new History();
    const before = history.many(5);
    const fork = new History('e1', { offset: 3, fork: 'x' });
    const after = fork.many(4, 6);
    const seen = [history.begins(0), ...before, fork.begins(5, false, 9), ...after.slice(2)];
    expect(check([history, fork], seen)).toMatchObject({ told: 2, lost: { middle: 0 }, unannounced: 0 });
  });

  it('holds where a publisher is told a moment after a subscriber that its publication is in a gap', () => {
    const history = new History();
    const before = history.many(5);
    const fork = new History('e1', { offset: 3, fork: 'x' });
    const lost = fork.publish('p', 6, 10);
    const seen = [history.begins(0), ...before, fork.begins(4, false, 9), ...fork.many(2, 7)];
    expect(lost.position.offset).toBe(4);
    expect(check([history, fork], seen)).toMatchObject({ told: 1, lost: { middle: 0 }, unannounced: 0 });
  });

  it('takes one for none that was published again after the store had forgotten it, and said so', () => {
    const [old, young] = [new History('e1'), new History('e2')];
    const once = old.publish('p', 1);
    old.acknowledged.pop();
    const again = young.publish('p', 1, 5);
    const seen = [old.begins(0), once, young.begins(0, false, 4), again];
    expect(holds(check([old, young], seen))).toBe(true);
  });
});

describe('a planted violation is found', () => {
  it('nothing was received at all: all of it is a lost prefix', () => {
    const history = new History();
    history.many(3);
    expect(check(history, [history.begins(0)]).lost).toEqual({ prefix: 3, middle: 0, postfix: 0 });
  });

  it('the first ones are missing', () => {
    const history = new History();
    const events = history.many(5);
    const verdict = check(history, [history.begins(0), ...events.slice(2)]);
    expect(verdict.lost).toEqual({ prefix: 2, middle: 0, postfix: 0 });
    expect(verdict.unannounced).toBe(1);
  });

  it('one in the middle is missing', () => {
    const history = new History();
    const events = history.many(5);
    const verdict = check(history, [history.begins(0), ...events.slice(0, 2), ...events.slice(3)]);
    expect(verdict.lost).toEqual({ prefix: 0, middle: 1, postfix: 0 });
    expect(verdict.unannounced).toBe(1);
    expect(verdict.findings).toEqual([
      's0 on room/1: unannounced: e1.4 after e1.2',
      's0 on room/1: lost (middle): p 3 at e1.3',
    ]);
  });

  it('the last one is missing, which no offset shows', () => {
    const history = new History();
    const events = history.many(5);
    const verdict = check(history, [history.begins(0), ...events.slice(0, 4)]);
    expect(verdict.lost).toEqual({ prefix: 0, middle: 0, postfix: 1 });
    expect(verdict.unannounced).toBe(0);
  });

  it('a recovery that promised everything and left something out', () => {
    const history = new History();
    const events = history.many(6);
    const seen = [history.begins(0), ...events.slice(0, 2), history.begins(2, true), ...events.slice(4)];
    expect(sum(check(history, seen).lost)).toBe(2);
  });

  it('a subscription that began anew and named no position', () => {
    const history = new History();
    const events = history.many(6);
    const seen = [history.begins(0), ...events.slice(0, 2), history.begins(4), ...events.slice(4)];
    const verdict = check(history, seen);
    expect(verdict.unannounced).toBe(1);
    expect(sum(verdict.lost)).toBe(2);
  });

  it('a recovery that went on somewhere else', () => {
    const history = new History();
    const events = history.many(6);
    const seen = [history.begins(0), ...events.slice(0, 2), history.begins(1, true), ...events.slice(2)];
    expect(check(history, seen).unannounced).toBe(1);
  });

  it('more is missing than the gap that was told', () => {
    const history = new History();
    const events = history.many(10);
    const seen = [history.begins(0), ...events.slice(0, 3), history.begins(5, false), ...events.slice(6)];
    expect(check(history, seen)).toMatchObject({ told: 2, lost: { middle: 1 }, unannounced: 1 });
  });

  it('one message was published at two places', () => {
    const history = new History();
    const events = [history.publish('p', 1), history.publish('p', 1), history.publish('p', 2)];
    history.acknowledged.splice(1, 1);
    expect(check(history, [history.begins(0), ...events]).duplicated).toBe(1);
  });

  it('a publisher is overtaken by itself', () => {
    const history = new History();
    const events = [history.publish('p', 2), history.publish('q', 1), history.publish('p', 1)];
    const verdict = check(history, [history.begins(0), ...events]);
    expect(verdict).toMatchObject({ misordered: 1, duplicated: 0 });
    expect(holds(verdict)).toBe(false);
  });

  it('another history goes on without a word', () => {
    const [old, young] = [new History('e1'), new History('e2')];
    const seen = [old.begins(0), ...old.many(2), young.publish('p', 3, 9)];
    expect(check([old, young], seen).unannounced).toBe(1);
  });

  it('a store that went back issues offsets again, and a subscriber that was ahead throws them away', () => {
    const history = new History();
    const before = history.many(5);
    const fork = new History('e1', { offset: 3, fork: 'x' });
    const after = fork.many(4, 6);
    const verdict = check([history, fork], [history.begins(0), ...before, ...after]);
    expect(verdict.unannounced).toBe(2);
    expect(verdict.lost).toEqual({ prefix: 0, middle: 2, postfix: 0 });
  });

  it('a store that went back has another publication where a subscriber resumes that had not come so far', () => {
    const history = new History();
    const before = history.many(5);
    const fork = new History('e1', { offset: 3, fork: 'x' });
    const after = fork.many(4, 6);
    const seen = [history.begins(0), ...before.slice(0, 3), history.begins(3, true), ...after];
    // Offsets are without a gap and all that it got is right: what is missing is what was acknowledged before.
    expect(check([history, fork], seen).lost).toEqual({ prefix: 0, middle: 2, postfix: 0 });
  });

  it('a subscriber that never was subscribed', () => {
    const history = new History();
    history.many(2);
    const verdict = check(history, []);
    expect(verdict.findings).toEqual(['s0 on room/1: absent: never subscribed']);
    expect(holds(verdict)).toBe(false);
  });
});

/** How long a subscriber is connected and away, in publications, and what it is told when it is back. */
const absence = fc.record({ present: fc.nat(4), away: fc.nat(4), recovered: fc.boolean() });

/** What a faithful server tells a subscriber that comes and goes, of a history of 40. */
function faithful(absences: readonly { present: number; away: number; recovered: boolean }[]) {
  const history = new History();
  const events = history.many(40);
  const seen = [history.begins(0)];
  let at = 0;
  for (const { present, away, recovered } of absences) {
    seen.push(...events.slice(at, (at += present)));
    seen.push(history.begins(recovered ? at : at + away, recovered));
    if (!recovered) at += away;
  }
  return { history, seen: [...seen, ...events.slice(at)] };
}

describe('whatever happened', () => {
  it('a faithful server is found to be one', () => {
    fc.assert(
      fc.property(fc.array(absence, { maxLength: 4 }), (absences) => {
        const { history, seen } = faithful(absences);
        const verdict = check(history, seen);
        expect(verdict.findings).toEqual([]);
        expect(verdict.delivered + verdict.told).toBe(40);
      }),
    );
  });

  it('one delivery less is one that is lost, and one out of its place is found', () => {
    fc.assert(
      fc.property(fc.array(absence, { maxLength: 4 }), fc.nat(), (absences, n) => {
        const { history, seen } = faithful(absences);
        const events = seen.filter(({ type }) => type === 'event');
        const without = seen.filter((entry) => entry !== events[n % events.length]);
        // What is missing just before a gap that was told is told, too.
        const [whole, less] = [check(history, seen), check(history, without)];
        expect(sum(less.lost) + less.told - whole.told).toBe(1);
        const [first, second, ...rest] = seen.slice(seen.length - 6);
        if (first === undefined || second === undefined) return;
        const swapped = [...seen.slice(0, -6), second, first, ...rest];
        expect(holds(check(history, swapped))).toBe(false);
      }),
    );
  });
});
