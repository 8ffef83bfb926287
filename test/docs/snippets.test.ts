import { execFile, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { promisify } from 'node:util';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { describeSettings, loadRouting, loadSettings } from '../../src/config/index.js';
import { testFolder } from '../support/folder.js';
import { KEY } from '../support/server.js';
import { commandFault } from '../support/snippet-commands.js';
import { answerTo, send, settingsOfRequests } from '../support/snippet-requests.js';
import { typeFaults } from '../support/snippet-types.js';
import { commandsOf, findSnippets, isShownOnly, type Snippet, snippetsOf } from '../support/snippets.js';
import { DEBIAN_PYTHON } from '../support/stomp-clients.js';
import { useServer } from '../support/use-server.js';

/** Blocks that nothing can be done with are few: whoever adds one raises this number in the same change. */
const SHOWN_ONLY_AT_MOST = 30;

/** What other tests do with blocks: those of files are compared with the file, and the file is run or compiled. */
const TESTED_ELSEWHERE = /^(?:file: |activemq$|nginx$)/;

/** Findings are shown by what is wrong: test/config/routes-doc.test.ts looks at them. */
const FINDING = /^#### `/;

const snippets = findSnippets().filter(
  (snippet) => !isShownOnly(snippet) && !TESTED_ELSEWHERE.test(snippet.marker),
);
const of = (...languages: readonly string[]) =>
  snippets.filter(({ language }) => languages.includes(language));
const cases = (found: readonly Snippet[]) => found.map((snippet) => [snippet.place, snippet] as const);

describe('the blocks of the documentation', () => {
  it('are all of a language that is looked at, or say why they are only shown', () => {
    const known = ['yaml', 'json', 'js', 'ts', 'html', 'xml', 'php', 'python', 'ruby', 'sh', 'console'];
    expect(snippets.filter(({ language }) => !known.includes(language)).map(({ place }) => place)).toEqual(
      [],
    );
    expect(snippets.length).toBeGreaterThan(100);
  });

  it('that are only shown are few', () => {
    const shown = findSnippets().filter(isShownOnly);
    expect(shown.length).toBeLessThanOrEqual(SHOWN_ONLY_AT_MOST);
  });

  it('are found with their place, language and marker', () => {
    const text = '# A\n\n<!-- routing -->\n```yaml\na: 1\n```\n\n```\n```\n';
    expect(snippetsOf('a.md', text)).toEqual([
      { place: 'a.md:4', page: 'a.md', language: 'yaml', code: 'a: 1\n', marker: 'routing', heading: '# A' },
      { place: 'a.md:8', page: 'a.md', language: '', code: '\n', marker: '', heading: '# A' },
    ]);
  });

  it.each(cases(of('yaml').filter(({ heading }) => !FINDING.test(heading))))(
    'load as routes or settings: %s',
    async (_place, { code }) => expect(await yamlFindings(code)).toEqual([]),
  );

  it.each(cases(of('json')))('are JSON: %s', (_place, { code }) =>
    expect(() => readJson(code)).not.toThrow(),
  );

  it.each(cases(of('xml').filter(({ heading }) => !FINDING.test(heading))))(
    'are XML: %s',
    (_place, { code }) => {
      const faults: string[] = [];
      const parser = new SaxesParser({ fragment: true });
      parser.on('error', ({ message }) => void faults.push(message));
      parser.write(code).close();
      expect(faults).toEqual([]);
    },
  );

  it('are of the types that the package has', { timeout: 60_000 }, () => {
    expect(typeFaults([...of('js', 'ts'), ...of('html').flatMap(scriptsOf)])).toEqual([]);
  });

  it('are seen to be wrong if they are', { timeout: 60_000 }, () => {
    const wrong = ['sync.subscribe(5);', 'nobody.said();', 'const =', "import { Nothing } from 'signalbox';"];
    const found = typeFaults(wrong.map((code, i) => ({ ...blank, place: `a.md:${i}`, code })));
    expect(new Set(found.map((fault) => fault.slice(0, 6))).size).toBe(4);
  });

  for (const [language, checker] of Object.entries({ php: lintPhp, python: lintPython, ruby: lintRuby }))
    it.each(cases(of(language)))('can be parsed: %s', async (_place, { code }) => {
      expect(await checker(code)).toBe('');
    });

  it.each(cases(of('sh', 'console')))('are commands that there are: %s', async (_place, snippet) => {
    const faults = await Promise.all(
      commandsOf(snippet)
        .flatMap((line) => line.split(/ (?:&&|\|) /))
        .map(commandFault),
    );
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it('name no command or flag that there is not', async () => {
    expect(await commandFault('signalbox nonsense 5')).toContain('nonsense');
    expect(await commandFault('npx signalbox routes --jsom')).toContain('--jsom');
    expect(await commandFault('A=5 node examples/no.mjs')).toContain('examples/no.mjs');
    expect(await commandFault('npm run nonsense')).toContain('nonsense');
    expect(await commandFault('frobnicate')).toContain('frobnicate');
  });
});

describe('the requests of the documentation', () => {
  const server = useServer(() => ({ config: settingsOfRequests(), env: { SHOP_API_KEY: KEY } }));
  const requests = of('sh', 'console').flatMap((snippet) =>
    commandsOf(snippet)
      .filter((line) => /^curl .*127\.0\.0\.1:8080/.test(line) && snippet.page !== 'README.md')
      .map((line) => [snippet.place, line, answerTo(snippet, line)] as const),
  );

  it('are some', () => expect(requests.length).toBeGreaterThan(7));

  it.each(requests)('are answered: %s', async (_place, line, shown) => {
    const { status, body } = await send(
      line.replaceAll('http://127.0.0.1:8080', server().url).replace('the-key', KEY),
    );
    expect(status, body).toBe('200');
    if (shown !== undefined) expect(Object.keys(JSON.parse(body))).toEqual(Object.keys(shown));
  });
});

const blank: Snippet = { place: '', page: '', language: 'js', code: '', marker: '', heading: '' };

async function yamlFindings(code: string): Promise<readonly string[]> {
  const keys = Object.keys((parse(code) as object | null) ?? {});
  const isSettings = keys.every((key) => SETTINGS.has(key));
  const { findings } = isSettings ? await settingsOf(code) : await routesOf(code);
  return findings
    .map(({ code: name, message }) => `${name}: ${message}`)
    .filter((text) => !ELSEWHERE.test(text));
}

/** Files of whoever writes this, which are not here. */
const ELSEWHERE = /^resource-empty|^file-unreadable|\/etc\/.* cannot be read: ENOENT/;

const SETTINGS = new Set([
  ...describeSettings().map(({ path }) => path.split('.')[0] ?? ''),
  ...['topics', 'access', 'origins', 'broker', 'auth'],
]);

function routesOf(yaml: string) {
  const folder = testFolder({ 'routes.yml': yaml });
  return loadRouting({ sources: [folder], defaultAccess: { subscribe: ['user'], publish: ['backend'] } });
}

function settingsOf(yaml: string) {
  const folder = testFolder({
    'signalbox.yml': yaml,
    'topics/handler.ts': '',
    'tickets.pub.pem': PUBLIC_KEY,
  });
  return loadSettings({ file: `${folder}/signalbox.yml`, env: variablesOf(yaml) });
}

const PUBLIC_KEY = String(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));

/** Whatever settings are read from, with a text that may be a secret or a key. */
function variablesOf(yaml: string): Readonly<Record<string, string>> {
  const names = [...yaml.matchAll(/env: (\w+)/g)].map(([, name = '']) => name);
  const octets = Buffer.alloc(32, 7).toString('base64');
  return Object.fromEntries(names.map((name) => [name, name.endsWith('_KEY') ? octets : 'x'.repeat(32)]));
}

/** One text, or one in each line; `…` stands for what is left out. */
function readJson(code: string): unknown {
  try {
    return JSON.parse(code);
  } catch {
    return code
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
}

function scriptsOf(snippet: Snippet): readonly Snippet[] {
  const scripts = [...snippet.code.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)];
  return scripts.map(([, code = '']) => ({ ...snippet, code }));
}

/** Writes what a tool says of a piece of code; nothing if it is right, or if the tool is not here. */
async function lint(tool: readonly string[], code: string, name: string): Promise<string> {
  const [program = '', ...args] = tool;
  if (MISSING.has(program)) return '';
  const folder = testFolder({ [name]: code });
  const done = promisify(execFile)(program, [...args, `${folder}/${name}`]);
  return done.then(
    () => '',
    ({ stdout, stderr }) => `${stdout}${stderr}`,
  );
}

const MISSING = new Set(
  ['php', DEBIAN_PYTHON, 'ruby'].filter((program) => {
    const isMissing = spawnSync(program, ['--version']).status !== 0;
    if (isMissing) console.log(`skipped the blocks for ${program}, which is not here`);
    return isMissing;
  }),
);

function lintPhp(code: string): Promise<string> {
  return lint(['php', '-l'], code.startsWith('<?php') ? code : `<?php\n${code}`, 'block.php');
}

function lintPython(code: string): Promise<string> {
  return lint([DEBIAN_PYTHON, '-m', 'py_compile'], code, 'block.py');
}

function lintRuby(code: string): Promise<string> {
  return lint(['ruby', '-c'], code, 'block.rb');
}
