import { readFile } from 'node:fs/promises';
import { distance } from 'fastest-levenshtein';
import { type Finding, FindingList, type Place, SourceFile, shownName } from '../config/index.js';
import type { OfferedClass, Offers } from './handler-class.js';
import { isOfApplication } from './thrown-at.js';

/** What the server calls. */
const HOOKS = ['onSubscribe', 'onSubscribed', 'onUnsubscribe', 'onUnSubscribe', 'onPublish', 'onCall'];
/** What the server reads, and nobody misses where it has another name: the handler then demands nothing. */
const ACCESS = 'access';
/** A field of a class, at the beginning of a line. */
const FIELD =
  /^[ \t]*(?:(?:public|protected|private|override|readonly)[ \t]+)*([a-z][\w$]*)[ \t]*(?::[^=\n]*)?=(?![=>])/gim;

/** Methods and fields of the application's handlers that are nearly hooks, and so are never called. */
export async function checkMembers(
  { handlers }: Offers,
  { strict = false }: { readonly strict?: boolean | undefined } = {},
): Promise<readonly Finding[]> {
  const findings = new FindingList(strict);
  const files = new Map<string, OfferedClass[]>();
  for (const { class: offered, file } of new Set(handlers.values()))
    if (isOfApplication(file)) files.set(file, [...(files.get(file) ?? []), offered]);
  for (const [file, classes] of files) {
    const source = new SourceFile(shownName(file), await readFile(file, 'utf8').catch(() => ''));
    for (const name of new Set([...classes.flatMap(methodsOf), ...fieldsOf(source)])) {
      const meant = memberMeant(name);
      if (meant === undefined) continue;
      findings.report('misspelt-member', placeOf(name, source), {
        message: `the server never looks for "${name}" of a handler`,
        hint: `did you mean "${meant}"? what is your own needs a name that is less like it`,
      });
    }
  }
  return findings.sorted([]);
}

/** With those that it inherits. */
function methodsOf(offered: OfferedClass): readonly string[] {
  const names: string[] = [];
  let prototype: object | null = offered.prototype as object;
  while (prototype !== null && prototype !== Object.prototype) {
    names.push(...Object.getOwnPropertyNames(prototype));
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return names;
}

function fieldsOf({ text }: SourceFile): readonly string[] {
  return [...text.matchAll(FIELD)].flatMap(([, name]) => name ?? []);
}

/** What begins with an underscore was named so on purpose. */
function memberMeant(name: string): string | undefined {
  if (name === ACCESS || HOOKS.includes(name)) return undefined;
  const known = /^on/i.test(name) ? HOOKS : /^ac/i.test(name) ? [ACCESS] : [];
  const plain = name.replaceAll('_', '').toLowerCase();
  let [meant, least]: [string | undefined, number] = [undefined, Infinity];
  for (const member of known) {
    const far = distance(plain, member.toLowerCase());
    if (far >= least || far > tolerance(member)) continue;
    [meant, least] = [member, far];
  }
  return meant;
}

/** Two letters that changed places count as two; a short word is soon another one. */
function tolerance({ length }: string): number {
  return Math.floor(length / 4);
}

/** Where it is declared; of one that is inherited from another file the beginning of this one. */
function placeOf(name: string, source: SourceFile): Place {
  const declared = new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?=\\s*[(<=:?])`).exec(source.text);
  return source.at(declared === null ? [0, 0] : [declared.index, declared.index + name.length]);
}
