import { z } from 'zod';
import { parseSize } from '../core/units.js';

/** What is known about a setting beside its value. Environment variable and flag follow from its path unless given. */
export interface SettingMeta {
  readonly help: string;
  readonly kind:
    | 'text'
    | 'count'
    | 'share'
    | 'switch'
    | 'size'
    | 'duration'
    | 'rate'
    | 'list'
    | 'path'
    | 'paths'
    | 'secret'
    | 'map';
  /** Undefined: derived. False: none, as for maps that no variable can hold. */
  readonly env?: string | false;
  /** Undefined: derived. False: none, as for secrets, which other users could read from the process list. */
  readonly flag?: string | false;
}

/** A secret as it is written, or the environment variable that holds it. */
export type SecretSource = string | { readonly env: string };

/** Octets. */
export function size(preset: string, help: string) {
  const read = (value: string | number) => atLeastOne(parseSize(value), 'a size must be at least 1b');
  return z.unknown().transform(reading(read)).prefault(preset).meta(meta('size', help));
}

export function count(preset: number, help: string, range: Range = {}) {
  return z
    .unknown()
    .transform(reading(readCount(range)))
    .prefault(preset)
    .meta(meta('count', help));
}

/** The same without a default: undefined where nothing is said. */
export function optionalCount(help: string, range: Range = {}) {
  return z
    .unknown()
    .transform(reading(readCount(range)))
    .optional()
    .meta(meta('count', help));
}

interface Range {
  readonly least?: number;
  readonly most?: number;
}

function readCount({ least = 1, most = Number.MAX_SAFE_INTEGER }: Range) {
  return (value: string | number): number => {
    const number = typeof value === 'number' ? value : /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new RangeError(`${value} is not a whole number ${range}`);
  };
}

/** From 0 to 1. */
export function share(preset: number, help: string) {
  const read = (value: string | number): number => {
    const number = value === '' ? Number.NaN : Number(value);
    if (number >= 0 && number <= 1) return number;
    throw new RangeError(`${value} is not a number from 0 to 1`);
  };
  return z.unknown().transform(reading(read)).prefault(preset).meta(meta('share', help));
}

export function onOff(preset: boolean, help: string) {
  const read = (value: unknown, context: z.RefinementCtx) => {
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    return refuse(context, `${shown(value)} is neither true nor false`);
  };
  return z.unknown().transform(read).prefault(preset).meta(meta('switch', help));
}

export function text(preset: string, help: string, holds: RegExp = /./) {
  const read = (value: unknown, context: z.RefinementCtx) =>
    typeof value === 'string' && holds.test(value)
      ? value
      : refuse(context, `${shown(value)} cannot be used here`);
  return z.unknown().transform(read).prefault(preset).meta(meta('text', help));
}

/** The same without a default: undefined where nothing is said. */
export function optionalText(kind: 'text' | 'path', help: string, holds: RegExp = /./) {
  const read = (value: unknown, context: z.RefinementCtx) =>
    typeof value === 'string' && holds.test(value)
      ? value
      : refuse(context, `${shown(value)} cannot be used here`);
  return z.unknown().transform(read).optional().meta(meta(kind, help));
}

export function choice<const T extends string>(options: readonly [T, ...T[]], help: string) {
  const read = (value: unknown, context: z.RefinementCtx): T => {
    const found = options.find((option) => option === value);
    return found ?? refuse(context, `${shown(value)} is not one of ${options.join(', ')}`);
  };
  return z.unknown().transform(read).prefault(options[0]).meta(meta('text', help));
}

/** What each text has to pass, which a `RegExp` can say, and what is said of one that does not. */
interface Check {
  readonly holds?: { test(text: string): boolean };
  readonly otherwise?: string;
}

/** A file, relative to the settings file. */
export function path(help: string) {
  const read = (value: unknown, context: z.RefinementCtx) =>
    typeof value === 'string' && value !== '' ? value : refuse(context, `${shown(value)} is not a path`);
  return z.unknown().transform(read).optional().meta(meta('path', help));
}

/** One of the words or several, each once; undefined where nothing is said. */
export function choices<const T extends string>(options: readonly T[], help: string) {
  const read = (value: unknown, context: z.RefinementCtx): readonly T[] => {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (values.length === 0) return refuse(context, `an empty list: name some of ${options.join(', ')}`);
    return values.map((item, i) => {
      const path = Array.isArray(value) ? [i] : [];
      if (values.indexOf(item) < i) return refuse(context, `${shown(item)} comes twice`, path);
      const found = options.find((option) => option === item);
      return found ?? refuse(context, `${shown(item)} is not one of ${options.join(', ')}`, path);
    });
  };
  return z.unknown().transform(read).optional().meta(meta('list', help));
}

/** One text or several, each of which has to hold. */
export function list(
  kind: 'list' | 'paths',
  preset: readonly string[],
  check: Check & { readonly help: string },
) {
  return texts(check)
    .prefault([...preset])
    .meta(meta(kind, check.help));
}

/** The same where it makes a difference whether it is given. */
export function optionalList(help: string) {
  return texts().optional().meta(meta('list', help));
}

function texts(check: Check = {}) {
  return z.unknown().transform((value, context) => readTexts(value, context, check));
}

/** The same without a default, or `false`, which has to be said: undefined where nothing is. */
export function listOrFalse(help: string) {
  const read = (value: unknown, context: z.RefinementCtx): readonly string[] | false =>
    isNone(Array.isArray(value) && value.length === 1 ? value[0] : value) ? false : readTexts(value, context);
  return z.unknown().transform(read).optional().meta(meta('list', help));
}

function readTexts(
  value: unknown,
  context: z.RefinementCtx,
  { holds = /./, otherwise = 'cannot be used here' }: Check = {},
): readonly string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.map((item, i) => {
    if (typeof item === 'string' && item !== '' && holds.test(item)) return item;
    return refuse(context, `${shown(item)} ${otherwise}`, Array.isArray(value) ? [i] : []);
  });
}

/** What means that there is to be none. */
export function isNone(value: unknown): boolean {
  return value === false || value === 'false' || value === 0 || value === '0';
}

/** A secret; its value is never part of a message. */
export const secret = z.unknown().transform((value, context): SecretSource => {
  if (typeof value === 'string' && value !== '') return value;
  const found = REFERENCE.safeParse(value);
  if (found.success) return found.data;
  return refuse(
    context,
    'a secret is a text of at least one character, in quotes, or { env: NAME_OF_A_VARIABLE }',
  );
});

export const REFERENCE = z.strictObject({ env: z.string().min(1) });

/** Reads a text or a number; what reading throws is the issue. */
export function reading<T>(read: (value: string | number) => T) {
  return (value: unknown, context: z.RefinementCtx): T => {
    try {
      if (typeof value === 'string' || typeof value === 'number') return read(value);
    } catch (cause) {
      return refuse(context, (cause as Error).message);
    }
    return refuse(context, `${shown(value)} cannot be used here`);
  };
}

/** Adds an issue in our words. */
export function refuse(context: z.RefinementCtx, message: string, path: (string | number)[] = []): never {
  context.addIssue({ code: 'custom', message, path });
  return z.NEVER;
}

/** Throws `RangeError` for less. */
export function atLeastOne(value: number, otherwise: string): number {
  if (value >= 1) return value;
  throw new RangeError(otherwise);
}

/** A wrong value as a message may show it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : String(value);
}

/** What is known of a setting, in the form that zod keeps. */
export function meta(kind: SettingMeta['kind'], help: string): SettingMeta & Record<string, unknown> {
  return { kind, help };
}
