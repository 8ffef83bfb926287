import type { FindingCode } from '../finding.js';
import type { FindingList } from '../finding-list.js';
import type { Range, SourceFile } from '../source-file.js';
import { didYouMean, listed } from '../suggestion.js';
import { readXml, type XmlAttribute, type XmlElement } from '../xml-file.js';
import type { DestinationKind, Destinations } from './destinations.js';
import { type Entry, type ImportNote, RIGHTS, type Right } from './entries.js';
import { readDestination } from './read-destination.js';
import { type RoleReader, rolesOf } from './role-reader.js';

/** What an `authorizationMap` says. */
export interface AuthorizationMap {
  readonly entries: readonly Entry[];
  readonly notes: readonly ImportNote[];
}

const KINDS: readonly DestinationKind[] = ['queue', 'topic'];
const TEMPORARY: readonly string[] = ['tempQueue', 'tempTopic'];
const IGNORED: readonly string[] = ['id', 'groupClass'];
const EVERYTHING: Destinations = { levels: [], open: true };

/** Reads the entries of the one `authorizationMap` in a file, whatever stands around it, and reports what is wrong. */
export class MapReader {
  readonly #source: SourceFile;
  readonly #findings: FindingList;
  readonly #roles: RoleReader;
  readonly #entries: Entry[] = [];
  readonly #notes: ImportNote[] = [];

  constructor(source: SourceFile, findings: FindingList, roles: RoleReader) {
    this.#source = source;
    this.#findings = findings;
    this.#roles = roles;
  }

  read(): AuthorizationMap {
    const before = this.#findings.errors;
    const elements = readXml(this.#source, this.#findings);
    this.#checkOne(elements.filter(({ name }) => name === 'authorizationMap'));
    for (const element of elements) this.#element(element);
    const found = elements.some(({ name }) => name === 'authorizationEntry');
    if (!found && this.#findings.errors === before) this.#reportNothing(elements);
    return { entries: this.#entries, notes: this.#notes };
  }

  #checkOne([, second]: readonly XmlElement[]): void {
    if (second === undefined) return;
    this.#report('several-authorization-maps', second.range, {
      message: 'this is the second authorizationMap of the file',
      hint: 'make a file of each, and import those',
    });
  }

  #reportNothing(elements: readonly XmlElement[]): void {
    const ldap = elements.find(({ name }) => /ldapAuthorizationMap$/i.test(name));
    this.#report('no-authorization-entry', ldap?.range ?? [0, 0], {
      message: `the file has no authorizationEntry${ldap === undefined ? '' : ': they are in LDAP'}`,
      hint:
        ldap === undefined
          ? 'give the file that has the authorizationPlugin; without one ActiveMQ allows everything'
          : 'write them as an authorizationMap',
    });
  }

  #element(element: XmlElement): void {
    const { name, around, range } = element;
    if (name === 'authorizationEntry') this.#entry(element);
    if (name === 'tempDestinationAuthorizationEntry' && !around.includes(name))
      this.#note(
        range,
        'tempDestinationAuthorizationEntry is left out: there are no temporary destinations here',
      );
  }

  #entry({ attributes, around, range }: XmlElement): void {
    const isDefault = around.includes('defaultEntry');
    const destinations = attributes.filter(({ name }) => !isDefault && KINDS.some((kind) => kind === name));
    for (const attribute of attributes) this.#checkName(attribute, isDefault);
    const roles = this.#rights(attributes);
    const { line } = this.#source.locate(range);
    if (isDefault) {
      for (const kind of KINDS)
        this.#entries.push({ kind, sets: [EVERYTHING], roles, text: 'defaultEntry', line });
      return;
    }
    if (attributes.some(({ name }) => TEMPORARY.includes(name))) return;
    const [destination, second] = destinations;
    if (destination === undefined) {
      this.#report('no-destination', range, {
        message: 'the entry names neither a queue nor a topic',
        hint: 'write queue="..." or topic="...", or put it into a defaultEntry',
      });
    } else if (second !== undefined) {
      this.#report('two-destinations', second.nameRange, {
        message: 'the entry names a queue and a topic',
        hint: 'make one entry of each',
      });
    } else this.#add(destination, { roles, line });
  }

  #checkName({ name, nameRange }: XmlAttribute, isDefault: boolean): void {
    if (TEMPORARY.includes(name)) {
      this.#note(nameRange, `the entry with ${name} is left out: there are no temporary destinations here`);
      return;
    }
    const known: readonly string[] = isDefault ? RIGHTS : [...KINDS, ...RIGHTS];
    if (known.includes(name) || IGNORED.includes(name) || /^xmlns\b|:/.test(name)) return;
    const where = isDefault ? 'a defaultEntry' : 'an entry';
    this.#report('unknown-attribute', nameRange, {
      message: `unknown attribute "${name}"`,
      hint: didYouMean(name, known, `${where} has ${listed(known)}`),
    });
  }

  /** What is for administrators is only shown, so it may be any text. */
  #rights(attributes: readonly XmlAttribute[]): Entry['roles'] {
    const list = (right: Right) => attributes.find(({ name }) => name === right);
    const rules = (right: Right) => {
      const found = list(right);
      return found === undefined ? [] : this.#roles.rules({ value: found.value, range: found.valueRange });
    };
    return { read: rules('read'), write: rules('write'), admin: rolesOf(list('admin')?.value ?? '') };
  }

  #add({ name, value, valueRange }: XmlAttribute, { roles, line }: Pick<Entry, 'roles' | 'line'>): void {
    const kind: DestinationKind = name === 'queue' ? 'queue' : 'topic';
    // with commas between them, ActiveMQ takes the entry for each
    for (const pattern of value.trim().split(',')) {
      const read = readDestination(kind, pattern);
      if ('fault' in read) {
        const { fault, hint } = read;
        this.#report('bad-destination', valueRange, { message: `${kind} "${pattern}" ${fault}`, hint });
      } else if (kind === 'topic' && isAdvisory(read.sets)) {
        const text = `${pattern} is left out: the server itself tells who comes and goes, not the user`;
        this.#note(valueRange, text);
      } else {
        this.#entries.push({ kind, sets: read.sets, roles, text: `${kind}="${pattern}"`, line });
      }
    }
  }

  #note(range: Range, text: string): void {
    this.#notes.push({ file: this.#source.name, line: this.#source.locate(range).line, text });
  }

  #report(code: FindingCode, range: Range, text: { message: string; hint: string }): void {
    this.#findings.report(code, this.#source.at(range), text);
  }
}

function isAdvisory(sets: readonly Destinations[]): boolean {
  return sets.every(({ levels }) => levels[0] === 'ActiveMQ' && levels[1] === 'Advisory');
}
