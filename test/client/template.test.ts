import { describe, expect, it } from 'vitest';
import { addressed } from '../../src/client/template.js';

describe('a channel with parameters', () => {
  it('is filled with what follows it', () => {
    expect(addressed(['chat/{room}/{n}', { room: 'a', n: 0 }, 'x', 'y'])).toEqual(['chat/a/0', 'x', 'y']);
  });

  it.each([[{}], [{ room: '' }], [{ room: undefined }], [{ toString: 1 }]])(
    'needs all of them: %j',
    (params) => {
      expect(() => addressed(['chat/{room}', params])).toThrow(new TypeError('chat/{room} needs room'));
    },
  );

  it('does not take what every object inherits', () => {
    expect(() => addressed(['a/{constructor}', {}])).toThrow(TypeError);
  });

  it.each([
    [['chat/a', { room: 'b' }]],
    [['chat/{room}', () => undefined]],
    [['chat/{room}', null]],
    [[{ procedure: '{a}' }, {}]],
  ])('is left as it is where nothing fills it: %j', (given) => {
    expect(addressed(given)).toBe(given);
  });
});
