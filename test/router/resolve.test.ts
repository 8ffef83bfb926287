import { describe, expect, it } from 'vitest';
import { RouteTable } from '../../src/router/index.js';
import { testRoute } from '../../src/testing.js';

const table = new RouteTable(
  [
    testRoute('dotted', 'com.example.{word}'),
    testRoute('email', 'oro/email_event/{user}'),
    testRoute('rooted', '/rooted/{word}'),
    testRoute('topic', '/topic/{word}', { requirements: { word: '\\w+' } }),
  ],
  { channelLimit: 20 },
);

describe('a name of another protocol', () => {
  it.each([
    ['com.example.x', 'com.example.x'],
    ['oro/email_event/5', 'oro/email_event/5'],
    ['oro.email_event.5', 'oro/email_event/5'],
    ['/oro/email_event/5', 'oro/email_event/5'],
    ['/topic/com.example.x', 'com.example.x'],
    ['/topic/oro.email_event.5', 'oro/email_event/5'],
    ['/rooted/x', '/rooted/x'],
    ['/topic/x', '/topic/x'],
    // Too long as it is written, and not without its prefix.
    ['/topic/oro/email_event/5', 'oro/email_event/5'],
  ])('%s means %s, the second time too', (name, channel) => {
    expect(table.resolve(name)).toBe(channel);
    expect(table.resolve(name)).toBe(channel);
  });

  it.each([
    ['no/such/route', 'no_such_route'],
    ['', 'invalid_channel'],
    ['x'.repeat(21), 'invalid_channel'],
    ['a\u0000b', 'invalid_channel'],
    ['signalbox.session', 'invalid_channel'],
    ['/topic/signalbox.x', 'invalid_channel'],
  ])('%j is refused with %s, the second time too', (name, code) => {
    for (let time = 0; time < 2; time++)
      expect(() => table.resolve(name)).toThrow(expect.objectContaining({ code }));
  });
});
