import { expect, it } from 'vitest';
import { wamp1 } from '../../src/client/wamp1.js';

it.each([
  ['com.example.error.sold_out', undefined, 'com.example.error.sold_out'],
  ['shop/buy', { code: 403, error: 'forbidden' }, 'forbidden'],
  ['shop/buy', { code: 404 }, 'refused'],
])('over WAMP v1 an error %s with %j has the code %s', (uri, details, code) => {
  const conversation = wamp1.start(() => undefined, { realm: '' });
  const message = [4, 'call-1', uri, 'none left', ...(details === undefined ? [] : [details])];
  expect(conversation.hear(JSON.stringify(message))).toMatchObject({
    type: 'call_refused',
    callId: 'call-1',
    refusal: { code, message: 'none left' },
  });
});
