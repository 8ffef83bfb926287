import type { PhpClass, PhpMethod } from './installation.js';

const CLASS =
  /^[ \t]*((?:(?:abstract|final|readonly)\s+)*)class\s+(\w+)(?:\s+extends\s+([\w\\]+))?(?:\s+implements\s+([\w\\,\s]+?))?\s*\{/m;
const METHOD =
  /^[ \t]*((?:(?:public|protected|private|static|final|abstract)\s+)*)function\s+&?(\w+)\s*\([^{;]*\{/gm;
const MOST_METHODS = 200;

/** The class of a PHP file, read and never run; undefined where there is none. */
export function readPhpClass(text: string, file: string): PhpClass | undefined {
  const found = CLASS.exec(text);
  if (found === null) return undefined;
  const [, modifiers = '', name = '', parent, interfaces = ''] = found;
  const namespace = /^\s*namespace\s+([\w\\]+)\s*[;{]/m.exec(text)?.[1];
  const names = new Names(text, namespace);
  return {
    name: namespace === undefined ? name : `${namespace}\\${name}`,
    file,
    line: lineOf(text, found.index + found[0].search(/\S/)),
    isAbstract: /\babstract\b/.test(modifiers),
    parent: parent === undefined ? undefined : names.whole(parent),
    interfaces: interfaces.split(',').flatMap((one) => one.trim().split('\\').at(-1) ?? []),
    methods: methodsOf(text, found.index + found[0].length),
  };
}

/** What a class that stands in this file by its short name is called. */
class Names {
  readonly #namespace: string | undefined;
  readonly #used = new Map<string, string>();

  constructor(text: string, namespace: string | undefined) {
    this.#namespace = namespace;
    for (const [, whole = '', alias] of text.matchAll(/^use\s+([\w\\]+)(?:\s+as\s+(\w+))?\s*;/gm))
      this.#used.set(alias ?? whole.split('\\').at(-1) ?? whole, whole);
  }

  whole(name: string): string {
    if (name.startsWith('\\')) return name.slice(1);
    const [first = name, ...rest] = name.split('\\');
    const used = this.#used.get(first);
    if (used !== undefined) return [used, ...rest].join('\\');
    return this.#namespace === undefined ? name : `${this.#namespace}\\${name}`;
  }
}

function methodsOf(text: string, from: number): readonly PhpMethod[] {
  const methods: PhpMethod[] = [];
  METHOD.lastIndex = from;
  for (
    let found = METHOD.exec(text);
    found !== null && methods.length < MOST_METHODS;
    found = METHOD.exec(text)
  ) {
    const [whole, modifiers = '', name = ''] = found;
    const start = found.index + whole.length;
    methods.push({
      name,
      isPublic: !/private|protected/.test(modifiers),
      line: lineOf(text, found.index + whole.search(/\S/)),
      body: text.slice(start, endOfBody(text, start)),
    });
    METHOD.lastIndex = start;
  }
  return methods;
}

/** The offset of the brace that ends what begins here; quotes and comments are passed over. */
function endOfBody(text: string, start: number): number {
  const parts = /'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"|\/\/[^\n]*|#[^\n[]*|\/\*[\s\S]*?\*\/|[{}]/g;
  parts.lastIndex = start;
  let depth = 1;
  for (let found = parts.exec(text); found !== null; found = parts.exec(text)) {
    if (found[0] === '{') depth++;
    if (found[0] === '}' && --depth === 0) return found.index;
  }
  return text.length;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
