import { z } from 'zod';
import { parseDuration } from '../core/units.js';
import { atLeastOne, isNone, meta, reading, refuse } from './setting-kinds.js';

/** The longest time that a timer can hold. */
const LONGEST = 2 ** 31 - 1;

/** Milliseconds. */
export function duration(preset: string, help: string) {
  return z.unknown().transform(reading(readDuration)).prefault(preset).meta(meta('duration', help));
}

/** Milliseconds that no timer of ours counts, so that they may be longer than one can. */
export function lifetime(preset: string, help: string, atLeast: string) {
  const least = parseDuration(atLeast);
  const read = (value: string | number): number => {
    const time = parseDuration(value);
    if (time < least) throw new RangeError(`${value} is shorter than ${atLeast}`);
    return time;
  };
  return z.unknown().transform(reading(read)).prefault(preset).meta(meta('duration', help));
}

/** The same, or undefined for `false`. */
export function durationOrNone(preset: string, help: string) {
  const known = reading(readDuration);
  return z
    .unknown()
    .transform((value, context) => (value === false || value === 'false' ? undefined : known(value, context)))
    .prefault(preset)
    .meta(meta('duration', help));
}

/** Milliseconds, or 0 for `0` and `false`, which mean none. */
export function durationOrZero(preset: string, help: string) {
  const some = duration(preset, help);
  const read = (value: unknown, context: z.RefinementCtx): number => {
    if (isNone(value)) return 0;
    const result = some.safeParse(value);
    return result.success ? result.data : refuse(context, `${result.error.issues[0]?.message}, or false`);
  };
  return z.unknown().transform(read).prefault(preset).meta(meta('duration', help));
}

function readDuration(value: string | number): number {
  const time = atLeastOne(parseDuration(value), 'a duration must be at least 1ms');
  if (time > LONGEST) throw new RangeError(`${value} is longer than 24d, the longest that a timer can hold`);
  return time;
}
