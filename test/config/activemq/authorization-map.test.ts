import { describe, expect, it } from 'vitest';
import { testUser } from '../../../src/testing.js';
import { importText, mapOf, may, type Operation, serverOf } from './imported.js';

/** The shape of an authorizationPlugin as found in the wild, with the rights that were measured on a broker. */
const PLUGIN = mapOf(`
  <authorizationEntry queue=">" read="admins" write="admins,users" admin="admins"/>
  <authorizationEntry queue="pub.*" read="users" write="admins" admin="admins"/>
  <authorizationEntry queue="*.reply.>" read="users" write="users" admin="users"/>
  <authorizationEntry topic="pub.>" read="*" write="admins" admin="admins"/>
  <authorizationEntry topic="room.*" read="guests,users" write="users" admin="admins"/>
  <authorizationEntry topic="ActiveMQ.Advisory.>" read="*" write="*" admin="*"/>
`);

const PEOPLE = {
  system: testUser('system', { roles: ['admins'] }),
  user: testUser('user', { roles: ['users'] }),
  guest: testUser('guest', { roles: ['guests'] }),
};

describe('an imported authorizationMap decides as the broker did:', () => {
  it.each<[keyof typeof PEOPLE, Operation, string, boolean, string]>([
    ['system', 'publish', 'queue/pub/x', true, '> and pub.* both name admins'],
    ['system', 'subscribe', 'queue/anything/at/all', true, '> is every rest'],
    ['user', 'publish', 'queue/pub/x', true, '> names users, and pub.* cannot take that back'],
    ['user', 'subscribe', 'queue/pub/x', true, 'pub.* adds users'],
    ['user', 'subscribe', 'queue/pub/x/y', false, '* is one level'],
    ['user', 'subscribe', 'queue/pub', false, '* is one level, not none'],
    ['user', 'subscribe', 'queue/shop/reply/7', true, '*.reply.> adds users'],
    ['user', 'subscribe', 'queue/shop/reply', true, 'A.> is A, too'],
    ['guest', 'publish', 'queue/pub/x', false, 'no matching entry names guests'],
    ['user', 'publish', 'pub/x', false, 'entries of queues say nothing about topics'],
    ['guest', 'subscribe', 'pub/x', true, '* is any group'],
    ['guest', 'subscribe', 'room/hall', true, 'room.* names guests'],
    ['guest', 'subscribe', 'room/staff/secret', false, 'room.* is not room.staff.secret'],
    ['system', 'subscribe', 'other', false, 'what no entry matches is refused, to admins as well'],
    ['system', 'publish', 'other', false, 'both ways'],
  ])('%s may %s %s: %s, since %s', async (who, operation, channel, allowed) => {
    const server = await serverOf(await importText(PLUGIN));
    expect(await may(server, PEOPLE[who], [operation, channel])).toBe(allowed);
  });

  it('advisory topics are left out with a note', async () => {
    const { routes, notes } = await importText(PLUGIN);
    expect(routes.filter(({ channel }) => channel.startsWith('ActiveMQ'))).toEqual([]);
    expect(notes).toContainEqual(
      expect.objectContaining({ line: 8, text: expect.stringMatching(/^ActiveMQ\.Advisory\.> is left out/) }),
    );
  });

  it('a defaultEntry counts everywhere', async () => {
    const xml = `<authorizationMap>
      <authorizationEntries><authorizationEntry topic="a" read="guests"/></authorizationEntries>
      <defaultEntry><authorizationEntry read="admins" write="admins" admin="admins"/></defaultEntry>
    </authorizationMap>`;
    const server = await serverOf(await importText(xml));
    for (const channel of ['a', 'b/c', 'queue/a', 'queue/b/c'])
      expect(await may(server, PEOPLE.system, ['subscribe', channel]), channel).toBe(true);
    expect(await may(server, PEOPLE.guest, ['subscribe', 'a'])).toBe(true);
    expect(await may(server, PEOPLE.guest, ['subscribe', 'b'])).toBe(false);
  });

  it('a queue that no entry is for is no topic', async () => {
    const server = await serverOf(await importText(mapOf('<authorizationEntry topic=">" read="*"/>')));
    expect(await may(server, PEOPLE.guest, ['subscribe', 'a/b'])).toBe(true);
    expect(await may(server, PEOPLE.guest, ['subscribe', 'queue'])).toBe(true);
    expect(await may(server, PEOPLE.guest, ['subscribe', 'queue/a'])).toBe(false);
  });

  it.each(['/topic/room.hall', 'topic/room.hall', 'room.hall', '/room/hall', 'room//hall', 'room/hall/'])(
    'no other spelling of a destination is a channel: %s',
    async (channel) => {
      const server = await serverOf(
        await importText(
          mapOf('<authorizationEntry topic=">" read="*"/><authorizationEntry topic="*" read="*"/>'),
        ),
      );
      expect(await may(server, PEOPLE.guest, ['subscribe', channel])).toBe(false);
    },
  );
});

describe('a role', () => {
  it('may be another role or rule here, or several', async () => {
    const xml = mapOf('<authorizationEntry topic="a" read="guests" write="user, services"/>');
    const { routes, notes } = await importText(xml, {
      guests: ['anyone'],
      user: ['members'],
      services: ['backend', 'services'],
    });
    expect(routes[0]?.access).toEqual({ subscribe: ['anyone'], publish: ['members', 'backend', 'services'] });
    expect(notes).toEqual([]);
  });

  it('that peers without login may have is pointed out, and so are a name that is not used and back ends', async () => {
    const xml = mapOf('<authorizationEntry topic="a" read="guests"/>');
    const { notes } = await importText(xml, { gests: ['anyone'] });
    expect(notes.map(({ text }) => text)).toEqual([
      expect.stringContaining('--role guests=anyone'),
      'no entry names the role "gests" of --role',
      expect.stringContaining('--role ROLE=backend'),
    ]);
  });

  it.each(['users', 'anonymous', 'Owner', 'backends', 'ROLE_X:y.z-1', 'équipe', 'true', '7', 'null'])(
    '%s is a role and no rule',
    async (role) => {
      const server = await serverOf(
        await importText(mapOf(`<authorizationEntry topic="a" read="${role}"/>`)),
      );
      expect(await may(server, testUser('a', { roles: [role] }), ['subscribe', 'a'])).toBe(true);
      expect(await may(server, testUser('a'), ['subscribe', 'a'])).toBe(false);
    },
  );
});

describe('the routing file', () => {
  it('says of which entries each route was made, and whose admin is left out', async () => {
    const { text } = await importText(
      mapOf(`<authorizationEntry topic=">" read="admins" admin="admins"/>
<authorizationEntry topic="a b.it's #1: 'x'" read="users" admin="a&#10;b"/>`),
    );
    expect(text).toContain(`# topic="a b.it's #1: 'x'" (line 3), topic=">" (line 2)\n# admin: a·b, admins\n`);
    expect(text).toContain("  channel: 'a b/it''s #1: ''x'''\n");
    await serverOf(await importText(mapOf(`<authorizationEntry topic="a b.it's #1: 'x'" read="users"/>`)));
  });

  it('has queues that hold each message for one consumer, and topics that do not', async () => {
    const { text } = await importText(
      mapOf('<authorizationEntry queue="jobs" read="users"/><authorizationEntry topic=">" read="users"/>'),
    );
    const held = text.split(/\n\n/).filter((block) => block.includes('\n  delivery: queue'));
    expect(held.map((block) => /^activemq\..*:$/m.exec(block)?.[0])).toEqual(['activemq.queue.jobs:']);
  });

  it('has one route for what entries have in common, unless that says nothing new', async () => {
    const entries = (role: string) =>
      mapOf(
        `<authorizationEntry topic="x.*.b" read="users"/><authorizationEntry topic="x.a.*" read="${role}"/>`,
      );
    const names = async (role: string) => (await importText(entries(role))).routes.map(({ name }) => name);
    const own = ['activemq.topic.x_any_b', 'activemq.topic.x_a_any'];
    expect(await names('guests')).toEqual(['activemq.topic.x_a_b', ...own]);
    expect(await names('users')).toEqual(own);
  });

  it('keeps what entries have in common where the next wider one says less', async () => {
    const server = await serverOf(
      await importText(
        mapOf('<authorizationEntry topic="x.*.b"/><authorizationEntry topic="x.a.*" read="users"/>'),
      ),
    );
    expect(await may(server, PEOPLE.user, ['subscribe', 'x/a/b'])).toBe(true);
    expect(await may(server, PEOPLE.user, ['subscribe', 'x/c/b'])).toBe(false);
  });

  it('gives every route a name of its own', async () => {
    const { routes } = await importText(
      mapOf('<authorizationEntry queue="a.*,a.any,a.>,a.rest,a!,a$" read="users"/>'),
    );
    const names = routes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('activemq.queue.a_any_2');
  });

  it('leaves out what is longer than a channel may be', async () => {
    const long = 'x'.repeat(150);
    const made = await importText(
      mapOf(
        `<authorizationEntry topic="x.${long}.*" read="a"/><authorizationEntry topic="x.*.${long}" read="b"/>`,
      ),
    );
    expect(made.routes).toHaveLength(2);
    await serverOf(made);
  });
});
