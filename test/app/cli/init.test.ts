import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ownPackage } from '../../../src/app/own-package.js';
import { VERSION } from '../../../src/app/version.js';
import { cli } from '../../support/cli.js';
import { testFolder } from '../../support/folder.js';

const PRESETS = ['basic', 'chat', 'notifications', 'oro'];

function read(folder: string, path: string): string {
  return readFileSync(`${folder}/${path}`, 'utf8');
}

describe.each(PRESETS)('signalbox init --preset %s', (preset) => {
  it('makes a project with nothing to report, whose route tests pass', async () => {
    const folder = `${testFolder()}/My Project`;
    const { code, stdout } = await cli(['init', folder, '--preset', preset]);
    expect(code).toBe(0);
    for (const path of ['package.json', '.gitignore', '.dockerignore', 'Dockerfile', 'README.md'])
      expect(stdout).toContain(`  ${path}\n`);
    expect(stdout).toContain('npm install && npm start');
    expect(await cli(['check'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing to report'),
    });
    expect(await cli(['test'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^[1-9]\d* passed, 0 failed$/m),
    });
    expect(read(folder, 'signalbox.yml')).toMatch(/^ {2}subscribe: anyone$/m);
    expect(JSON.parse(read(folder, 'package.json'))).toMatchObject({ name: 'my-project', type: 'module' });
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (/\.\w+$/.test(path)) expect(read(folder, path), path).not.toMatch(/\{\{\w/);
  });
});

describe('signalbox init', () => {
  it('makes nothing where there are files', async () => {
    const folder = testFolder({ 'notes.txt': 'mine' });
    const { code, stderr } = await cli(['init', folder]);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has files: notes.txt'),
    });
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });

  it('puts itself among other files when told to, and overwrites none', async () => {
    const folder = testFolder({ 'notes.txt': 'mine' });
    expect(await cli(['init', folder, '--yes'])).toMatchObject({ code: 0 });
    writeFileSync(`${folder}/topics/room.ts`, 'mine too');
    const before = readdirSync(folder, { recursive: true });
    const { code, stderr } = await cli(['init', folder, '--yes', '--preset', 'chat']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: already there, and not overwritten: .*package\.json.*signalbox\.yml/);
    expect(read(folder, 'topics/room.ts')).toBe('mine too');
    expect(existsSync(`${folder}/topics/chat-room.ts`)).toBe(false);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  it('names the package that it is told', async () => {
    const folder = testFolder();
    const spec = 'file:/some where/"signalbox".tgz';
    expect(await cli(['init', folder, '--package', spec])).toMatchObject({ code: 0 });
    expect(JSON.parse(read(folder, 'package.json')).dependencies).toEqual({ signalbox: spec });
  });

  it('knows its presets', async () => {
    const { code, stderr } = await cli(['init', testFolder(), '--preset', 'shop']);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('basic, chat') });
  });
});

describe('the package that a project depends on', () => {
  const installed = (note: object) =>
    testFolder({
      'node_modules/.package-lock.json': JSON.stringify({ packages: { 'node_modules/signalbox': note } }),
    });

  it('is the packed copy that this one was installed from', async () => {
    const folder = installed({ resolved: 'file:../signalbox-0.1.0.tgz' });
    expect(await ownPackage(`${folder}/node_modules/signalbox/`)).toEqual({
      from: 'tarball',
      file: `${folder.slice(0, folder.lastIndexOf('/'))}/signalbox-0.1.0.tgz`,
    });
  });

  it('is the checkout that this one runs in, or is linked to', async () => {
    expect(await ownPackage('/work/signalbox/')).toEqual({ from: 'folder', folder: '/work/signalbox' });
    const folder = installed({ resolved: 'checkout', link: true });
    expect(await ownPackage(`${folder}/node_modules/signalbox/`)).toEqual({
      from: 'folder',
      folder: `${folder}/checkout`,
    });
  });

  it('is that of the registry where this one is from there', async () => {
    const folder = installed({ resolved: 'https://registry.npmjs.org/signalbox/-/signalbox-0.1.0.tgz' });
    const range = { from: 'registry', range: `^${VERSION}` };
    expect(await ownPackage(`${folder}/node_modules/signalbox/`)).toEqual(range);
    expect(await ownPackage('/somewhere/node_modules/signalbox')).toEqual(range);
  });
});
