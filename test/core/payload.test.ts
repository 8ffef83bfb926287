import { describe, expect, it } from 'vitest';
import { singleValue } from '../../src/core/arguments.js';
import { RouterError } from '../../src/core/errors.js';
import { Payload } from '../../src/core/payload.js';

const argumentsJson = (text: string) => Payload.fromArgumentsJson(Buffer.from(text));

describe('arguments, for those who see one value', () => {
  it.each([
    [[], undefined, null],
    [['a'], undefined, 'a'],
    [['a', 'b'], undefined, { args: ['a', 'b'], kwargs: {} }],
    [[], { a: 1 }, { a: 1 }],
    [['a'], { b: 1 }, { args: ['a'], kwargs: { b: 1 } }],
  ])('%j and %j are %j', (list, map, expected) => {
    expect(singleValue({ list, map })).toEqual(expected);
    const json = map === undefined ? JSON.stringify(list) : `${JSON.stringify(list)},${JSON.stringify(map)}`;
    for (const payload of [Payload.ofArguments({ list, map }), argumentsJson(json)]) {
      expect(payload.isJson).toBe(true);
      expect(payload.value).toEqual(expected);
      expect(JSON.parse(payload.text)).toEqual(expected);
      expect(payload.arguments).toEqual({ list, map });
      expect(payload.argumentsJson.toString()).toBe(json);
    }
  });
});

describe('a payload of JSON', () => {
  it('is one argument, in its own bytes', () => {
    const payload = Payload.fromJson(Buffer.from('{"n":1.50}'));
    expect(payload.arguments).toEqual({ list: [{ n: 1.5 }] });
    expect(payload.argumentsJson.toString()).toBe('[{"n":1.50}]');
  });

  it('has the same value whatever was asked of it before', () => {
    const text = '"\\u0000aGk="';
    const [asked, fresh] = [Payload.fromJson(Buffer.from(text)), Payload.fromJson(Buffer.from(text))];
    expect(asked.argumentsJson.toString()).toBe(`[${text}]`);
    expect(asked.arguments).toEqual({ list: [Buffer.from('hi')] });
    expect(asked.value).toBe(fresh.value);
  });

  it('gives its only argument in the bytes that it came in', () => {
    expect(argumentsJson('[ 1.50 ]').bytes.toString()).toBe('1.50');
    expect(argumentsJson('[1.50] ,{}').value).toEqual({ args: [1.5], kwargs: {} });
  });
});

describe('a payload of octets', () => {
  it.each([
    ['octets', Payload.fromBytes(Buffer.from('hi'), 'application/octet-stream')],
    ['one argument', Payload.ofArguments({ list: [Buffer.from('hi')] })],
    ['one argument in JSON', argumentsJson('["\\u0000aGk="]')],
  ])('is the same, given as %s', (_, payload) => {
    expect(payload.isJson).toBe(false);
    expect(payload.bytes.toString()).toBe('hi');
    expect(payload.value).toEqual(Buffer.from('hi'));
    expect(payload.arguments).toEqual({ list: [Buffer.from('hi')] });
    expect(payload.argumentsJson.toString()).toBe('["\\u0000aGk="]');
  });

  it('is not what has other arguments beside', () => {
    const payload = argumentsJson('["\\u0000aGk=",1]');
    expect(payload.isJson).toBe(true);
    expect(payload.arguments).toEqual({ list: [Buffer.from('hi'), 1] });
  });
});

it('refuses what cannot be written', () => {
  const endless: unknown[] = [];
  endless.push(endless);
  expect(() => Payload.of(endless)).toThrow(RouterError);
  expect(() => Payload.ofArguments({ list: endless }).argumentsJson).toThrow(/cannot be written as JSON/);
});

describe('a payload of text', () => {
  const text = Payload.fromText(Buffer.from('Sat "Total": 5 €'));

  it('is its own octets to protocols of octets, and a string to protocols of values', () => {
    expect(text.bytes.toString()).toBe('Sat "Total": 5 €');
    expect(text.value).toBe('Sat "Total": 5 €');
    expect(text.json.toString()).toBe('"Sat \\"Total\\": 5 €"');
    expect(text.arguments).toEqual({ list: ['Sat "Total": 5 €'] });
    expect(text.argumentsJson.toString()).toBe('["Sat \\"Total\\": 5 €"]');
  });

  it('stays one when it is copied', () => {
    const copy = text.copy();
    expect(copy.isText).toBe(true);
    expect(copy.contentType).toBe('text/plain');
    expect(copy.json.equals(text.json)).toBe(true);
  });
});
