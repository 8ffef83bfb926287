import { describe, expect, it } from 'vitest';
import { RouterError } from '../../../src/core/errors.js';
import type { Publication } from '../../../src/core/publication.js';
import { Publishing } from './publishing.js';

const ONE = { channel: 'a', payload: { n: 1 }, idempotency_key: 'order-17' };

/** Holds every publish until the test lets it go on. */
function hold(publishing: Publishing): (outcome?: Error) => void {
  const held: { resolve: (publication: Publication) => void; reject: (error: Error) => void }[] = [];
  const { router } = publishing;
  router.answer = () => new Promise((resolve, reject) => held.push({ resolve, reject }));
  return (outcome) => {
    const [first] = held.splice(0, 1);
    const [call] = router.published.slice(-1);
    if (first === undefined || call === undefined) throw new Error('nothing is held');
    if (outcome === undefined) first.resolve(router.publication(call));
    else first.reject(outcome);
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('an idempotency key', () => {
  it('makes a repetition harmless', async () => {
    const publishing = new Publishing();
    const first = await publishing.send(ONE);
    expect(first).toMatchObject({ id: 'p1', duplicate: false });
    expect(await publishing.send(ONE)).toEqual({ ...first, duplicate: true });
    expect(publishing.router.published).toHaveLength(1);
  });

  it('makes a repetition harmless while the first is under way', async () => {
    const publishing = new Publishing();
    const release = hold(publishing);
    const replies = Promise.all([publishing.send(ONE), publishing.send(ONE), publishing.send(ONE)]);
    await settled();
    expect(publishing.router.published).toHaveLength(1);
    release();
    expect(await replies).toMatchObject([
      { id: 'p1', duplicate: false },
      { id: 'p1', duplicate: true },
      { id: 'p1', duplicate: true },
    ]);
  });

  it('does not mind another spelling of the same message', async () => {
    const publishing = new Publishing();
    await publishing.send(ONE);
    const again = await publishing.send(
      '{ "idempotency_key":"order-17", "payload":{"n":1}, "channel":"\\u0061" }',
    );
    expect(again).toMatchObject({ duplicate: true });
  });

  it.each([{ payload: { n: 2 } }, { channel: 'b' }, { exclude: ['s'] }, { eligible: ['s'] }])(
    'cannot be used for another message: %j',
    async (change) => {
      const publishing = new Publishing();
      await publishing.send(ONE);
      await expect(publishing.post({ ...ONE, ...change })).rejects.toMatchObject({
        code: 'conflict',
        status: 409,
      });
      expect(publishing.router.published).toHaveLength(1);
    },
  );

  it('cannot be used for another message while the first is under way', async () => {
    const publishing = new Publishing();
    const release = hold(publishing);
    const first = publishing.send(ONE);
    await settled();
    await expect(publishing.post({ ...ONE, payload: 2 })).rejects.toMatchObject({ code: 'conflict' });
    release();
    expect(await first).toMatchObject({ duplicate: false });
  });

  it('belongs to the publisher who used it', async () => {
    const publishing = new Publishing();
    await publishing.send(ONE);
    expect(await publishing.send(ONE, { authorization: 'Bearer crm-key' })).toMatchObject({
      duplicate: false,
    });
    expect(await publishing.send(ONE, { authorization: 'Bearer ticket-5' })).toMatchObject({
      duplicate: false,
    });
  });

  it('may be tried again after a failure', async () => {
    const publishing = new Publishing();
    publishing.router.answer = () => {
      throw new RouterError('unavailable', 'not now');
    };
    await expect(publishing.post(ONE)).rejects.toThrow('not now');
    publishing.router.answer = (call) => publishing.router.publication(call);
    expect(await publishing.send(ONE)).toMatchObject({ id: 'p2', duplicate: false });
  });

  it('lets one of those who waited for a failure try again, the others wait on', async () => {
    const publishing = new Publishing();
    const release = hold(publishing);
    const first = publishing.send(ONE);
    const others = Promise.all([publishing.send(ONE), publishing.send(ONE)]);
    await settled();
    release(new RouterError('unavailable', 'not now'));
    await expect(first).rejects.toThrow('not now');
    await settled();
    expect(publishing.router.published).toHaveLength(2);
    release();
    expect(await others).toMatchObject([{ duplicate: false }, { duplicate: true }]);
  });

  it('is remembered for five minutes', async () => {
    const publishing = new Publishing();
    await publishing.send(ONE);
    publishing.now += 299_999;
    expect(await publishing.send(ONE)).toMatchObject({ duplicate: true });
    publishing.now += 1;
    expect(await publishing.send(ONE)).toMatchObject({ duplicate: false });
  });

  it('is remembered until 10,000 others have come after it', async () => {
    const publishing = new Publishing();
    await publishing.send(ONE);
    for (let i = 1; i < 10_000; i++) await publishing.send({ ...ONE, idempotency_key: `${i}` });
    expect(await publishing.send(ONE)).toMatchObject({ duplicate: true });
    await publishing.send({ ...ONE, idempotency_key: 'one more' });
    expect(await publishing.send(ONE)).toMatchObject({ duplicate: false });
  });

  it('is not needed: without one, every request publishes', async () => {
    const publishing = new Publishing();
    const { idempotency_key: _, ...plain } = ONE;
    await publishing.send(plain);
    expect(await publishing.send(plain)).toMatchObject({ id: 'p2', duplicate: false });
  });
});
