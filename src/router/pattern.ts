import type { Token } from 'path-to-regexp';
import type { Route } from '../core/route.js';

/** The characters that end a parameter without a requirement, as in the ancestor. */
const SEPARATORS = '/,;.:-_~+*=@|';

/**
 * A pattern as the tokens of path-to-regexp, made by us because its own text syntax reads `{…}` as an optional
 * group and `*`, `:`, `?` as syntax. Here everything but `{name}` is plain text.
 */
export function parsePattern(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (const [text, name] of pattern.matchAll(/\{(\w+)\}|[^{]+|\{/g)) {
    const last = tokens.at(-1);
    if (name !== undefined) tokens.push({ type: 'param', name });
    else if (last?.type === 'text') last.value += text;
    else tokens.push({ type: 'text', value: text });
  }
  return tokens;
}

/** The forms of a pattern: whole, and without each trailing parameter that has a default. [Symfony §Optional Parameters] */
export function variants(route: Route): Token[][] {
  const forms = [parsePattern(route.pattern)];
  for (;;) {
    const shorter = withoutLast(forms.at(-1) ?? [], route);
    if (shorter === undefined) return forms;
    forms.push(shorter);
  }
}

function withoutLast(tokens: readonly Token[], route: Route): Token[] | undefined {
  const last = tokens.at(-1);
  if (last?.type !== 'param' || route.defaults[last.name] === undefined) return undefined;
  const rest = tokens.slice(0, -1);
  const before = rest.pop();
  if (before?.type !== 'text') return undefined;
  const text = SEPARATORS.includes(before.value.slice(-1)) ? before.value.slice(0, -1) : before.value;
  const shorter: Token[] = text === '' ? rest : [...rest, { type: 'text', value: text }];
  return shorter.length === 0 ? undefined : shorter;
}

/** What a parameter without a requirement matches: up to the next separator. */
export function defaultExpression(next: Token | undefined): string {
  const separator = next?.type === 'text' ? next.value.charAt(0) : '/';
  if (separator === '/' || !SEPARATORS.includes(separator)) return '[^/]+';
  return `[^/${separator}]+`;
}
