import { describe, expect, it } from 'vitest';
import { ROUTES, World } from './world.js';

const routes = ROUTES.map((route) =>
  route.name === 'chat.room' ? { ...route, history: { size: 10, ttl: 60_000 } } : route,
);
const login = (name: string) => `<login u="${name}" p="secret ${name}"/>`;
const positionOf = (xml: string | undefined) => / position="([^"]*)"/.exec(xml ?? '')?.[1];
const said = (messages: readonly string[]) =>
  messages
    .filter((xml) => xml.startsWith('<msg') && !xml.includes('has '))
    .map((xml) => />(.*)</.exec(xml)?.[1]);

describe('who enters a room with since', () => {
  it('is told where it begins, and gets what it missed when it comes back', async () => {
    const world = new World({ routes });
    const ann = world.open();
    await ann.do(login('ann'));
    const begun = await ann.do('<room id="1" since=""/>');
    expect(begun[0]).toMatch(/^<room id="1" position="[0-9a-z]+\.\d+\.[0-9a-z]+"\/>$/);
    const ben = await world.enter('ben', '1');
    await ann.do('<ping/>');
    await ben.do('<msg>one</msg>');
    const heard = await ann.do('<ping/>');
    expect(said(heard)).toEqual(['one']);
    const position = positionOf(heard.find((xml) => xml.includes('one')));
    ann.connection.drop({ code: 1006, reason: 'gone', reconnect: true });
    await ben.do('<msg>two</msg>');
    await ben.do('<msg>three</msg>');
    const again = world.open();
    await again.do(login('ann'));
    const missed = await again.do(`<room id="1" since="${position}"/>`);
    expect(missed[0]).toBe(`<room id="1" position="${position}" recovered="true"/>`);
    expect(said(missed)).toEqual(['two', 'three']);
    for (const xml of missed.filter((one) => one.startsWith('<msg') && !one.includes('from_id="0"')))
      expect(positionOf(xml)).toBeDefined();
  });

  it('is told that what it missed is not known', async () => {
    const client = await new World({ routes }).enter('ann');
    const [begun] = await client.do('<room id="1" since="another.1.history"/>');
    expect(begun).toMatch(/^<room id="1" position="[^"]+" recovered="false"\/>$/);
  });

  it('is one that has asked: others read the octets that they read before', async () => {
    const world = new World({ routes });
    const client = await world.enter('ann');
    const entered = await client.do('<room id="1"/>');
    const ben = await world.enter('ben', '1');
    await ben.do('<msg>one</msg>');
    for (const xml of [...entered, ...(await client.do('<ping/>'))]) expect(xml).not.toContain('position');
  });

  it('is refused a position that is none, and may enter without', async () => {
    const client = await new World({ routes }).enter('ann');
    expect(await client.do('<room id="1" since="nonsense"/>')).toEqual([
      expect.stringContaining('code="bad_request" room_id="1"'),
    ]);
    expect((await client.do('<room id="1"/>')).join()).toContain('<users room_id="1">');
  });
});
