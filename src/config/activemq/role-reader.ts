import { isPath, isRole } from '../access-reader.js';
import type { FindingList } from '../finding-list.js';
import { BUILT_IN_RULES, isOneOf } from '../route-keys.js';
import type { SourceFile } from '../source-file.js';
import type { ImportNote, Written } from './entries.js';

const ANONYMOUS = /^(?:anonymous|guests?)$/i;

/** Reads lists of roles as rules: `*` is any user, and some roles have other names here. */
export class RoleReader {
  readonly #source: SourceFile;
  readonly #findings: FindingList;
  readonly #names: ReadonlyMap<string, readonly string[]>;
  readonly #seen = new Map<string, number>();
  readonly #given = new Set<string>();

  /** `names` has the rules of roles that are called otherwise here. */
  constructor(source: SourceFile, findings: FindingList, names: ReadonlyMap<string, readonly string[]>) {
    this.#source = source;
    this.#findings = findings;
    this.#names = names;
  }

  /** The rules of a list such as `admins, users`. Reports each role that cannot be one once. */
  rules(list: Written): readonly string[] {
    const rules = rolesOf(list.value).flatMap((role) => {
      if (!this.#seen.has(role)) {
        this.#seen.set(role, this.#source.locate(list.range).line);
        this.#check(role, list);
      }
      return this.#names.get(role) ?? (role === '*' ? ['user'] : [role]);
    });
    for (const rule of rules) this.#given.add(rule);
    return [...new Set(rules)];
  }

  /** What to know about the roles that were read. */
  notes(): ImportNote[] {
    const file = this.#source.name;
    const notes: ImportNote[] = [...this.#seen]
      .filter(([role]) => ANONYMOUS.test(role) && !this.#names.has(role))
      .map(([role, line]) => ({
        file,
        line,
        text: `"${role}" is a role of users here; if it stands for peers that do not log in, add --role ${role}=anyone`,
      }));
    for (const role of this.#names.keys())
      if (!this.#seen.has(role)) notes.push({ file, text: `no entry names the role "${role}" of --role` });
    if (!this.#given.has('backend'))
      notes.push({
        file,
        text: 'back ends that publish with a key have none of these roles; give them one with --role ROLE=backend',
      });
    return notes;
  }

  #check(role: string, { value, range }: Written): void {
    if (role === '*' || this.#names.has(role)) return;
    const fault = roleFault(role);
    if (fault === undefined) return;
    const start = this.#source.text.slice(...range) === value ? range[0] + value.indexOf(role) : range[0];
    const end = start === range[0] && !value.startsWith(role) ? range[1] : start + role.length;
    this.#findings.report('bad-role', this.#source.at([start, end]), {
      message: `the role "${role}" ${fault}`,
      hint: `give it another name, as in --role ${quoted(`${role}=members`)}, and use that in tickets`,
    });
  }
}

/** The names in a list, as ActiveMQ cuts it. */
export function rolesOf(list: string): readonly string[] {
  return list
    .split(',')
    .map((role) => role.trim())
    .filter((role) => role !== '');
}

function roleFault(role: string): string | undefined {
  if (isOneOf(role, BUILT_IN_RULES)) return 'has the name of a rule, which means something else';
  if (isPath(role)) return 'reads like an expression';
  if (isRole(role)) return undefined;
  return 'cannot be one here: a role is a word of letters, digits and _ . : -';
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w.:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
