import type { ASTNode } from '@marcbachmann/cel-js';
import { partsOf } from './expression-bounds.js';
import type { Step } from './rule.js';

/** Characters of a value that are shown. */
const LONGEST = 120;

/** How the parts of an expression get their values. */
export interface Evaluation {
  evaluate(part: string): unknown;
  /** Variables whose values are not shown. */
  readonly hidden: readonly string[];
}

/** The parts of an expression with their values, from the inside out; constants and the bodies of list walks left out. */
export function explainExpression(ast: ASTNode, evaluation: Evaluation): Step[] {
  const steps = new Map<string, Step>();
  const visit = (node: ASTNode): void => {
    if (node.op === 'value') return;
    for (const part of inner(node)) visit(part);
    if (node.op === 'id' && node.args !== 'channel' && node.args !== 'now' && node.args !== 'owner') return;
    const text = node.input.slice(node.start, node.end).trim();
    if (!steps.has(text)) steps.set(text, { text, value: valueIn(node, text, evaluation) });
  };
  visit(ast);
  return [...steps.values()];
}

/** What is bound within a call cannot be looked at outside it; the value that a path goes through tells nothing. */
function inner(node: ASTNode): readonly ASTNode[] {
  if (node.op === '.' || node.op === '[]') return [];
  if (node.op === 'rcall') return [node.args[1]];
  return node.op === 'list' || node.op === 'map' ? [] : partsOf(node);
}

function valueIn(node: ASTNode, text: string, { evaluate, hidden }: Evaluation): string {
  try {
    const value = evaluate(text);
    if (typeof value === 'boolean') return String(value);
    return hidden.some((name) => reads(node, name)) ? '(not shown)' : shown(value);
  } catch (error) {
    const { summary, message } = error as { summary?: string; message: string };
    return `error: ${summary ?? message}`;
  }
}

function reads(node: ASTNode, name: string): boolean {
  return node.op === 'id' ? node.args === name : partsOf(node).some((part) => reads(part, name));
}

function shown(value: unknown): string {
  const text =
    value instanceof Date
      ? value.toISOString()
      : (JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? Number(item) : item)) ??
        'nothing');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
