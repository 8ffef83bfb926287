import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../support/folder.js';
import { linkPackages } from '../support/installed-package.js';
import { type OtherNode, otherNodes } from '../support/node-versions.js';
import { type Outcome, run, TAP } from '../support/run.js';
import { KEY, ServerProcess } from '../support/server.js';

const nodes = await otherNodes(22, 24);
const byVersion = nodes.map((node) => [node.version, node] as const);

/** Says what arrives of what it publishes, as a program of an application would hear it. */
const PROGRAM = `
import { createPublisher, createSync } from 'signalbox/client';

const [, , channel, url, key] = process.argv;
const sync = createSync({ url: url.replace('http', 'ws') + '/ws' });
const heard = new Promise((resolve) => sync.subscribe(channel, resolve));
await createPublisher({ url, key }).publish(channel, { text: 'hello' });
console.log(process.version, JSON.stringify(await heard));
await sync.close();
`;

let folder: string;
const COMMAND = () => join(folder, 'node_modules/signalbox/bin/signalbox.js');

/** The package as npm would publish it, beside what it depends on. */
async function unpack(): Promise<void> {
  const modules = join(folder, 'node_modules');
  linkPackages(modules);
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
  const [{ filename }] = JSON.parse(packed.stdout);
  mkdirSync(join(modules, 'signalbox'));
  const into = ['-C', join(modules, 'signalbox'), '--strip-components=1'];
  expect(await run('tar', ['-xzf', join(folder, filename), ...into])).toMatchObject({ code: 0 });
}

/** Runs something on a version of Node; neither it nor a child of it may use what will be gone. */
async function succeed({ path }: OtherNode, args: readonly string[], cwd = folder): Promise<Outcome> {
  const env = { PATH: `${dirname(path)}${delimiter}${process.env['PATH']}` };
  const outcome = await run(path, args, { cwd, env });
  expect({ ...outcome, stdout: outcome.code === 0 ? '' : outcome.stdout }).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.not.stringMatching(WARNING),
  });
  return outcome;
}

/** What Node itself writes to the error stream. */
const WARNING = /\(node:\d+\)|Warning:/;

describe.skipIf(nodes.length === 0)('the package', () => {
  beforeAll(async () => {
    folder = makeFolder({ 'package.json': '{ "private": true }' });
    await unpack();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(byVersion)('makes, tests, serves and reloads a project on Node %s', async (_version, node) => {
    const project = join(folder, node.version);
    await succeed(node, [COMMAND(), 'init', node.version, '--preset', 'basic']);
    writeFileSync(join(project, 'program.js'), PROGRAM);
    const inMemory = ['--import', 'jiti/register', '--test', TAP, 'topics/room.test.ts'];
    const [, routes, handlers] = await Promise.all(
      [[COMMAND(), 'check'], [COMMAND(), 'test'], inMemory].map((args) => succeed(node, args, project)),
    );
    expect(routes?.stdout).toMatch(/^[1-9]\d* passed, 0 failed$/m);
    expect(handlers?.stdout).toMatch(/^# pass [1-9]\d*\n# fail 0$/m);

    const server = await ServerProcess.start({
      node: node.path,
      command: COMMAND(),
      config: join(project, 'signalbox.yml'),
      env: { SIGNALBOX_LIMITS_DRAIN: '100ms' },
    });
    onTestFinished(() => server.stop());
    const talk = (channel: string) => succeed(node, ['program.js', channel, server.url, KEY], project);
    expect((await talk('room/one')).stdout).toContain(`${node.version} {"text":"hello","from":`);

    const handler = join(project, 'topics/room.ts');
    writeFileSync(
      handler,
      readFileSync(handler, 'utf8').replace('text.trim(), from', 'text.toUpperCase(), from'),
    );
    const reload = [COMMAND(), 'reload', '--url', server.url, '--key', KEY];
    expect((await succeed(node, reload, project)).stdout).toContain('room');
    expect((await talk('room/two')).stdout).toContain('"text":"HELLO"');

    server.signal('SIGTERM');
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(server.stderr).toContain('server_stopped');
    expect(server.stderr).not.toMatch(WARNING);
  });
});
