import { describe, expect, it } from 'vitest';
import { brief } from '../harness.js';
import { importText, mapOf } from './imported.js';

const ENTRY = '<authorizationEntry topic="a" read="users"/>';
const LAUGHS = `<!DOCTYPE lolz [
  <!ENTITY lol "lol">
${Array.from({ length: 9 }, (_, i) => `  <!ENTITY lol${i + 1} "${`&lol${i || ''};`.repeat(10)}">`).join('\n')}
]>
${mapOf('<authorizationEntry topic="&lol9;" read="users"/>')}`;

describe('a hostile file', () => {
  it.each<[string, string | Buffer, string[]]>([
    ['with a billion laughs', LAUGHS, ['xml-doctype 1:1']],
    [
      'with a document type',
      `<!DOCTYPE beans SYSTEM "file:///etc/passwd">${mapOf(ENTRY)}`,
      ['xml-doctype 1:1'],
    ],
    ['with an entity', mapOf('<authorizationEntry topic="&secret;" read="users"/>'), ['xml-syntax 2:35']],
    ['nested 100,000 deep', '<a>'.repeat(100_000), ['too-deep 1:194']],
    ['of 2 MiB', mapOf(`<!--${'x'.repeat(2 ** 21)}-->`), ['file-too-large 1:1']],
    ['without its end', mapOf(ENTRY).slice(0, -20), ['xml-syntax 3:50']],
    ['with a NUL', mapOf(`${ENTRY}\0`), ['xml-syntax 2:45']],
    [
      'with a NUL as an entity',
      mapOf('<authorizationEntry topic="&#0;" read="users"/>'),
      ['xml-syntax 2:31'],
    ],
    ['that is no XML', 'authorizationMap: {}', ['xml-syntax 1:21']],
    ['that is empty', '', ['xml-syntax 1:1']],
    ['that is not UTF-8', Buffer.from('<a b="\xff"/>', 'latin1'), ['not-utf8 1:7']],
    [
      'with an element of 100,000 attributes',
      `<a ${Array.from({ length: 100_000 }, (_, i) => `b${i}=""`).join(' ')}/>`,
      ['no-authorization-entry 1:1'],
    ],
  ])('%s gives findings', async (_name, file, findings) => {
    const made = await importText(file);
    expect(brief(made.findings)).toEqual(findings);
    expect(made).toMatchObject({ routes: [], text: '' });
  });

  it('is read 64 deep and no deeper', async () => {
    const nested = (depth: number) => `${'<a>'.repeat(depth)}${ENTRY}${'</a>'.repeat(depth)}`;
    expect((await importText(nested(63))).routes).toHaveLength(1);
    expect(brief((await importText(nested(64))).findings)).toEqual([expect.stringMatching(/^too-deep/)]);
  });

  it('whose entries overlap in too many ways is refused in time', async () => {
    const entries = Array.from({ length: 14 }, (_, i) => {
      const levels = Array.from({ length: 14 }, (_level, at) => (at === i ? 'x' : '*'));
      return `<authorizationEntry topic="${levels.join('.')}" read="r${i}"/>`;
    });
    const { findings } = await importText(mapOf(entries.join('\n')));
    expect(brief(findings)).toEqual(['too-many-overlaps 1:1']);
    expect((await importText(mapOf(entries.slice(0, 8).join('\n')))).routes).toHaveLength(2 ** 8);
  });

  it('cannot write YAML of its own', async () => {
    const text = 'x&#10;evil: { channel: y }&#10;';
    const { findings } = await importText(
      mapOf(
        `<authorizationEntry topic="${text}" read="users"/><authorizationEntry topic="b" read="${text}"/>`,
      ),
    );
    expect(brief(findings)).toEqual(['bad-destination 2:28', expect.stringMatching(/^bad-role 2:/)]);
    const made = await importText(mapOf(`<authorizationEntry topic="a" read="users" admin="${text}"/>`));
    expect(made.text.split('\n').filter((line) => line.startsWith('evil'))).toEqual([]);
  });

  it('keeps its passwords to itself', async () => {
    const { findings } = await importText(`<broker>
  <authenticationUser username="system" password="manager-7" groups="admins"/>
  <authorizationEntry topic="" read="users"/>
</broker>`);
    expect(findings[0]?.frame).toContain('username="system"');
    expect(JSON.stringify(findings)).not.toContain('manager-7');
  });
});

describe('what is wrong with entries', () => {
  it.each<[string, string[]]>([
    ['topic="a.>.b"', ['bad-destination 2:28']],
    ['topic="a..b"', ['bad-destination 2:28']],
    ['topic=""', ['bad-destination 2:28']],
    ['topic="a*"', ['bad-destination 2:28']],
    ['topic="a>"', ['bad-destination 2:28']],
    ['topic="a/b"', ['bad-destination 2:28']],
    ['topic="{a}"', ['bad-destination 2:28']],
    ['topic="&lt;a>"', ['bad-destination 2:28']],
    [`topic="\${prefix}.a"`, ['bad-destination 2:28']],
    ['topic="a?consumer.prefetchSize=1"', ['bad-destination 2:28']],
    ['topic="a&#x200b;"', ['bad-destination 2:28']],
    ['topic="e&#x301;"', ['bad-destination 2:28']],
    [`topic="${'x'.repeat(256)}"`, ['bad-destination 2:28']],
    ['topic="queue.x"', ['bad-destination 2:28']],
    ['topic="queue.>"', ['bad-destination 2:28']],
    ['topic="ok,a..b,c..d"', ['bad-destination 2:28', 'bad-destination 2:28']],
    ['queue="a" topic="b"', ['two-destinations 2:31']],
    ['read="users"', ['no-destination 2:2']],
    ['topic="a" raed="users"', ['unknown-attribute 2:31']],
    ['topic="a" read="user.x,x.user"', ['bad-role 2:37']],
    ['topic="a" read="user,users,a b" write="user"', ['bad-role 2:37', 'bad-role 2:48']],
    [`topic="a" read="\${roles}"`, ['bad-role 2:37']],
    [
      'topic="a" read="owner" write="anyone,backend,granted"',
      ['bad-role 2:37', 'bad-role 2:51', 'bad-role 2:58', 'bad-role 2:66'],
    ],
  ])('%s', async (attributes, findings) => {
    expect(brief((await importText(mapOf(`<authorizationEntry ${attributes}/>`))).findings)).toEqual(
      findings,
    );
  });

  it('is told of all entries in one run', async () => {
    const { findings } = await importText(
      mapOf(
        '<authorizationEntry read="user"/>\n<authorizationEntry topic="a.>.b" foo=""/>\n<authorizationEntry topic="x/y"/>',
      ),
    );
    expect(brief(findings)).toEqual([
      'no-destination 2:2',
      'bad-role 2:27',
      'bad-destination 3:28',
      'unknown-attribute 3:35',
      'bad-destination 4:28',
    ]);
  });

  it('includes a second map, a map in LDAP, and no map', async () => {
    const map = `<authorizationMap>${ENTRY}</authorizationMap>`;
    expect(brief((await importText(`<a>\n${map}\n${map}</a>`)).findings)).toEqual([
      'several-authorization-maps 3:2',
    ]);
    const { findings } = await importText('<map>\n <cachedLDAPAuthorizationMap/></map>');
    expect(brief(findings)).toEqual(['no-authorization-entry 2:3']);
    expect(findings[0]?.message).toContain('LDAP');
    expect(brief((await importText('<broker/>')).findings)).toEqual(['no-authorization-entry 1:1']);
  });
});

it.each([
  [
    'namespaces and what Spring writes',
    '<amq:authorizationEntry xmlns:amq="x" amq:y="z" id="a" groupClass="G" topic="a" read="users"/>',
    [],
  ],
  ['comments', `<!-- <authorizationEntry topic="b" read="users"/> -->${ENTRY}`, []],
  [
    'temporary destinations',
    `<tempDestinationAuthorizationEntry><tempDestinationAuthorizationEntry read="a" write="a" admin="a"/></tempDestinationAuthorizationEntry>${ENTRY}`,
    ['tempDestinationAuthorizationEntry is left out: there are no temporary destinations here'],
  ],
  [
    'an entry for temporary topics',
    `<authorizationEntry tempTopic="true" read="a"/>${ENTRY}`,
    ['the entry with tempTopic is left out: there are no temporary destinations here'],
  ],
])('%s do not matter', async (_name, entries, notes) => {
  const made = await importText(mapOf(entries));
  expect(made.findings).toEqual([]);
  expect(made.routes.map(({ channel }) => channel)).toEqual(['a']);
  expect(made.notes.map(({ text }) => text).filter((text) => !text.startsWith('back ends'))).toEqual(notes);
});
