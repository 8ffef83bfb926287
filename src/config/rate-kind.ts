import { z } from 'zod';
import type { Rate } from '../core/token-bucket.js';
import { meta, refuse, shown } from './setting-kinds.js';

/** `200/s`, `10/m` or `5/h` with twice as many at once, `{rate, burst}`, or `false` for no bound. */
export function rate(preset: Rate | string, help: string) {
  const read = (value: unknown, context: z.RefinementCtx): Rate | undefined => {
    if (value === false || value === 'false') return undefined;
    const found = asRate(value);
    if (found !== undefined) return found;
    return refuse(
      context,
      `${shown(value)} is not a rate such as 200/s, 10/m or { rate: 200/s, burst: 400 }, or false`,
    );
  };
  return z.unknown().transform(read).prefault(preset).meta(meta('rate', help));
}

/** A rate in any of its spellings; undefined for what is none. */
export function asRate(value: unknown): Rate | undefined {
  const short = readRate(value);
  const given = short === undefined ? value : { rate: short.rate, burst: 2 * short.count };
  const found = RATE.safeParse(given);
  return found.success ? found.data : undefined;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** How often per second, and the number as it is written. */
function readRate(value: unknown): { readonly rate: number; readonly count: number } | undefined {
  const [, digits, unit = 's'] = typeof value === 'string' ? (/^(\d{1,9})\/([smh])$/.exec(value) ?? []) : [];
  const count = Number(digits);
  return digits === undefined ? undefined : { rate: count / (SECONDS[unit] ?? 1), count };
}

const RATE = z.strictObject({
  rate: z.preprocess((value) => readRate(value)?.rate ?? value, z.number().positive()),
  burst: z.number().int().positive(),
});
