import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Frame } from '../../src/core/frame.js';
import { type Batch, type Envelope, type Outlet, TickWriter } from '../../src/transports/tick-writer.js';

class FakeOutlet implements Outlet {
  batch: Batch | undefined = undefined;
  readonly writes: Buffer[] = [];

  write(octets: Buffer): void {
    this.writes.push(octets);
  }

  get text(): string {
    return Buffer.concat(this.writes).toString();
  }
}

const tick = () => new Promise((resolve) => setImmediate(resolve));
/** No envelope at all. */
const PLAIN: Envelope = {
  size: ({ bytes }) => bytes.length,
  write: ({ bytes }, octets, at) => octets.set(bytes, at),
};
const create = () => new TickWriter(PLAIN);

describe('the tick writer', () => {
  it('writes once per outlet and tick, in order', async () => {
    const writer = create();
    const outlet = new FakeOutlet();
    for (const text of ['a', 'b', 'c']) writer.write(outlet, Frame.text(text));
    expect(outlet.writes).toEqual([]);
    await tick();
    expect(outlet.writes.map(String)).toEqual(['abc']);
    writer.write(outlet, Frame.text('d'));
    await tick();
    expect(outlet.writes.map(String)).toEqual(['abc', 'd']);
  });

  it('shares the joined octets between outlets that got the same frames', async () => {
    const writer = create();
    const outlets = [new FakeOutlet(), new FakeOutlet(), new FakeOutlet()];
    const [a, b, c] = [Frame.text('a'), Frame.text('b'), Frame.text('c')];
    for (const frame of [a, b]) for (const outlet of outlets) writer.write(outlet, frame);
    writer.write(outlets[2] as FakeOutlet, c);
    await tick();
    expect(outlets[0]?.writes[0]).toBe(outlets[1]?.writes[0]);
    expect(outlets.map(({ text }) => text)).toEqual(['ab', 'ab', 'abc']);
  });

  it('flushes one outlet at once when asked, and not again', async () => {
    const writer = create();
    const outlet = new FakeOutlet();
    writer.write(outlet, Frame.text('a'));
    writer.flush(outlet);
    expect(outlet.text).toBe('a');
    writer.write(outlet, Frame.text('b'));
    await tick();
    expect(outlet.writes.map(String)).toEqual(['a', 'b']);
  });

  it('takes a hundred thousand frames for one outlet in one tick', async () => {
    const writer = create();
    const outlet = new FakeOutlet();
    for (let i = 0; i < 100_000; i++) writer.write(outlet, Frame.text('x'));
    await tick();
    expect(outlet.writes[0]?.length).toBe(100_000);
  });

  it('writes in slices where that takes long, and gives the rest what comes meanwhile, in order', async () => {
    const writer = create();
    const outlets = Array.from({ length: 100 }, () => new FakeOutlet());
    const [a, b] = [Frame.text('a'), Frame.text('b')];
    let now = 0;
    // Each look at the clock finds the slice over.
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    onTestFinished(() => void clock.mockRestore());
    for (const outlet of outlets) writer.write(outlet, a);
    await tick();
    const first = outlets.filter(({ text }) => text === 'a').length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(100);
    for (const outlet of outlets) writer.write(outlet, b);
    const late = outlets.at(-1) as FakeOutlet;
    writer.flush(late);
    expect(late.text).toBe('ab');
    for (let i = 0; i < 20; i++) await tick();
    expect(outlets.map(({ text }) => text)).toEqual(outlets.map(() => 'ab'));
    expect(outlets.at(-2)?.writes).toHaveLength(1);
  });

  it('gives every outlet exactly its own frames, however they interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(4), fc.nat(6))), async (sends) => {
        const writer = create();
        const outlets = Array.from({ length: 5 }, () => new FakeOutlet());
        const frames = Array.from({ length: 7 }, (_value, i) => Frame.text(`<${i}>`));
        const expected = outlets.map(() => '');
        for (const [to, which] of sends) {
          writer.write(outlets[to] as FakeOutlet, frames[which] as Frame);
          expected[to] += `<${which}>`;
        }
        await tick();
        expect(outlets.map(({ text }) => text)).toEqual(expected);
        for (const { writes } of outlets) expect(writes.length).toBeLessThan(2);
      }),
    );
  });
});
