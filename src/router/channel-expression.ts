import type { Token } from 'path-to-regexp';
import type { Route } from '../core/route.js';
import { defaultExpression, parsePattern } from './pattern.js';
import { flags } from './requirement.js';

/**
 * One expression for whole channels, as the ancestor compiles it: greedy, with the requirements in place, so that a
 * requirement decides where its parameter ends. `forms` are the whole pattern and its shorter ones, whose missing
 * parameters are optional groups; their names are the groups' names.
 */
export function channelExpression(route: Route, forms: readonly (readonly Token[])[]): RegExp {
  const whole = parsePattern(route.pattern);
  let tail = '';
  let form = forms[0] ?? [];
  for (const shorter of forms.slice(1)) {
    tail = `(?:${write(separator(form, shorter))}${group(route, whole, form.length - 1)}${tail})?`;
    form = shorter;
  }
  const head = form.map((token, i) => (token.type === 'text' ? write(token.value) : group(route, whole, i)));
  return new RegExp(`^${head.join('')}${tail}$`, flags(route.options['utf8'] === true));
}

/** The text between the last parameter of a form and what is left without it. */
function separator(form: readonly Token[], shorter: readonly Token[]): string {
  const before = form.at(-2);
  const left = shorter.length === form.length - 1 ? shorter.at(-1) : undefined;
  if (before?.type !== 'text') return '';
  return before.value.slice(left?.type === 'text' ? left.value.length : 0);
}

function group(route: Route, tokens: readonly Token[], index: number): string {
  const token = tokens[index];
  if (token?.type !== 'param') return '';
  const requirement = route.requirements[token.name];
  if (requirement === undefined) return `(?<${token.name}>${defaultExpression(tokens[index + 1])})`;
  return `(?<${token.name}>${requirement.pattern}${requirement.wildcard ? '|\\*' : ''})`;
}

function write(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
