import { describe, expect, it } from 'vitest';
import type { Publication } from '../../../src/core/publication.js';
import { Publishing } from './publishing.js';

const POSITION = { epoch: 'abcdefgh', offset: 7, token: '0123456789ab' };

/** Answers each publish with this. */
function answering(more: Partial<Publication>): Publishing {
  const publishing = new Publishing();
  publishing.router.answer = (call) => ({ ...publishing.router.publication(call), ...more });
  return publishing;
}

describe('the reply to a publish', () => {
  it('says where the publication is in the history of its channel', async () => {
    const publishing = answering({ position: POSITION });
    expect(await publishing.send({ channel: 'a', payload: 1 })).toEqual({
      channel: 'a',
      id: 'p1',
      offset: 7,
      epoch: 'abcdefgh',
      duplicate: false,
      superseded: false,
    });
  });

  it('tells of a duplicate that only the broker knows', async () => {
    const publishing = answering({ position: POSITION, outcome: 'duplicate' });
    const first = await publishing.send({ channel: 'a', payload: 1, idempotency_key: 'k' });
    expect(first).toMatchObject({ id: 'p1', offset: 7, duplicate: true });
    expect(await publishing.send({ channel: 'a', payload: 1, idempotency_key: 'k' })).toEqual(first);
  });

  it('tells that a newer version is there, and where', async () => {
    const publishing = answering({ position: POSITION, outcome: 'superseded' });
    const reply = await publishing.send({ channel: 'a', payload: 1, version: 3 });
    expect(reply).toMatchObject({ id: null, offset: 7, superseded: true, duplicate: false });
  });

  it('comes of what the message said', async () => {
    const publishing = new Publishing();
    await publishing.send({ channel: 'a', payload: 1, idempotency_key: 'k', version: 9007199254740991 });
    await publishing.send({ channel: 'a', payload: 1 });
    expect(publishing.router.published.map(({ event: { key, version } }) => [key, version])).toEqual([
      ['k', 9007199254740991],
      [undefined, undefined],
    ]);
  });

  it('is a conflict for another version under the same key', async () => {
    const publishing = new Publishing();
    await publishing.send({ channel: 'a', payload: 1, idempotency_key: 'k', version: 1 });
    const again = publishing.post({ channel: 'a', payload: 1, idempotency_key: 'k', version: 2 });
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each(['0', '-1', '1.5', '"1"', 'null', '01', '9007199254740992', '1e3', '{}'])(
    'is a refusal for the version %s',
    async (version) => {
      const body = `{"channel":"a","payload":1,"version":${version}}`;
      await expect(new Publishing().post(body)).rejects.toMatchObject({ code: 'bad_request' });
    },
  );
});
