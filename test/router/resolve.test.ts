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

describe('a name that no route matches for a slash too many', () => {
  const wide = new RouteTable([
    testRoute('email', 'oro/email_event/{user}'),
    testRoute('rooted', '/rooted/{word}'),
    testRoute('plain', 'ping'),
  ]);

  it.each([
    ['oro/email_event/5/', 'oro/email_event/5, without the trailing slash?'],
    ['/oro/email_event/5', 'oro/email_event/5, without the leading slash?'],
    ['/oro/email_event/5/', 'oro/email_event/5, without the slashes at both ends?'],
    ['oro//email_event/5', 'oro/email_event/5, with single slashes?'],
    ['/topic/oro/email_event/5/', 'oro/email_event/5, without the trailing slash?'],
    ['/topic//oro.email_event.5', 'oro/email_event/5, with single slashes?'],
    ['rooted/x/', undefined],
    ['/rooted/x/', '/rooted/x, without the trailing slash?'],
    ['//rooted//x', '/rooted/x, with single slashes?'],
    ['ping/', 'ping, without the trailing slash?'],
    ['signalbox.presence/ping/', 'signalbox.presence/ping, without the trailing slash?'],
  ])('%s: the refusal names what was perhaps meant', (name, meant) => {
    expect(wide.noRoute(name).message).toBe(
      `no route matches ${name}${meant === undefined ? '' : `: did you mean ${meant}`}`,
    );
  });

  it.each(['nothing/like/it/', '/', '//', '///////', 'oro/email_event/', 'pong//ping', 'no/such/route'])(
    '%s: it names nothing that no route matches either',
    (name) => expect(wide.noRoute(name).message).toBe(`no route matches ${name}`),
  );

  it.each(['oro/email_event/5/', 'oro//email_event/5', '/topic/oro/email_event/5/'])(
    '%s: it is refused so where names of all protocols are understood',
    (name) => expect(() => wide.resolve(name)).toThrow('did you mean oro/email_event/5, with'),
  );
});
