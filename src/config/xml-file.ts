import { SaxesParser } from 'saxes';
import type { FindingList } from './finding-list.js';
import type { Range, SourceFile } from './source-file.js';

const DEEPEST = 64;

/** An attribute: its value without entities, and where name and value stand. */
export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
  readonly nameRange: Range;
  readonly valueRange: Range;
}

/** An element without its namespace, and the names of those around it, from the outside in. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly around: readonly string[];
  /** Its name in the file. */
  readonly range: Range;
  /** What it says itself, without what is in elements within. */
  readonly text: string;
}

/** Raised inside this file to leave the parser. */
const STOPPED = Symbol('stopped');

/**
 * The elements of an XML file in the order in which they begin. Document types are refused, so that there are no
 * entities but those of XML itself, and so is nesting beyond 64. After such a fault, or one of syntax, which are
 * reported, the elements before it are all there is.
 */
export function readXml(source: SourceFile, findings: FindingList): readonly XmlElement[] {
  const walk = new XmlWalk(source, findings);
  try {
    walk.run();
  } catch (error) {
    if (error !== STOPPED) throw error;
  }
  return walk.elements;
}

class XmlWalk {
  readonly elements: XmlElement[] = [];
  readonly #source: SourceFile;
  readonly #findings: FindingList;
  readonly #parser = new SaxesParser();
  readonly #open: { readonly name: string; text: string }[] = [];
  #attributes: XmlAttribute[] = [];
  #start = 0;

  constructor(source: SourceFile, findings: FindingList) {
    this.#source = source;
    this.#findings = findings;
    this.#parser.on('error', (error) => this.#syntax(error));
    this.#parser.on('doctype', () => this.#doctype());
    this.#parser.on('opentagstart', ({ name }) => this.#begin(name));
    this.#parser.on('attribute', ({ name, value }) => this.#attributes.push(this.#attribute(name, value)));
    this.#parser.on('opentag', ({ name }) => this.#enter(name));
    this.#parser.on('text', (text) => this.#say(text));
    this.#parser.on('cdata', (text) => this.#say(text));
    this.#parser.on('closetag', () => void this.#open.pop());
  }

  run(): void {
    this.#parser.write(this.#source.text).close();
  }

  /** Called when the character after the name has been read. */
  #begin(name: string): void {
    this.#start = this.#parser.position - 1 - name.length;
    this.#attributes = [];
    if (this.#open.length < DEEPEST) return;
    this.#stop('too-deep', this.#nameRange(name), {
      message: `elements are nested more than ${DEEPEST} deep`,
      hint: 'give the authorizationPlugin alone, without what is around it',
    });
  }

  #enter(qualified: string): void {
    const name = local(qualified);
    const range = this.#nameRange(qualified);
    const around = this.#open.map((one) => one.name);
    const element = { name, attributes: this.#attributes, around, range, text: '' };
    this.elements.push(element);
    this.#open.push(element);
  }

  #say(text: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += text;
  }

  /** Called when the quote at the end of the value has been read. */
  #attribute(name: string, value: string): XmlAttribute {
    const { text } = this.#source;
    const end = this.#parser.position - 1;
    const start = text.lastIndexOf(text.charAt(end), end - 1) + 1;
    const nameStart = text.lastIndexOf(name, text.lastIndexOf('=', start) - name.length);
    return { name, value, nameRange: [nameStart, nameStart + name.length], valueRange: [start, end] };
  }

  #nameRange(name: string): Range {
    return [this.#start, this.#start + name.length];
  }

  #doctype(): void {
    const end = this.#parser.position;
    const start = Math.max(0, this.#source.text.lastIndexOf('<!DOCTYPE', end));
    this.#stop('xml-doctype', [start, start + '<!DOCTYPE'.length], {
      message: 'the file has a document type, which is not read',
      hint: 'remove <!DOCTYPE ...> and write what its entities stand for',
    });
  }

  #syntax(error: Error): void {
    const at = Math.max(0, this.#parser.position - 1);
    const message = error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
    this.#stop('xml-syntax', [at, at + 1], {
      message: `this is no XML: ${message}`,
      hint: 'compare tags and quotes with the lines around; the rest of the file was not looked at',
    });
  }

  #stop(
    code: 'xml-syntax' | 'xml-doctype' | 'too-deep',
    range: Range,
    text: { message: string; hint: string },
  ): never {
    this.#findings.report(code, this.#source.at(range), text);
    throw STOPPED;
  }
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
