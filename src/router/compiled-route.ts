import { compile, type Token } from 'path-to-regexp';
import { RouterError } from '../core/errors.js';
import type { Route } from '../core/route.js';
import { channelExpression } from './channel-expression.js';
import { variants } from './pattern.js';
import { ANY_SEGMENT, compileRequirement, maySpanSegments, type Predicate } from './requirement.js';

export type Params = Readonly<Record<string, string>>;

/** One form of a route: how to read its parameters from a channel. */
export interface Form {
  readonly route: CompiledRoute;
  /** Position among all routes: the lower one wins. */
  readonly order: number;
  /** Segments as literals; undefined where parameters stand. */
  readonly segments: readonly (string | undefined)[];
  /** Whether a parameter may hold slashes, so that the number of segments says nothing. */
  readonly spans: boolean;
  /** For a channel whose number of segments and literal segments are those of the form, unless it spans. */
  match(channel: string, segments: readonly string[]): Params | undefined;
}

interface Slot {
  readonly index: number;
  readonly name: string;
  readonly holds: Predicate;
}

/** A route made ready to match channels and to write them. */
export class CompiledRoute {
  readonly route: Route;
  readonly forms: readonly Form[];
  readonly #predicates: ReadonlyMap<string, Predicate>;
  readonly #writers: readonly {
    readonly names: readonly string[];
    readonly write: (params: Params) => string;
  }[];

  constructor(route: Route, order: number) {
    this.route = route;
    const utf8 = route.options['utf8'] === true;
    const tokens = variants(route);
    this.#predicates = new Map(
      names(tokens[0] ?? []).map((name) => {
        const requirement = route.requirements[name];
        return [name, requirement === undefined ? ANY_SEGMENT : compileRequirement(requirement, utf8)];
      }),
    );
    this.forms = names(tokens[0] ?? []).some((name) => this.#spans(name))
      ? [this.#spanningForm(tokens, order)]
      : tokens.map((form) => this.#form(form, order));
    this.#writers = tokens.map((form) => ({
      names: names(form),
      write: compile({ tokens: wildcards(form), originalPath: route.pattern }, { encode: false }),
    }));
  }

  /** The parameters whose value the requirement refuses, with that value. */
  failures(params: Params): readonly [string, string][] {
    return Object.entries(params).filter(([name, value]) => this.#predicates.get(name)?.(value) === false);
  }

  /** The channel of these parameters, which matches this route with the same parameters. Throws `invalid_params`. */
  channel(given: Readonly<Record<string, string | number>>): string {
    const params = this.#complete(given);
    for (const [name, value] of this.failures(params)) throw this.#invalid(name, value);
    const writer = this.#writers.findLast(({ names }) => this.#saysAll(names, params)) ?? this.#writers[0];
    const channel = writer?.write(params) ?? '';
    const back = this.match(channel);
    for (const [name, value] of Object.entries(params)) {
      if (back?.[name] !== value) throw this.#invalid(name, value);
    }
    return channel;
  }

  /** The parameters of a channel of this route alone. */
  match(channel: string): Params | undefined {
    const segments = channel.split('/');
    for (const form of this.forms) {
      const params = fits(form, segments) ? form.match(channel, segments) : undefined;
      if (params !== undefined) return params;
    }
    return undefined;
  }

  #complete(given: Readonly<Record<string, string | number>>): Record<string, string> {
    const params: Record<string, string> = {};
    const missing: string[] = [];
    for (const name of this.#predicates.keys()) {
      const value = given[name] ?? this.route.defaults[name];
      if (value === undefined) missing.push(name);
      else params[name] = String(value);
    }
    if (missing.length === 0) return params;
    throw new RouterError('invalid_params', `route ${this.route.name} needs ${missing.join(', ')}`);
  }

  #invalid(name: string, value: string): RouterError {
    const expected = this.route.requirements[name];
    const rule =
      expected === undefined ? 'a segment' : `${expected.pattern}${expected.wildcard ? ' or *' : ''}`;
    const text = `parameter ${name} of route ${this.route.name} must match ${rule}, not ${JSON.stringify(value)}`;
    return new RouterError('invalid_params', text);
  }

  /** Whether a form without the other parameters still means these: the others have their default. */
  #saysAll(formNames: readonly string[], params: Params): boolean {
    return Object.entries(params).every(
      ([name, value]) => formNames.includes(name) || value === this.route.defaults[name],
    );
  }

  #form(tokens: readonly Token[], order: number): Form {
    const segments = toSegments(tokens);
    const slots = this.#slots(segments);
    const match = slots === undefined ? this.#byExpression([tokens]) : this.#bySegment(slots);
    return { route: this, order, segments: segments.map(literal), spans: false, match };
  }

  #spanningForm(forms: readonly (readonly Token[])[], order: number): Form {
    const segments = toSegments(forms[0] ?? []).map(literal);
    return { route: this, order, segments, spans: true, match: this.#byExpression(forms) };
  }

  #spans(name: string): boolean {
    return maySpanSegments(this.route.requirements[name]?.pattern ?? '[^/]+');
  }

  /** The parameters by segment, if each has a segment of its own. */
  #slots(segments: readonly (readonly Token[])[]): readonly Slot[] | undefined {
    const slots: Slot[] = [];
    for (const [index, tokens] of segments.entries()) {
      const [token, ...more] = tokens;
      if (token?.type !== 'param') {
        if (more.length > 0) return undefined;
        continue;
      }
      if (more.length > 0) return undefined;
      slots.push({ index, name: token.name, holds: this.#predicates.get(token.name) ?? ANY_SEGMENT });
    }
    return slots;
  }

  #bySegment(slots: readonly Slot[]): Form['match'] {
    // A copy of an object that has all keys already is cheaper than one that grows key by key.
    const template: Params = {
      ...this.route.defaults,
      ...Object.fromEntries(slots.map(({ name }) => [name, ''])),
    };
    return (_channel, segments) => {
      for (const { index, holds } of slots) if (!holds(segments[index] ?? '')) return undefined;
      const params: Record<string, string> = { ...template };
      for (const { index, name } of slots) params[name] = segments[index] ?? '';
      return params;
    };
  }

  #byExpression(forms: readonly (readonly Token[])[]): Form['match'] {
    const whole = channelExpression(this.route, forms);
    return (channel) => {
      const found = whole.exec(channel);
      if (found === null) return undefined;
      const params: Record<string, string> = { ...this.route.defaults };
      for (const [name, holds] of this.#predicates) {
        const value = found.groups?.[name];
        if (value === undefined) continue;
        if (!holds(value)) return undefined;
        params[name] = value;
      }
      return params;
    };
  }
}

function names(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => (token.type === 'param' ? [token.name] : []));
}

/** For writing, a parameter may hold slashes if its requirement lets it; the requirement has been checked. */
function wildcards(tokens: readonly Token[]): Token[] {
  return tokens.map((token) => (token.type === 'param' ? { type: 'wildcard', name: token.name } : token));
}

/** Splits tokens at the slashes of their text. */
function toSegments(tokens: readonly Token[]): Token[][] {
  const segments: Token[][] = [[]];
  for (const token of tokens) {
    const parts = token.type === 'text' ? token.value.split('/') : undefined;
    if (parts === undefined) segments.at(-1)?.push(token);
    for (const [i, value] of (parts ?? []).entries()) {
      if (i > 0) segments.push([]);
      if (value !== '') segments.at(-1)?.push({ type: 'text', value });
    }
  }
  return segments;
}

/** Whether a channel has the form's number of segments and its literal ones. */
function fits(form: Form, segments: readonly string[]): boolean {
  if (form.spans) return true;
  if (form.segments.length !== segments.length) return false;
  return form.segments.every((expected, i) => expected === undefined || expected === segments[i]);
}

function literal(tokens: readonly Token[]): string | undefined {
  const [token] = tokens;
  if (token === undefined) return '';
  return tokens.length === 1 && token.type === 'text' ? token.value : undefined;
}
