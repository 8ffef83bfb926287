import type { PhpAttribute, PhpClass, PhpMethod } from './installation.js';
import { PhpNames } from './php-names.js';
import { contentOf, type PhpToken, phpTokens } from './php-tokens.js';

const DECLARATIONS = ['class', 'interface'];
const MODIFIERS = ['abstract', 'final', 'readonly', 'public', 'protected', 'private', 'static'];
const OPENING = ['(', '[', '{', '#['];
const CLOSING = [')', ']', '}'];
const MOST_ATTRIBUTES = 50;
const MOST_CLASSES = 50;
const MOST_METHODS = 200;

/** The classes and interfaces of a PHP file, read by their outline and never run. Never throws, whatever is in it. */
export function readPhpClasses(text: string, file: string): readonly PhpClass[] {
  const reading = new PhpReading(text, file);
  reading.run();
  return reading.classes;
}

interface Body {
  readonly methods: readonly PhpMethod[];
  readonly constants: Readonly<Record<string, string>>;
}

class PhpReading {
  readonly classes: PhpClass[] = [];
  readonly #text: string;
  readonly #file: string;
  readonly #tokens: readonly PhpToken[];
  readonly #names = new PhpNames();
  readonly #lines: LineCount;
  #at = 0;
  #attributes: PhpAttribute[] = [];
  #modifiers: PhpToken[] = [];

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    this.#tokens = phpTokens(text);
    this.#lines = new LineCount(text);
  }

  run(): void {
    while (this.#at < this.#tokens.length && this.classes.length < MOST_CLASSES) this.#statement();
  }

  #statement(): void {
    const token = this.#take();
    if (token === undefined) return;
    const { value } = token;
    if (value === '#[') {
      this.#attributeList();
      return;
    }
    if (MODIFIERS.includes(value)) {
      this.#modifiers.push(token);
      return;
    }
    if (value === 'namespace') this.#names.namespace = this.#wordHere();
    else if (value === 'use') this.#use();
    else if (DECLARATIONS.includes(value) && this.#isDeclared()) this.#declaration(token);
    this.#attributes = [];
    this.#modifiers = [];
  }

  /** Not `Some::class`, and not `new class { }`. */
  #isDeclared(): boolean {
    const before = this.#tokens[this.#at - 2]?.value;
    return before !== '::' && before !== 'new' && this.#wordHere() !== '';
  }

  /** `use A\B;`, `use A\B as C, D;` and `use A\{B, C as D};`; functions and constants are passed over. */
  #use(): void {
    if (this.#wordHere() === 'function' || this.#wordHere() === 'const') return;
    let group = '';
    for (let token = this.#take(); token !== undefined && token.value !== ';'; token = this.#take()) {
      if (token.value === '{') group = this.#tokens[this.#at - 2]?.value ?? '';
      if (token.kind !== 'word' || token.value.endsWith('\\')) continue;
      const alias = this.#wordHere() === 'as' ? this.#tokens[this.#at + 1]?.value : undefined;
      if (alias !== undefined) this.#at += 2;
      this.#names.use(group + token.value, alias);
    }
  }

  /** `#[Name('text'), Other]`: names, with the texts among their arguments. */
  #attributeList(): void {
    let depth = 1;
    let isNext = true;
    let texts: string[] = [];
    for (let token = this.#take(); token !== undefined; token = this.#take()) {
      depth += stepOf(token);
      if (depth === 0) return;
      if (token.kind === 'text') texts.push(contentOf(token));
      if (token.kind === 'word' && isNext) texts = this.#attribute(token);
      isNext = depth === 1 && token.value === ',';
    }
  }

  /** The list that its texts go into. */
  #attribute({ value, start }: PhpToken): string[] {
    const texts: string[] = [];
    if (this.#attributes.length < MOST_ATTRIBUTES)
      this.#attributes.push({ name: this.#names.whole(value), line: this.#lines.at(start), texts });
    return texts;
  }

  #declaration(keyword: PhpToken): void {
    const modifiers = this.#modifiers;
    const attributes = this.#attributes;
    const isInterface = keyword.value === 'interface';
    const name = this.#take()?.value ?? '';
    const above = this.#header();
    const parents = above.extends.map((one) => this.#names.whole(one));
    const interfaces = above.implements.map((one) => this.#names.whole(one));
    this.classes.push({
      name: this.#names.inside(name),
      file: this.#file,
      line: this.#lines.at((modifiers[0] ?? keyword).start),
      isAbstract: isInterface || modifiers.some(({ value }) => value === 'abstract'),
      parent: isInterface ? undefined : parents[0],
      interfaces: isInterface ? parents : interfaces,
      attributes,
      ...this.#body(),
    });
  }

  /** Up to the brace that opens the body. */
  #header(): Readonly<Record<'extends' | 'implements', readonly string[]>> {
    const lists: Record<'extends' | 'implements', string[]> = { extends: [], implements: [] };
    let list: string[] = [];
    for (let token = this.#take(); token !== undefined && token.value !== '{'; token = this.#take()) {
      if (token.value === 'extends' || token.value === 'implements') list = lists[token.value];
      else if (token.kind === 'word') list.push(token.value);
      else if (token.value === ';') break;
    }
    return lists;
  }

  /** Up to the brace that closes it. */
  #body(): Body {
    const methods: PhpMethod[] = [];
    const constants: Record<string, string> = Object.create(null);
    let first: PhpToken | undefined;
    let isPublic = true;
    for (let token = this.#take(); token !== undefined && token.value !== '}'; token = this.#take()) {
      const { value } = token;
      if (MODIFIERS.includes(value)) {
        first ??= token;
        isPublic &&= value !== 'private' && value !== 'protected';
        continue;
      }
      if (value === 'function') methods.push(...this.#method(first ?? token, isPublic));
      else if (value === 'const') this.#constant(constants);
      else if (OPENING.includes(value)) this.#passGroup();
      first = undefined;
      isPublic = true;
    }
    return { methods: methods.slice(0, MOST_METHODS), constants };
  }

  /** `const NAME = 'text';`, with a type or without. */
  #constant(constants: Record<string, string>): void {
    let name = this.#take();
    while (this.#tokens[this.#at]?.kind === 'word') name = this.#take();
    const [equals, text] = [this.#tokens[this.#at], this.#tokens[this.#at + 1]];
    if (name !== undefined && equals?.value === '=' && text?.kind === 'text')
      constants[name.value] = contentOf(text);
  }

  #method(first: PhpToken, isPublic: boolean): readonly PhpMethod[] {
    if (this.#tokens[this.#at]?.value === '&') this.#at++;
    const name = this.#take()?.value ?? '';
    let token = this.#take();
    for (; token !== undefined && token.value !== '{' && token.value !== ';'; token = this.#take())
      if (OPENING.includes(token.value)) this.#passGroup();
    if (token?.value !== '{') return [];
    this.#passGroup();
    const body = this.#text.slice(token.end, this.#tokens[this.#at - 1]?.start);
    return [{ name, isPublic, line: this.#lines.at(first.start), body }];
  }

  /** Behind what closes the parenthesis, bracket or brace that was just taken. */
  #passGroup(): void {
    let depth = 1;
    for (let token = this.#take(); token !== undefined; token = this.#take()) {
      depth += stepOf(token);
      if (depth === 0) return;
    }
  }

  #take(): PhpToken | undefined {
    return this.#tokens[this.#at++];
  }

  #wordHere(): string {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' ? token.value : '';
  }
}

/** By how much a token leads deeper. */
function stepOf({ kind, value }: PhpToken): number {
  if (kind !== 'sign') return 0;
  return OPENING.includes(value) ? 1 : CLOSING.includes(value) ? -1 : 0;
}

/** The lines of offsets, of which each is behind the one before. */
class LineCount {
  readonly #text: string;
  #line = 1;
  #next: number;

  constructor(text: string) {
    this.#text = text;
    this.#next = text.indexOf('\n');
  }

  at(offset: number): number {
    while (this.#next >= 0 && this.#next < offset) {
      this.#line++;
      this.#next = this.#text.indexOf('\n', this.#next + 1);
    }
    return this.#line;
  }
}
