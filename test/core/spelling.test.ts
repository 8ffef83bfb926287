import { expect, it } from 'vitest';
import { spellingOf } from '../../src/core/spelling.js';

it.each([
  ['com/myapp/x', 'com.myapp.', 'com.myapp.x'],
  ['com/myapp/x', 'com/myapp/', 'com/myapp/x'],
  ['com.myapp.x', 'com.myapp.', 'com.myapp.x'],
  ['com/myapp/x', 'com', 'com/myapp/x'],
  ['com/myapp/x', '', 'com/myapp/x'],
  ['com/myapp/x', 'com..x', 'com.myapp.x'],
  ['com/myapp/x', 'com//x', 'com/myapp/x'],
  ['com.myapp.x', 'com..x', 'com.myapp.x'],
  ['com/myapp/x', '..', 'com.myapp.x'],
  ['com/myapp/x', '.myapp.', 'com.myapp.x'],
])('a channel %s is to who wrote %s: %s', (channel, pattern, expected) => {
  expect(spellingOf(channel, pattern)).toBe(expected);
});
