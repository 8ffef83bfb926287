import { check } from 'recheck';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/config/schema/formats.js';
import { Payload } from '../../src/core/payload.js';
import type { Route } from '../../src/core/route.js';
import { brief, load } from './harness.js';

const route = (payload: string) => `a:\n  channel: a/{b}\n  handler: a\n  payload: ${payload}\n`;
const inFile = (schema: unknown, more: Record<string, unknown> = {}) => ({
  'routes.yml': route('{ schema: ./schemas/a.json }'),
  'schemas/a.json': JSON.stringify(schema, undefined, 2),
  ...Object.fromEntries(
    Object.entries(more).map(([name, content]) => [name, JSON.stringify(content, undefined, 2)]),
  ),
});

/** What it tries is bounded by the steps that an attack takes: how busy the machine is does not count. */
const BY_COUNTING = {
  timeout: null,
  attackTimeout: null,
  incubationTimeout: null,
  seedingTimeout: null,
  randomSeed: 1,
} as const;

async function routeOf(files: Parameters<typeof load>[0]): Promise<Route> {
  const { routes, findings } = await load(files);
  expect(findings).toEqual([]);
  const [only] = routes;
  if (only === undefined) throw new Error('there is no route');
  return only;
}

async function faultOf(schema: unknown, value: unknown, more: Record<string, unknown> = {}) {
  return (await routeOf(inFile(schema, more))).payload?.fault(Payload.of(value));
}

async function faultsIn(schema: unknown, more: Record<string, unknown> = {}) {
  return (await load(inFile(schema, more))).findings;
}

const EMAIL = {
  title: 'A new mail',
  type: 'object',
  properties: {
    id: { type: 'integer', minimum: 1 },
    state: { enum: ['new', 'read'] },
    at: { format: 'date-time' },
  },
  required: ['id'],
  additionalProperties: false,
};

describe('the payload of a route', () => {
  it('may be anything unless the route says so', async () => {
    const { routes } = await load('a:\n  channel: a/{b}\n  handler: a\n');
    expect(routes[0]?.payload).toBeUndefined();
  });

  it.each([
    ['json', Payload.of([1]), undefined],
    ['json', Payload.fromText(Buffer.from('hi')), 'it is a text, not JSON'],
    ['json', Payload.fromBytes(Buffer.from([1]), 'image/png'), 'it is octets, not JSON'],
    ['text', Payload.fromText(Buffer.from('hi')), undefined],
    ['text', Payload.of('hi'), undefined],
    ['text', Payload.of({}), 'it is JSON, not a text'],
    ['binary', Payload.fromBytes(Buffer.from([1]), 'image/png'), undefined],
    ['binary', Payload.ofArguments({ list: [new Uint8Array([1])] }), undefined],
    ['binary', Payload.of('hi'), 'it is JSON, not octets'],
  ])('may have the form %s', async (form, payload, fault) => {
    const { payload: contract } = await routeOf(route(form));
    expect(contract?.form).toBe(form);
    expect(contract?.fault(payload)).toBe(fault);
  });

  it('may have a schema in a file beside the routing file', async () => {
    const { payload } = await routeOf(inFile(EMAIL));
    expect(payload?.title).toBe('A new mail');
    expect(payload?.schema).toEqual(EMAIL);
    expect(payload?.fault(Payload.of({ id: 1, state: 'new' }))).toBeUndefined();
  });

  it('may have a schema that stands in the routing file', async () => {
    const { payload } = await routeOf(route('{ schema: { type: object, required: [id] } }'));
    expect(payload?.fault(Payload.of({}))).toBe("it must have required property 'id'");
  });

  it('is told its faults by their JSON pointers, three at most', async () => {
    expect(await faultOf(EMAIL, { id: 0, state: 'lost', at: 'soon', more: 1 })).toBe(
      'it must NOT have additional properties: "more"; /id must be >= 1; ' +
        '/state must be equal to one of the allowed values: ["new","read"]',
    );
  });

  it('is told its first fault alone where it is large', async () => {
    expect(await faultOf(EMAIL, { id: 'x'.repeat(5000), more: 1 })).not.toContain(';');
  });

  it('is checked by draft-07 where the schema says so', async () => {
    const list = { items: [{ type: 'string' }], additionalItems: false };
    const draft07 = { $schema: 'http://json-schema.org/draft-07/schema#', ...list };
    expect(await faultOf(draft07, ['a', 'b'])).toMatch('must NOT have more than 1 items');
    expect(brief(await faultsIn(list))).toContain('bad-schema 2:12');
  });

  it('is checked with what a binary serialization says as JSON says it', async () => {
    const { payload } = await routeOf(inFile({ type: 'object' }));
    expect(payload?.fault(Payload.ofArguments({ list: [new Map([['a', 1]])] }))).toBeUndefined();
    expect(payload?.fault(Payload.ofArguments({ list: [{ a: new Uint8Array([1]) }] }))).toBeUndefined();
    expect(payload?.fault(Payload.ofArguments({ list: [new Date(0)] }))).toBe('it must be object');
    expect(payload?.fault(Payload.ofArguments({ list: [new Uint8Array([1])] }))).toBe(
      'it is octets, not JSON',
    );
    expect(payload?.fault(Payload.ofArguments({ list: [], map: { a: 1 } }))).toBeUndefined();
  });

  it('does not have what every object inherits', async () => {
    expect(await faultOf({ required: ['constructor', 'toString'] }, {})).toMatch('constructor');
  });

  it('says that a text is one', async () => {
    const { payload } = await routeOf(inFile({ type: 'object' }));
    expect(payload?.fault(Payload.fromText(Buffer.from('{"a":1}')))).toMatch('it came as a text');
  });
});

describe('a schema', () => {
  it('may refer to other files below the folder, which may refer back', async () => {
    const more = {
      'schemas/common/money.json': { $ref: 'parts.json#/$defs/money' },
      'schemas/common/parts.json': { $defs: { money: { type: 'integer' }, back: { $ref: '../a.json' } } },
    };
    const schema = { properties: { price: { $ref: './common/money.json' }, next: { $ref: '#' } } };
    const { payload } = await routeOf(inFile(schema, more));
    expect(payload?.fault(Payload.of({ next: { price: 'x' } }))).toBe('/next/price must be integer');
    expect(JSON.stringify(payload?.schema)).not.toMatch(/\.json|\.\./);
  });

  it.each([
    [{ $ref: 'https://example.com/a.json' }, 'nothing is fetched'],
    [{ $ref: 'file:///etc/passwd' }, 'nothing is fetched'],
    [{ $ref: '../../a.json' }, 'not below the folder'],
    [{ $ref: '#/$defs/none' }, 'there is no schema at'],
    [{ $ref: '#/x-own/a', 'x-own': { a: { pattern: '(a+)+$' } } }, 'there is no schema at'],
    [{ $defs: { a: { $anchor: 'here' } } }, 'not followed'],
    [{ properties: { a: { $id: 'https://example.com/x' } } }, 'not followed'],
    [{ $dynamicRef: '#here' }, 'not followed'],
  ])('refers to nothing else: %j', async (schema, message) => {
    const findings = await faultsIn(schema);
    expect(findings).toEqual([
      expect.objectContaining({ code: 'schema-reference', message: expect.stringContaining(message) }),
    ]);
  });

  it('is told what is wrong with it, with file and line', async () => {
    const findings = await faultsIn({ type: 'objekt', properties: { a: { minimum: 'low' } } });
    expect(brief(findings)).toEqual(['bad-schema 2:11', 'bad-schema 5:18']);
    expect(findings[0]?.file).toMatch('schemas/a.json');
  });

  it('is told of words that mean nothing', async () => {
    const findings = await faultsIn({
      propertys: {},
      format: 'dat',
      $async: true,
      'x-mine': 1,
      nullable: true,
    });
    expect(findings.map(({ code, hint }) => `${code}: ${hint}`)).toEqual([
      'unknown-keyword: did you mean "properties"?',
      'unknown-keyword: did you mean "date"?',
      'unknown-keyword: remove it, or begin its name with x-',
      'unknown-keyword: remove it, or begin its name with x-',
    ]);
  });

  it('never makes a check that answers later', async () => {
    const { routes } = await load(inFile({ $async: true, type: 'object' }));
    expect(routes[0]?.payload?.fault(Payload.of(1))).toBe('it must be object');
  });

  it('may not have an expression that a payload could keep busy', async () => {
    for (const schema of [{ pattern: '^(a+)+$' }, { patternProperties: { '^(a+)+$': {} } }]) {
      expect((await faultsIn(schema)).map(({ code }) => code)).toEqual(['catastrophic-regex']);
    }
  });

  it('may not compare long lists item by item', async () => {
    expect(brief(await faultsIn({ uniqueItems: true }))).toEqual(['costly-schema 2:3']);
    expect(await faultOf({ uniqueItems: true, maxItems: 3 }, [1, 2, 3, 3])).toMatch('more than 3');
  });

  it('refuses a payload that makes it take steps without end', async () => {
    const twice = { properties: { a: { $ref: '#' } } };
    const deep = {
      type: 'object',
      oneOf: [
        { ...twice, required: ['a'] },
        { ...twice, minProperties: 1 },
      ],
    };
    let value: unknown = 1;
    for (let i = 0; i < 60; i++) value = { a: value };
    expect(await faultOf(deep, value)).toBe('it cannot be checked in reasonable time');
  });

  it('refuses a payload that is nested beyond the stack', async () => {
    const { payload } = await routeOf(inFile({ properties: { a: { $ref: '#' } } }));
    const text = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    expect(payload?.fault(Payload.fromJson(Buffer.from(text)))).toMatch('cannot be checked');
  });

  it('refuses a payload that has a property in place of a method', async () => {
    expect(await faultOf({ const: { valueOf: 2 } }, { valueOf: 1 })).toMatch('cannot be checked');
  });

  it.each(
    Object.entries(FORMATS).flatMap(([name, format]) =>
      format instanceof RegExp ? [[name, format] as const] : [],
    ),
  )('checks format %s in linear time', async (_name, { source, flags }) => {
    const { status } = await check(source, flags, BY_COUNTING);
    expect(status).toBe('safe');
  });
});

describe('what cannot be read as a payload', () => {
  it.each([
    ['jsn', 'wrong-type 4:12'],
    ['[]', 'wrong-type 4:12'],
    ['{}', 'wrong-type 4:12'],
    ['{ schema: ./none.json }', 'file-unreadable 1:1'],
    ['{ schema: [] }', 'wrong-type 4:22'],
    ['{ schema: { type: object }, broadcast: true }', 'unknown-key 4:40'],
    ['{ schema: { type: object }, broadcasts: 1 }', 'wrong-type 4:52'],
  ])('is reported: %s', async (payload, expected) => {
    const { findings, routes } = await load(route(payload));
    expect(brief(findings)).toEqual([expected]);
    expect(routes).toEqual([]);
  });
});
