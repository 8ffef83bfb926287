import type { ASTNode } from '@marcbachmann/cel-js';
import type { RuleFault } from '../../core/rule-fault.js';

/** Where something stands in an expression. */
export interface Bound {
  readonly start: number;
  readonly end: number;
}

/** What an expression reads, and what in it could cost too much. */
export interface Bounds {
  /** The variables, each with the first place where it is read. */
  readonly reads: ReadonlyMap<string, Bound>;
  readonly faults: readonly RuleFault[];
}

/** Those that walk a list. */
const MACROS: readonly string[] = ['all', 'exists', 'exists_one', 'map', 'filter'];

/** Looks through an expression. */
export function boundsOf(ast: ASTNode): Bounds {
  const reads = new Map<string, Bound>();
  const faults: RuleFault[] = [];
  const visit = (node: ASTNode, walking: boolean): void => {
    if (node.op === 'id' && !reads.has(node.args)) reads.set(node.args, node.range);
    const name = node.op === 'rcall' ? node.args[0] : undefined;
    const walks = name !== undefined && MACROS.includes(name);
    if (name === 'matches') faults.push({ ...node.range, ...MATCHES });
    if (node.op === 'rcall' && walks && (walking || !isOfCredential(node.args[1])))
      faults.push({ ...node.range, ...WALK });
    for (const part of partsOf(node)) visit(part, walking || walks);
  };
  visit(ast, false);
  return { reads, faults };
}

const MATCHES = {
  message: 'matches() could be kept busy by a hostile text',
  hint: 'give the parameter a requirement, or use startsWith, endsWith, contains',
};
const WALK = {
  message: 'only lists of the user can be walked, and not within one another',
  hint: 'walk user.roles, user.organizations or user.claims; of other lists use in and size()',
};

/** Whether a list comes from the credential, which is short, or stands in the expression. */
function isOfCredential(node: ASTNode): boolean {
  if (node.op === 'list') return true;
  if (node.op === 'id') return node.args === 'user';
  return (node.op === '.' || node.op === '[]') && isOfCredential(node.args[0]);
}

/** The expressions within an expression, in the order in which they stand. */
export function partsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}
