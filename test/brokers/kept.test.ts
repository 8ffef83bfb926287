import { expect, it } from 'vitest';
import { kept, weight } from '../../src/brokers/kept.js';
import { Payload } from '../../src/core/payload.js';
import type { Publication, PublishEvent } from '../../src/core/publication.js';

it('what is kept weighs the same whether its audience was the whole event or not', () => {
  const payload = Payload.of('x'.repeat(100));
  const event: PublishEvent = {
    payload,
    exclude: [],
    eligible: [],
    users: ['a user', 'another'],
    retain: true,
    key: undefined,
    version: 7,
    headers: { a: 'b' },
  };
  const publication: Publication = { id: '1', channel: 'a', payload, time: 0, audience: event };
  expect(weight(publication)).toBeGreaterThan(500);
  expect(weight(publication)).toBe(weight(kept(publication)));
});
