import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { testFolder } from './support/folder.js';
import { LONG } from './support/longest-first.js';
import { REPOSITORY } from './support/server.js';

const RULES = await extractOptions(`${REPOSITORY}.dependency-cruiser.cjs`);
const TS_CONFIG = extractTsConfig(`${REPOSITORY}tsconfig.json`);

async function cruiseFolder(baseDir: string): Promise<ICruiseResult> {
  const options = { ...RULES, baseDir, tsConfig: { fileName: join(baseDir, 'tsconfig.json') } };
  const { output } = await cruise(['src', 'topics'], options, {}, { tsConfig: TS_CONFIG });
  return output as ICruiseResult;
}

/** The rules that one import breaks, in a tree that has only the two files and the packages of this one. */
async function broken(from: string, to: string): Promise<string[]> {
  const target = to.startsWith('src/') || to.startsWith('topics/');
  const specifier = target ? `${'../'.repeat(from.split('/').length - 1)}${to.replace(/\.ts$/, '.js')}` : to;
  const dependencies = target ? {} : { [to]: '1.0.0' };
  const folder = testFolder({
    'package.json': JSON.stringify({ name: 'planted', type: 'module', dependencies }),
    'tsconfig.json': '{ "compilerOptions": { "module": "nodenext" } }',
    'src/none.ts': 'export {};\n',
    'topics/none.ts': 'export {};\n',
    [from]: `import { thing } from '${specifier}';\nexport const other = thing;\n`,
    ...(target
      ? { [to]: 'export const thing = 1;\n' }
      : {
          [`node_modules/${to}/package.json`]: JSON.stringify({
            name: to,
            version: '1.0.0',
            main: 'index.js',
          }),
          [`node_modules/${to}/index.js`]: 'exports.thing = 1;\n',
        }),
  });
  const { summary } = await cruiseFolder(folder);
  return [...new Set(summary.violations.map(({ rule }) => rule.name))];
}

describe('the import rules', () => {
  it('hold everywhere', { timeout: 60_000 }, async () => {
    const { summary } = await cruiseFolder(REPOSITORY.replace(/\/$/, ''));
    expect(summary.violations).toEqual([]);
    expect(summary.totalCruised).toBeGreaterThan(100);
    expect(summary.totalDependenciesCruised).toBeGreaterThan(300);
  });

  it.each([
    ['core-imports-only-itself', 'src/core/planted.ts', 'src/router/index.ts'],
    ['core-imports-only-itself', 'src/core/planted.ts', 'topics/planted.ts'],
    ['core-imports-no-package', 'src/core/planted.ts', 'ws'],
    ['core-imports-no-package', 'src/core/planted.ts', 'node:fs'],
    ['router-imports-only-itself-and-core', 'src/router/planted.ts', 'src/protocols/wamp1/index.ts'],
    ['transports-imports-only-itself-and-core', 'src/transports/planted.ts', 'src/router/index.ts'],
    ['brokers-imports-only-itself-and-core', 'src/brokers/planted.ts', 'src/config/index.ts'],
    ['stores-imports-only-itself-and-core', 'src/stores/planted.ts', 'src/brokers/index.ts'],
    [
      'authenticators-imports-only-itself-and-core',
      'src/authenticators/planted.ts',
      'src/transports/index.ts',
    ],
    ['config-imports-only-itself-and-core', 'src/config/planted.ts', 'src/router/index.ts'],
    ['a-protocol-is-an-island', 'src/protocols/wamp1/planted.ts', 'src/protocols/http/index.ts'],
    ['a-protocol-is-an-island', 'src/protocols/wamp1/planted.ts', 'src/router/index.ts'],
    ['app-enters-layers-by-their-door', 'src/app/planted.ts', 'src/router/live-topic.ts'],
    ['client-imports-codecs-and-error-codes', 'src/client/planted.ts', 'src/core/session.ts'],
    ['client-imports-codecs-and-error-codes', 'src/client/planted.ts', 'src/protocols/wamp1/session.ts'],
    ['dashboard-stands-alone', 'src/dashboard/planted.ts', 'src/core/errors.ts'],
    ['dashboard-stands-alone', 'src/dashboard/planted.ts', 'src/client/index.ts'],
    ['dashboard-takes-types-alone', 'src/dashboard/planted.ts', 'src/core/inspection.ts'],
    ['nothing-imports-the-dashboard', 'src/app/planted.ts', 'src/dashboard/main.tsx'],
    ['topics-import-the-public-door', 'topics/planted.ts', 'src/core/payload.ts'],
    ['nothing-imports-the-app', 'src/client/planted.ts', 'src/app/server.ts'],
    ['ws-has-one-home', 'src/brokers/planted.ts', 'ws'],
    ['inversify-has-one-home', 'src/router/planted.ts', 'inversify'],
    ['inversify-has-one-home', 'topics/planted.ts', 'inversify'],
    ['yaml-and-zod-has-one-home', 'src/app/planted.ts', 'yaml'],
    ['yaml-and-zod-has-one-home', 'src/protocols/http/planted.ts', 'zod'],
    ['saxes-has-one-home', 'src/app/planted.ts', 'saxes'],
    ['path-to-regexp-has-one-home', 'src/config/planted.ts', 'path-to-regexp'],
    ['databases-has-one-home', 'src/app/planted.ts', 'pg'],
    ['databases-has-one-home', 'src/brokers/planted.ts', 'mysql2'],
    ['libsql-has-one-home', 'src/brokers/planted.ts', 'libsql'],
    ['jose-has-one-home', 'src/app/planted.ts', 'jose'],
    ['commander-has-one-home', 'src/app/planted.ts', 'commander'],
    ['preact-has-one-home', 'src/client/planted.ts', 'preact'],
    ['no-unresolvable', 'src/core/planted.ts', './nowhere.js'],
  ])('%s sees %s import %s', async (rule, from, to) => {
    expect(await broken(from, to)).toContain(rule);
  });

  it.each([
    ['src/router/planted.ts', 'src/core/payload.ts'],
    ['src/app/planted.ts', 'src/router/index.ts'],
    ['src/app/planted.ts', 'src/protocols/wamp1/index.ts'],
    ['src/client/planted.ts', 'src/protocols/wamp1/codec.ts'],
    ['src/client/planted.ts', 'src/core/errors.ts'],
    ['topics/planted.ts', 'src/index.ts'],
    ['src/transports/planted.ts', 'ws'],
    ['src/app/planted.ts', 'inversify'],
    ['src/config/planted.ts', 'yaml'],
    ['src/config/planted.ts', 'saxes'],
    ['src/protocols/http/planted.ts', 'saxes'],
    ['src/authenticators/planted.ts', 'pg'],
    ['src/authenticators/planted.ts', 'jose'],
  ])('let %s import %s', async (from, to) => {
    expect(await broken(from, to)).toEqual([]);
  });

  it('see a cycle', async () => {
    const folder = testFolder({
      'package.json': '{ "name": "planted", "type": "module" }',
      'tsconfig.json': '{}',
      'topics/none.ts': 'export {};\n',
      'src/core/a.ts': "import { b } from './b.js';\nexport const a = () => b;\n",
      'src/core/b.ts': "import { a } from './a.js';\nexport const b = () => a;\n",
    });
    const { summary } = await cruiseFolder(folder);
    expect(summary.violations.map(({ rule }) => rule.name)).toContain('no-circular');
  });
});

describe('packages', () => {
  const lock = JSON.parse(readFileSync(`${REPOSITORY}package-lock.json`, 'utf8')) as {
    packages: Record<string, { version?: string; resolved?: string }>;
  };

  it.each([
    ['ws', '8.23.0', 'a client that pings and never reads made older ones grow without bound'],
    ['path-to-regexp', '8.4.0', 'CVE-2026-4926'],
    ['yaml', '2.9.1', 'older ones nest and alias without bound'],
  ])('%s is at least %s: %s', (name, floor) => {
    const { version = '' } = lock.packages[`node_modules/${name}`] ?? {};
    expect(compareVersions(version, floor)).toBeGreaterThanOrEqual(0);
  });

  it('are locked without the address of any registry', () => {
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number)) as [number[], number[]];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

it('the files of tests that are known to take long exist', () => {
  expect(LONG.filter((file) => !existsSync(`${REPOSITORY}${file}`))).toEqual([]);
});

describe('source files', () => {
  const files = globSync(['src/**/*.ts', 'topics/**/*.ts'], { cwd: REPOSITORY }).sort();
  const text = (file: string) => readFileSync(`${REPOSITORY}${file}`, 'utf8');
  /** The code without comments and strings. */
  const code = (file: string) => text(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|'[^'\n]*'/gm, '');

  it('use no predictable random numbers, except for the pauses of the client', () => {
    const users = files.filter((file) => code(file).includes('Math.random'));
    expect(users.filter((file) => !file.startsWith('src/client/'))).toEqual([]);
  });

  it('are no longer than 250 lines, a few no longer than 300', () => {
    const lengths = files.map((file) => ({ file, lines: text(file).split('\n').length - 1 }));
    expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
    expect(lengths.filter(({ lines }) => lines > 250).length).toBeLessThanOrEqual(3);
  });

  it('are named in kebab case', () => {
    expect(files.filter((file) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/?)+\.ts$/.test(file))).toEqual([]);
  });

  it('have no default exports, except the client for those who import it whole', () => {
    const defaults = files.filter((file) => /^export default\b/m.test(text(file)));
    expect(defaults.filter((file) => !file.startsWith('src/client/'))).toEqual([]);
  });

  it('run nothing that text could become', () => {
    expect(
      files.filter((file) => /\beval\(|new Function\(|\bexecSync\(|v8\.deserialize/.test(code(file))),
    ).toEqual([]);
  });
});
