import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatFindings, loadRouting } from '../../src/config/index.js';
import { DEFAULT_ACCESS, folderOf, load } from './harness.js';

const route = (name: string, channel = name) => `${name}: { channel: '${channel}', handler: x }\n`;
const names = ({ routes }: { routes: readonly { name: string }[] }) => routes.map(({ name }) => name);

describe('the order of routes', () => {
  it('is that of the paths in a folder, by bytes, and of the lines in a file', async () => {
    const routing = await load({
      'b.yml': route('b'),
      '10.yml': route('ten'),
      '9.yaml': route('nine'),
      'B.yml': route('B1') + route('B0'),
      'a/z.yml': route('az'),
      'a.yml': route('a'),
      'notes.txt': 'not: read',
    });
    expect(names(routing)).toEqual(['ten', 'nine', 'B1', 'B0', 'a', 'az', 'b']);
  });

  it('is that of the sources where several are named', async () => {
    const folder = await folderOf({ 'x/b.yml': route('b'), 'x/a.yml': route('a'), 'c.yml': route('c') });
    const sources = [join(folder, 'c.yml'), join(folder, 'x')];
    expect(names(await loadRouting({ sources, defaultAccess: DEFAULT_ACCESS }))).toEqual(['c', 'a', 'b']);
  });

  it('gives a route that replaces another one the later place', async () => {
    const files = { 'a.yml': route('same', 'one') + route('other'), 'b.yml': route('same', 'two') };
    const routing = await load(files);
    expect(routing.routes.map(({ name, pattern }) => [name, pattern])).toEqual([
      ['other', 'other'],
      ['same', 'two'],
    ]);
    expect(routing.findings).toMatchObject([{ code: 'duplicate-route', severity: 'warning', line: 1 }]);
    expect(routing.findings[0]?.message).toMatch(/a\.yml:1/);
    expect((await load(files, { strict: true })).findings).toMatchObject([{ severity: 'error' }]);
  });

  it('names a source that does not exist', async () => {
    const { routes, findings } = await loadRouting({
      sources: ['/nowhere/at/all'],
      defaultAccess: DEFAULT_ACCESS,
    });
    expect(routes).toEqual([]);
    expect(findings).toMatchObject([
      { code: 'file-unreadable', file: '/nowhere/at/all', line: 1, column: 1, frame: expect.any(String) },
    ]);
  });
});

describe('a source', () => {
  it('without a routing file is worth a warning', async () => {
    const { findings } = await load({ 'notes.txt': '', '.hidden.yml': 'a: {}' });
    expect(findings).toMatchObject([{ code: 'resource-empty', severity: 'warning' }]);
  });

  it('that is a device is not read', async () => {
    const { findings } = await loadRouting({ sources: ['/dev/zero'], defaultAccess: DEFAULT_ACCESS });
    expect(findings).toMatchObject([{ code: 'file-unreadable' }]);
  });
});

describe('an import', () => {
  it('brings in routes in its place, once, and overrides what they say', async () => {
    const routing = await load({
      'main.yml': `${route('first')}rest:
  resource: sub/*.yml
  exclude: sub/old.yml
  type: yaml
  requirements: { id: '[a-f]+', other: x }
  defaults: { id: abc }
  options: { utf8: true }
${route('last')}`,
      'sub/a.yml':
        "a: { channel: 'a/{id}', handler: x, requirements: { id: '\\d+' }, defaults: { id: '1' } }\n",
      'sub/b.yml': route('b'),
      'sub/old.yml': route('old'),
    });
    expect(formatFindings(routing.findings)).toBe('');
    expect(names(routing)).toEqual(['first', 'a', 'b', 'last', 'old']);
    expect(routing.routes[1]).toMatchObject({
      requirements: { id: { pattern: '[a-f]+', wildcard: false } },
      defaults: { id: 'abc' },
      options: { utf8: true },
    });
    expect(routing.routes[1]?.requirements['other']).toBeUndefined();
  });

  it('of an import overrides the import within', async () => {
    const routing = await load({
      'main.yml': 'one: { resource: sub/one.yml, requirements: { id: outer } }\n',
      'sub/one.yml': 'two: { resource: ../sub/deep, requirements: { id: inner } }\n',
      'sub/deep/two.yaml': route('a', 'a/{id}'),
    });
    expect(formatFindings(routing.findings)).toBe('');
    expect(routing.routes[0]?.requirements['id']?.pattern).toBe('outer');
  });

  it('may reach beyond its folder, and leave out files and folders there', async () => {
    const folder = await folderOf({
      'routing/main.yml':
        "all: { resource: ../shared/**/*, exclude: [../shared/old, '../shared/*.tmp.yml'] }\n",
      'shared/a.yml': route('a'),
      'shared/b.tmp.yml': route('b'),
      'shared/old/c.yml': route('c'),
      'shared/new/d.yaml': route('d'),
      'shared/new/e.php': '<?php',
    });
    const routing = await loadRouting({ sources: [join(folder, 'routing')], defaultAccess: DEFAULT_ACCESS });
    expect(formatFindings(routing.findings)).toBe('');
    expect(names(routing)).toEqual(['a', 'd']);
  });

  it('that runs in a circle is reported once, and everything else is read', async () => {
    const routing = await load({
      'a.yml': `${route('a')}b: { resource: b.yml }\n`,
      'b.yml': `${route('b')}a: { resource: a.yml }\n`,
    });
    expect(names(routing)).toEqual(['a', 'b']);
    expect(routing.findings).toMatchObject([{ code: 'resource-cycle', line: 2 }]);
    expect(routing.findings[0]?.message).toMatch(/a\.yml -> .*b\.yml -> .*a\.yml/);
  });

  it('by a glob that matches its own file means the others', async () => {
    const routing = await load({ 'a.yml': `all: { resource: '*.yml' }\n`, 'b.yml': route('b') });
    expect(formatFindings(routing.findings)).toBe('');
    expect(names(routing)).toEqual(['b']);
  });

  it('that multiplies is stopped', async () => {
    const twice = (next: string) => `a: { resource: ${next} }\nb: { resource: ${next} }\n`;
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`${i}.yml`, twice(`${i + 1}.yml`)]),
    );
    const { findings } = await load({ ...files, '20.yml': '' });
    expect(findings.map(({ code }) => code)).toContain('resource-cycle');
  });

  it.each([
    ['resource: routes.php', 'resource-unsupported'],
    ['resource: routes.xml', 'resource-unsupported'],
    ['{ resource: x.yml, type: container }', 'resource-unsupported'],
    ['{ resource: "@OroSyncBundle/x.yml" }', 'resource-unsupported'],
    ["{ resource: '%kernel.project_dir%/x.yml' }", 'symfony-leftover'],
    ['{ resource: x.yml, prefix: chat }', 'http-route'],
    ['{ resource: x.yml, requirments: {} }', 'unknown-key'],
    ['{ resource: [x.yml] }', 'wrong-type'],
    ['{ resource: ~ }', 'wrong-type'],
    ['{ resource: x.yml }', 'resource-missing'],
  ])('%s is refused', async (entry, code) => {
    const text = entry.startsWith('{') ? `a: ${entry}\n` : `a: { ${entry} }\n`;
    expect((await load(text)).findings.map((finding) => finding.code)).toEqual([code]);
  });
});
