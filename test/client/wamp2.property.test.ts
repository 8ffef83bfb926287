import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exactly } from '../../src/client/interest.js';
import { wamp2 } from '../../src/client/wamp2.js';
import { MESSAGE } from '../../src/protocols/wamp2/codec.js';

const types = fc.oneof(fc.constantFrom(...Object.values(MESSAGE)), fc.jsonValue());
const ids = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.jsonValue());
const messages = fc
  .tuple(types, ids, fc.array(fc.oneof(ids, fc.jsonValue()), { maxLength: 5 }))
  .map(([type, id, rest]) => JSON.stringify([type, id, ...rest]));

const HEARD = ['welcome', 'subscribed', 'event', 'result', 'progress', 'call_refused', 'refused', 'farewell'];
const KINDS = [...HEARD, 'expiring', 'identity', undefined];

it('whatever a server says is heard or unreadable, and the conversation goes on', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(messages, fc.string()), { maxLength: 20 }), (texts) => {
      const said: unknown[] = [];
      const conversation = wamp2.start((text) => said.push(JSON.parse(text)), { realm: 'realm1' });
      conversation.subscribe(exactly('a'), true);
      conversation.call('call-1', { procedure: 'x', args: [], timeout: 0, wantsProgress: true });
      for (const text of texts) {
        try {
          expect(KINDS).toContain(conversation.hear(text)?.type);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect((error as Error).name).not.toBe('AssertionError');
        }
      }
      conversation.unsubscribe(exactly('a'));
      conversation.subscribe(exactly('b'), false);
      expect(said.at(-1)).toMatchObject([MESSAGE.SUBSCRIBE, expect.any(Number), {}, 'b']);
    }),
    { numRuns: 1_000 },
  );
});
