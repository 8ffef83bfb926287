import { didYouMean, listed } from '../config/index.js';

/** Names in braces that are imported of this package, and of which part of it. Types are said to be such, or fall away later. */
const IMPORT = /\bimport\s*(?:[\w$]+\s*,\s*)?\{([^{}]*)\}\s*from\s*(['"])(signalbox(?:\/[\w/-]+)?)\2/g;
const COMMENT = /\/\*.*?\*\/|\/\/[^\n]*/gs;

export interface LoadedText {
  readonly file: string;
  readonly text: string;
}

/** How a file is looked into. */
export interface Looking {
  /** What a part of this package exports at run time. */
  exportsOf(part: string): Promise<ReadonlySet<string>>;
  /** The file as it is run, in which types are gone. */
  translate(loaded: LoadedText): string;
}

/**
 * What is wrong about a file that imports something that this package does not export, which would be undefined there;
 * undefined where nothing is.
 */
export async function missingExport(loaded: LoadedText, looking: Looking): Promise<string | undefined> {
  for (const { part, names } of importsOf(loaded.text)) {
    const known = await looking.exportsOf(part);
    for (const name of names) {
      if (known.has(name) || !isRead({ part, name }, looking.translate(loaded))) continue;
      const what = didYouMean(name, known, `it has ${listed([...known].sort())}`);
      return `${loaded.file}:${lineOf(name, loaded.text)} imports ${name} from '${part}', which does not export it: ${what}`;
    }
  }
  return undefined;
}

function importsOf(text: string): readonly { readonly part: string; readonly names: readonly string[] }[] {
  return [...text.matchAll(IMPORT)].map(([, list = '', , part = '']) => ({ part, names: namesIn(list) }));
}

function namesIn(list: string): readonly string[] {
  return list
    .replaceAll(COMMENT, ' ')
    .split(',')
    .flatMap((specifier) => /^\s*(?!type\s+\w)([\w$]+)/.exec(specifier)?.[1] ?? []);
}

/** Whether a translated file asks a part of this package for a name: then it is no type, and not in a comment. */
function isRead({ part, name }: { readonly part: string; readonly name: string }, code: string): boolean {
  const parts = [...code.matchAll(/\b(_[\w$]+)\s*=\s*(?:await\s+)?[\w$]+\((['"])([^'"]+)\2\)/g)];
  return parts.some(([, variable = '', , from]) => from === part && reads(code, `${variable}.${name}`));
}

function reads(code: string, member: string): boolean {
  const at = code.indexOf(member);
  return at !== -1 && !/[\w$]/.test(code.charAt(at + member.length));
}

function lineOf(name: string, text: string): number {
  const at = Math.max(0, text.search(new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`)));
  return text.slice(0, at).split('\n').length;
}
