import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/core/route.js';
import { RouteTable } from '../../src/router/index.js';
import { testRoute } from '../../src/testing.js';

const WORDS = ['a', 'b', 'oro', 'x-1', '*'];
const REQUIREMENTS = [undefined, '\\d+', '[a-z]+', 'a|b', '[^;]+', '.+', 'x/y|\\w+', '\\w+'];

/** A route as an author might write one: literal and parameter segments, some of them mixed or with a default. */
const routeArbitrary = fc
  .record({
    segments: fc.array(
      fc.oneof(
        fc.constantFrom(...WORDS).map((text) => ({ text, requirement: undefined as string | undefined })),
        fc
          .tuple(fc.constantFrom('{P}', '{P}', 'v{P}', '{P}.z'), fc.constantFrom(...REQUIREMENTS))
          .map(([text, requirement]) => ({ text, requirement })),
      ),
      { minLength: 1, maxLength: 4 },
    ),
    wildcard: fc.boolean(),
    withDefault: fc.boolean(),
  })
  .map(({ segments, wildcard, withDefault }) => {
    const requirements: Record<string, { pattern: string; wildcard: boolean }> = {};
    const names: string[] = [];
    const parts = segments.map(({ text, requirement }, i) => {
      if (!text.includes('{P}')) return text;
      names.push(`p${i}`);
      if (requirement !== undefined) requirements[`p${i}`] = { pattern: requirement, wildcard };
      return text.replace('P', `p${i}`);
    });
    const last = segments.at(-1)?.text === '{P}' && segments.length > 1 ? names.at(-1) : undefined;
    return {
      pattern: parts.join('/'),
      requirements,
      defaults: withDefault && last !== undefined ? { [last]: 'd' } : {},
    };
  });

const channelArbitrary = fc
  .array(
    fc.oneof(
      fc.constantFrom(...WORDS, '1', '42', 'x', 'y', 'v7', '7.z', 'A', ';'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 4 }),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((segments) => segments.join('/'))
  .filter((channel) => channel !== '');

/** The ancestor's way: one expression per route, tried in order of declaration. */
function scan(routes: readonly Route[], channel: string) {
  for (const route of routes) {
    const groups = expressionOf(route).exec(channel);
    if (groups !== null)
      return { name: route.name, params: { ...route.defaults, ...present(groups.groups ?? {}) } };
  }
  return undefined;
}

function expressionOf(route: Route): RegExp {
  const source = route.pattern.replace(/\/?\{(\w+)\}|[^{}]+?(?=\/?\{|$)/g, (text, name?: string) => {
    if (name === undefined) return text.replace(/[\\^$.*+?()[\]|-]/g, '\\$&');
    const requirement = route.requirements[name];
    const separator = text.startsWith('/') ? '/' : '';
    const stop = route.pattern.includes(`{${name}}.`) ? '.' : '';
    const body =
      requirement === undefined
        ? `[^/${stop}]+`
        : `${requirement.pattern}${requirement.wildcard ? '|\\*' : ''}`;
    const group = `${separator}(?<${name}>${body})`;
    return route.defaults[name] === undefined ? group : `(?:${group})?`;
  });
  return new RegExp(`^${source}$`, 's');
}

function present(groups: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

describe('the route table', () => {
  it('finds what a scan of all expressions in order finds, whatever the routes', () => {
    const routesArbitrary = fc.array(routeArbitrary, { minLength: 1, maxLength: 12 });
    let matches = 0;
    fc.assert(
      fc.property(
        routesArbitrary,
        fc.array(channelArbitrary, { minLength: 1, maxLength: 10 }),
        (shapes, channels) => {
          const routes = shapes.map(({ pattern, ...more }, i) => testRoute(`r${i}`, pattern, more));
          const table = new RouteTable(routes);
          for (const channel of channels) {
            const found = table.match(channel);
            const expected = scan(routes, channel);
            if (expected !== undefined) matches++;
            expect(found && { name: found.route.name, params: found.params }, channel).toEqual(expected);
          }
        },
      ),
      { numRuns: 3000 },
    );
    expect(matches).toBeGreaterThan(1000);
  });

  it('answers the same from its memory as from its search', () => {
    const routes = [
      testRoute('a', 'a/{x}', { requirements: { x: '\\d+' } }),
      testRoute('b', '{p}', { requirements: { p: '.+' } }),
    ];
    const [small, large] = [new RouteTable(routes, { cache: 2 }), new RouteTable(routes, { cache: 1000 })];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a/1', 'a/x', 'b', 'a/2', 'c/d', 'a/3'), { maxLength: 50 }),
        (channels) => {
          for (const channel of channels) expect(small.match(channel)).toEqual(large.match(channel));
        },
      ),
    );
  });
});
