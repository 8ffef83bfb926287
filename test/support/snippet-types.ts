import ts from 'typescript';
import { REPOSITORY } from './server.js';
import type { Snippet } from './snippets.js';

/** Names that pages use without saying where they come from: what an application has, and what a script tag brings. */
const PRELUDE = `
import type { Sync as Client } from '../../src/client/index.js';
import type { Logger, Session, SessionControl, Topic } from '../../src/index.js';
declare global {
  const sync: Client & ((service: unknown) => void);
  const session: Session;
  const topic: Topic;
  const autobahn: any, ab: any, StompJs: any, Stomp: any, SockJS: any, Wampy: any, io: any, Pusher: any;
  const Centrifuge: any, Echo: any, pusher: any, centrifuge: any, token: string;
  const source: EventSource;
  const ticket: string, secret: string, privateKeyInHex: string, DISCONNECT: any, database: any, bar: any, app: any;
  function show(...args: any[]): void;
  function reload(...args: any[]): void;
  function refresh(...args: any[]): void;
  function onMessage(...args: any[]): void;
  function makeTicket(): string;
}
`;
const AMBIENT = `
declare module 'http://127.0.0.1:8080/sync.mjs' { export * from 'signalbox/client'; export { default } from 'signalbox/client'; }
declare module 'wampy/*' { const plugin: any; export = plugin; }
`;
const FOLDER = `${REPOSITORY}test/snippets/`;
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  strict: false,
  skipLibCheck: true,
  types: ['node'],
  typeRoots: [`${REPOSITORY}node_modules/@types`],
  paths: {
    signalbox: [`${REPOSITORY}src/index.ts`],
    'signalbox/client': [`${REPOSITORY}src/client/node.ts`],
    'signalbox/testing': [`${REPOSITORY}src/testing.ts`],
    'signalbox/topics': [`${REPOSITORY}topics/index.ts`],
  },
};
/** What those who load scripts by AMD, and the player of films, add to the names of a browser. */
const SHADOWED = ['require.config', 'window.RufflePlayer'];
/** The compiler does not know what a text that was parsed has. */
/** A package of whoever writes this; ours and what they export are known. */
const OTHER_PACKAGE = /^Cannot find module '(?!signalbox|\.)/;
const UNKNOWN_MEMBER = /does not exist on type '(?:\{\}|unknown)'/;
const MEMBER = /^(?:readonly|static|override|#) /;

/** What the compiler has to say about pieces of JavaScript and TypeScript, by their place. */
export function typeFaults(snippets: readonly Snippet[]): readonly string[] {
  const names = new Map(snippets.map((snippet, i) => [`${FOLDER}${i}.ts`, snippet]));
  const sources = new Map([...names].map(([name, { code }]) => [name, moduleOf(code)]));
  sources.set(`${FOLDER}prelude.ts`, PRELUDE).set(`${FOLDER}ambient.d.ts`, AMBIENT);
  const program = ts.createProgram([...sources.keys()], OPTIONS, hostOf(sources));
  return [...names].flatMap(([name, { place }]) => {
    const source = program.getSourceFile(name);
    const faults = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    const texts = faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
    const own = texts.filter((text) => !UNKNOWN_MEMBER.test(text) && !OTHER_PACKAGE.test(text));
    return own.map((text) => `${place}: ${text}`);
  });
}

/** Members of a class stand in one; everything else is a module, so that names of pieces do not meet. */
function moduleOf(code: string): string {
  if (MEMBER.test(code)) return `export class Shown {\n${code}}\n`;
  if (/\bthis\./.test(code) && !/\bclass\b/.test(code))
    return `export async function shown(this: any) {\n${code}}\n`;
  const shadows = SHADOWED.filter((name) => code.includes(name)).map((name) => name.split('.')[0]);
  return `${shadows.map((name) => `declare const ${name}: any;\n`).join('')}${code}\nexport {};\n`;
}

function hostOf(texts: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  return Object.assign(host, {
    getSourceFile: (name: string, version: ts.ScriptTarget) => {
      const text = texts.get(name);
      return text === undefined
        ? getSourceFile.call(host, name, version)
        : ts.createSourceFile(name, text, version);
    },
    fileExists: (name: string) => texts.has(name) || fileExists.call(host, name),
    readFile: (name: string) => texts.get(name) ?? readFile.call(host, name),
  });
}
