import { expect, it } from 'vitest';
import { isLoopback } from '../../src/core/loopback.js';

it.each(['127.0.0.1', '127.255.0.9', '::1', '[::1]', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])(
  '%s is of this machine alone',
  (address) => expect(isLoopback(address)).toBe(true),
);

it.each([
  '',
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '128.0.0.1',
  '127.0.0.256',
  '127.0.0.1.example.com',
  '127.1',
  'localhost.example.com',
  '::ffff:10.0.0.1',
  '::2',
  '[::1].example.com',
])('%s is not', (address) => expect(isLoopback(address)).toBe(false));
