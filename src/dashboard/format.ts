import type { Who } from './answers.js';

const COUNT = new Intl.NumberFormat('en');
const SMALL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
const SPANS: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** Such as `12,345`. */
export function count(value: number): string {
  return COUNT.format(value);
}

/** Such as `0.4` and `1,234`. */
export function rate(value: number): string {
  return value < 100 ? SMALL.format(value) : COUNT.format(Math.round(value));
}

/** Such as `36 %`. */
export function percent(value: number): string {
  return `${SMALL.format(value * 100)} %`;
}

/** Such as `1.4 ms`. */
export function milliseconds(value: number): string {
  return `${rate(value)} ms`;
}

/** Such as `12.5 MB`. */
export function bytes(value: number): string {
  let power = 0;
  let rest = value;
  while (rest >= 1_000 && power < UNITS.length - 1) {
    rest /= 1_000;
    power++;
  }
  return `${rate(rest)} ${UNITS[power]}`;
}

/** The two largest parts of a span of milliseconds, such as `3 h 12 min`. */
export function span(time: number): string {
  let rest = Math.max(0, Math.round(time / 1_000));
  const parts: string[] = [];
  for (const [unit, size] of SPANS) {
    const whole = Math.floor(rest / size);
    rest %= size;
    if (whole > 0) parts.push(`${whole} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}

/** How long ago a time was, such as `3 h 12 min`. */
export function since(iso: string | number): string {
  return span(Date.now() - new Date(iso).getTime());
}

/** The time of day of the reader, with milliseconds where they help. */
export function clock(iso: string | number, isPrecise = false): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return String(iso);
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return isPrecise ? `${time}.${pad(date.getMilliseconds(), 3)}` : time;
}

/** Who somebody is, such as `user 5` or `anonymous`. */
export function whoOf(who: Who | undefined): string {
  if (who === undefined) return 'unknown';
  return who.id === undefined || who.id === who.kind ? who.kind : `${who.kind} ${who.id}`;
}

/** Such as `1 session`, `2 sessions`. */
export function many(value: number, one: string, more = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : more}`;
}
