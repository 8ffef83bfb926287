import { SaxesParser } from 'saxes';
import { RouterError } from '../../core/errors.js';

/** One message of a peer: its outer element, and all text within. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Levels of elements, and attributes of one. */
const DEEPEST = 8;
const MOST_ATTRIBUTES = 16;

/** The peer sends what nobody needs who does not want to do harm. */
export class XmlFault extends RouterError {
  constructor(message: string) {
    super('bad_request', message, { hint: 'send plain elements: see the page about XMLSocket' });
  }
}

/**
 * Reads a message; undefined for one that is no XML, which players may send, too. An outer element that nobody has closed is
 * closed by the end. Throws `bad_request` for XML with faults, and `XmlFault` for a document type, an instruction, or a
 * nesting that is too deep.
 */
export function readXml(message: string): XmlElement | undefined {
  const trimmed = message.trim();
  if (!trimmed.startsWith('<')) return undefined;
  return new ElementReading().read(trimmed);
}

class ElementReading {
  readonly #parser = new SaxesParser();
  #root: Omit<XmlElement, 'text'> | undefined;
  #text = '';
  #depth = 0;
  #attributes = 0;

  constructor() {
    this.#parser.on('doctype', () => forbid('a document type is not allowed'));
    this.#parser.on('processinginstruction', () => forbid('processing instructions are not allowed'));
    this.#parser.on('error', (error) => this.#failed(error));
    this.#parser.on('opentagstart', () => this.#descend());
    this.#parser.on('attribute', () => this.#count());
    this.#parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes));
    this.#parser.on('closetag', () => void this.#depth--);
    this.#parser.on('text', (text) => void (this.#text += text));
    this.#parser.on('cdata', (text) => void (this.#text += text));
  }

  /** Throws `bad_request`. */
  read(message: string): XmlElement {
    this.#parser.write(message).close();
    if (this.#root === undefined) throw malformed('there is no element');
    return { ...this.#root, text: this.#text };
  }

  #descend(): void {
    if (++this.#depth > DEEPEST) forbid(`elements are nested more than ${DEEPEST} deep`);
    this.#attributes = 0;
  }

  #count(): void {
    if (++this.#attributes > MOST_ATTRIBUTES)
      forbid(`an element has more than ${MOST_ATTRIBUTES} attributes`);
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#root ??= { name, attributes: { ...attributes } };
  }

  /**
   * The first fault is the last: each costs as much as thousands of octets, and a message can be made of them. But the
   * clients of 2004 did not close the element by which one enters a room.
   */
  #failed({ message }: Error): void {
    const isOpen = this.#depth === 1 && /unclosed tag/.test(message);
    if (!isOpen) throw malformed(message.replace(/^\d+:\d+: /, '').slice(0, 200));
  }
}

function malformed(reason: string): RouterError {
  return new RouterError('bad_request', `this is not well-formed: ${reason}`, {
    hint: 'end the message with a NUL, close what is opened, and write &amp; for &',
  });
}

function forbid(reason: string): never {
  throw new XmlFault(reason);
}
