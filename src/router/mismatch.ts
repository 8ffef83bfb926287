import type { CompiledRoute, Form } from './compiled-route.js';

/** Why a route does not match a channel: the first segment or requirement at fault, in words. */
export function describeMismatch(compiled: CompiledRoute, channel: string): string {
  const { route, forms } = compiled;
  if (route.handler === undefined) return 'it has no handler and only generates channels';
  const segments = channel.split('/');
  const form = forms.find((one) => one.segments.length === segments.length) ?? forms[0];
  if (form === undefined) return 'it has no pattern';
  return (
    literalFault(form, segments) ?? countFault(form, segments) ?? requirementFault(compiled, form, segments)
  );
}

function literalFault(form: Form, segments: readonly string[]): string | undefined {
  for (const [i, expected] of form.segments.entries()) {
    const given = segments[i];
    if (expected === undefined && form.spans) return undefined;
    if (expected === undefined || given === undefined || expected === given) continue;
    return `segment ${i + 1} is ${quote(given)}, not ${quote(expected)}`;
  }
  return undefined;
}

function countFault(form: Form, segments: readonly string[]): string | undefined {
  if (form.spans || form.segments.length === segments.length) return undefined;
  return `it has ${count(form.segments.length)}, the channel ${count(segments.length)}`;
}

function requirementFault(compiled: CompiledRoute, form: Form, segments: readonly string[]): string {
  const { route } = compiled;
  const names = [...route.pattern.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
  let position = 0;
  for (const [i, expected] of form.segments.entries()) {
    const name = expected === undefined ? names[position++] : undefined;
    const value = segments[i] ?? '';
    if (name === undefined || compiled.failures({ [name]: value }).length === 0) continue;
    const requirement = route.requirements[name];
    if (requirement === undefined) return `parameter ${name} is empty`;
    const allowed = `${requirement.pattern}${requirement.wildcard ? ' or *' : ''}`;
    return `requirement ${allowed} of parameter ${name} fails on ${quote(value)}`;
  }
  return `the pattern ${route.pattern} with its requirements does not fit`;
}

function count(segments: number): string {
  return segments === 1 ? '1 segment' : `${segments} segments`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
