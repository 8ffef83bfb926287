import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../support/folder.js';
import { installed, run, signalbox } from '../support/run.js';
import { REPOSITORY, ServerProcess } from '../support/server.js';

const UNIT = `${REPOSITORY}deploy/signalbox.service`;
const systemd = installed('systemd-analyze', 'apt-get install systemd');

/** The instructions of a Dockerfile, continued lines put together. */
function instructionsOf(text: string): readonly { readonly name: string; readonly rest: string }[] {
  const lines = text.replaceAll(/\\\n/g, ' ').split('\n');
  return lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
      return { name, rest };
    });
}

describe('deploy/signalbox.service', () => {
  it.skipIf(!systemd)('is a unit that systemd takes, and that could do little harm', () => {
    const verified = spawnSync('systemd-analyze', ['verify', UNIT], { encoding: 'utf8' });
    expect({ status: verified.status, stderr: verified.stderr }).toEqual({ status: 0, stderr: '' });
    const rated = spawnSync('systemd-analyze', ['security', '--offline=true', UNIT], { encoding: 'utf8' });
    const [, exposure] = /Overall exposure level for signalbox.service: ([\d.]+)/.exec(rated.stdout) ?? [];
    expect(Number(exposure)).toBeLessThan(2);
  });

  it('leaves the time to drain and to write what is kept', () => {
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(readFileSync(UNIT, 'utf8')) ?? [];
    expect(Number(seconds)).toBeGreaterThan(10 + 30);
  });
});

describe('deploy/Dockerfile', () => {
  const instructions = instructionsOf(readFileSync(`${REPOSITORY}deploy/Dockerfile`, 'utf8'));
  const last = (wanted: string) => instructions.filter(({ name }) => name === wanted).at(-1)?.rest ?? '';

  it('has two stages, known instructions only, and does not run as root', () => {
    const known = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE', 'STOPSIGNAL'];
    const names = instructions.map(({ name }) => name);
    expect(names.filter((name) => ![...known, 'HEALTHCHECK', 'CMD'].includes(name))).toEqual([]);
    expect(names.filter((name) => name === 'FROM')).toHaveLength(2);
    expect(last('USER')).toBe('node');
    expect(names.lastIndexOf('USER')).toBeGreaterThan(names.lastIndexOf('RUN'));
  });

  it('looks at its health by a command that says whether a server answers', async () => {
    const server = await ServerProcess.start();
    const [, list = ''] = /CMD (\[.*\])$/.exec(last('HEALTHCHECK')) ?? [];
    const [program = '', ...args] = JSON.parse(list) as string[];
    const look = () =>
      run(
        program,
        args.map((arg) => arg.replace('127.0.0.1:8080', new URL(server.url).host)),
      );
    expect((await look()).code).toBe(0);
    await server.stop();
    expect((await look()).code).toBe(1);
  });

  it('starts the program of the package, with flags that it has', async () => {
    const [, path = '', command, ...flags] = JSON.parse(last('CMD')) as string[];
    const { bin } = JSON.parse(readFileSync(`${REPOSITORY}package.json`, 'utf8')) as {
      bin: Readonly<Record<string, string>>;
    };
    expect(path).toBe(`node_modules/signalbox/${bin['signalbox']}`);
    const { stdout } = await signalbox([command ?? '', '--help']);
    for (const flag of flags.filter((one) => one.startsWith('--'))) expect(stdout).toContain(flag);
  });

  it('checks the application where no secret is at hand', async () => {
    const cwd = makeFolder({
      'signalbox.yml': 'routing: routing\n',
      'routing/websocket_routing.yml': 'room: { channel: "room/{id}", handler: broadcast }\n',
    });
    const without = { SIGNALBOX_API_KEY: '', SIGNALBOX_SECRET: '' };
    const { code, stdout, stderr } = await signalbox(['check'], { cwd, env: without });
    expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' });
  });
});
